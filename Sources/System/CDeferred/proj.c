#include "calls.h"

// Hidden, or the libraries would call these functions instead of their own.
#define PROJ_DLL
#define GEOD_DLL
#pragma GCC visibility push(hidden)
#include <geodesic.h>
#include <proj.h>

#if PROJ_VERSION_MAJOR == 9
#define LIBRARY "libproj.so.25"
#elif PROJ_VERSION_MAJOR == 8
#define LIBRARY "libproj.so.22"
#else
#error "which shared library goes with this version of proj.h?"
#endif

DEFERRED(void, geod_direct,
    (const struct geod_geodesic *g, double lat1, double lon1, double azi1, double s12, double *plat2, double *plon2, double *pazi2),
    (g, lat1, lon1, azi1, s12, plat2, plon2, pazi2))
DEFERRED(void, geod_init, (struct geod_geodesic *g, double a, double f), (g, a, f))
DEFERRED(void, geod_inverse,
    (const struct geod_geodesic *g, double lat1, double lon1, double lat2, double lon2, double *ps12, double *pazi1, double *pazi2),
    (g, lat1, lon1, lat2, lon2, ps12, pazi1, pazi2))
DEFERRED(void, geod_polygonarea,
    (const struct geod_geodesic *g, double *lats, double *lons, int n, double *pA, double *pP),
    (g, lats, lons, n, pA, pP))
DEFERRED(const char *, proj_as_proj_string,
    (PJ_CONTEXT *ctx, const PJ *obj, PJ_PROJ_STRING_TYPE type, const char *const *options),
    (ctx, obj, type, options))
DEFERRED(const char *, proj_as_projjson, (PJ_CONTEXT *ctx, const PJ *obj, const char *const *options), (ctx, obj, options))
DEFERRED(const char *, proj_as_wkt, (PJ_CONTEXT *ctx, const PJ *obj, PJ_WKT_TYPE type, const char *const *options), (ctx, obj, type, options))
DEFERRED(PJ *, proj_clone, (PJ_CONTEXT *ctx, const PJ *obj), (ctx, obj))
DEFERRED(PJ_CONTEXT *, proj_context_create, (void), ())
DEFERRED(PJ_CONTEXT *, proj_context_destroy, (PJ_CONTEXT *ctx), (ctx))
DEFERRED(int, proj_context_errno, (PJ_CONTEXT *ctx), (ctx))
DEFERRED(const char *, proj_context_errno_string, (PJ_CONTEXT *ctx, int err), (ctx, err))
DEFERRED(int, proj_context_set_enable_network, (PJ_CONTEXT *ctx, int enabled), (ctx, enabled))
DEFERRED(PJ_COORD, proj_coord, (double x, double y, double z, double t), (x, y, z, t))
DEFERRED(PJ *, proj_create, (PJ_CONTEXT *ctx, const char *definition), (ctx, definition))
DEFERRED(PJ *, proj_create_crs_to_crs_from_pj,
    (PJ_CONTEXT *ctx, const PJ *source_crs, const PJ *target_crs, PJ_AREA *area, const char *const *options),
    (ctx, source_crs, target_crs, area, options))
DEFERRED(PJ *, proj_crs_get_coordinate_system, (PJ_CONTEXT *ctx, const PJ *crs), (ctx, crs))
DEFERRED(PJ *, proj_crs_get_sub_crs, (PJ_CONTEXT *ctx, const PJ *crs, int index), (ctx, crs, index))
DEFERRED(int, proj_cs_get_axis_info,
    (PJ_CONTEXT *ctx, const PJ *cs, int index, const char **out_name, const char **out_abbrev, const char **out_direction,
     double *out_unit_conv_factor, const char **out_unit_name, const char **out_unit_auth_name, const char **out_unit_code),
    (ctx, cs, index, out_name, out_abbrev, out_direction, out_unit_conv_factor, out_unit_name, out_unit_auth_name, out_unit_code))
DEFERRED(PJ *, proj_destroy, (PJ *P), (P))
DEFERRED(int, proj_errno_reset, (const PJ *P), (P))
DEFERRED(const char *, proj_get_id_auth_name, (const PJ *obj, int index), (obj, index))
DEFERRED(const char *, proj_get_id_code, (const PJ *obj, int index), (obj, index))
DEFERRED(const char *, proj_get_name, (const PJ *obj), (obj))
DEFERRED(PJ *, proj_get_source_crs, (PJ_CONTEXT *ctx, const PJ *obj), (ctx, obj))
DEFERRED(PJ_TYPE, proj_get_type, (const PJ *obj), (obj))
DEFERRED(PJ_OBJ_LIST *, proj_identify,
    (PJ_CONTEXT *ctx, const PJ *obj, const char *auth_name, const char *const *options, int **out_confidence),
    (ctx, obj, auth_name, options, out_confidence))
DEFERRED(PJ_INFO, proj_info, (void), ())
DEFERRED(void, proj_int_list_destroy, (int *list), (list))
DEFERRED(int, proj_is_crs, (const PJ *obj), (obj))
DEFERRED(void, proj_list_destroy, (PJ_OBJ_LIST *result), (result))
DEFERRED(PJ *, proj_list_get, (PJ_CONTEXT *ctx, const PJ_OBJ_LIST *result, int index), (ctx, result, index))
DEFERRED(int, proj_list_get_count, (const PJ_OBJ_LIST *result), (result))
DEFERRED(PJ_LOG_LEVEL, proj_log_level, (PJ_CONTEXT *ctx, PJ_LOG_LEVEL log_level), (ctx, log_level))
DEFERRED(PJ *, proj_normalize_for_visualization, (PJ_CONTEXT *ctx, const PJ *obj), (ctx, obj))
DEFERRED(PJ_COORD, proj_trans, (PJ *P, PJ_DIRECTION direction, PJ_COORD coord), (P, direction, coord))
DEFERRED(size_t, proj_trans_generic,
    (PJ *P, PJ_DIRECTION direction, double *x, size_t sx, size_t nx, double *y, size_t sy, size_t ny, double *z, size_t sz, size_t nz, double *t,
     size_t st, size_t nt),
    (P, direction, x, sx, nx, y, sy, ny, z, sz, nz, t, st, nt))
