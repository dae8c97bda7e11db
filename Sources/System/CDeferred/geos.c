#include "calls.h"

#define GEOS_USE_ONLY_R_API
#pragma GCC visibility push(hidden)
#include <geos_c.h>

#define LIBRARY "libgeos_c.so.1"
#if GEOS_CAPI_VERSION_MAJOR != 1
#error "which shared library goes with this version of geos_c.h?"
#endif

DEFERRED(int, GEOSArea_r, (GEOSContextHandle_t handle, const GEOSGeometry *g, double *area), (handle, g, area))
DEFERRED(GEOSGeometry *, GEOSBuffer_r, (GEOSContextHandle_t handle, const GEOSGeometry *g, double width, int quadsegs), (handle, g, width, quadsegs))
DEFERRED(char, GEOSContains_r, (GEOSContextHandle_t handle, const GEOSGeometry *g1, const GEOSGeometry *g2), (handle, g1, g2))
DEFERRED(GEOSMessageHandler_r, GEOSContext_setErrorMessageHandler_r,
    (GEOSContextHandle_t extHandle, GEOSMessageHandler_r ef, void *userData),
    (extHandle, ef, userData))
DEFERRED(GEOSCoordSequence *, GEOSCoordSeq_create_r, (GEOSContextHandle_t handle, unsigned int size, unsigned int dims), (handle, size, dims))
DEFERRED(int, GEOSCoordSeq_getSize_r, (GEOSContextHandle_t handle, const GEOSCoordSequence *s, unsigned int *size), (handle, s, size))
DEFERRED(int, GEOSCoordSeq_getXY_r,
    (GEOSContextHandle_t handle, const GEOSCoordSequence *s, unsigned int idx, double *x, double *y),
    (handle, s, idx, x, y))
DEFERRED(int, GEOSCoordSeq_setXY_r, (GEOSContextHandle_t handle, GEOSCoordSequence *s, unsigned int idx, double x, double y), (handle, s, idx, x, y))
DEFERRED(GEOSGeometry *, GEOSDifference_r, (GEOSContextHandle_t handle, const GEOSGeometry *g1, const GEOSGeometry *g2), (handle, g1, g2))
DEFERRED(int, GEOSDistance_r, (GEOSContextHandle_t handle, const GEOSGeometry *g1, const GEOSGeometry *g2, double *dist), (handle, g1, g2, dist))
DEFERRED(int, GEOSGeomTypeId_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(GEOSGeometry *, GEOSGeom_clone_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(GEOSGeometry *, GEOSGeom_createCollection_r,
    (GEOSContextHandle_t handle, int type, GEOSGeometry **geoms, unsigned int ngeoms),
    (handle, type, geoms, ngeoms))
DEFERRED(GEOSGeometry *, GEOSGeom_createLineString_r, (GEOSContextHandle_t handle, GEOSCoordSequence *s), (handle, s))
DEFERRED(GEOSGeometry *, GEOSGeom_createLinearRing_r, (GEOSContextHandle_t handle, GEOSCoordSequence *s), (handle, s))
DEFERRED(GEOSGeometry *, GEOSGeom_createPoint_r, (GEOSContextHandle_t handle, GEOSCoordSequence *s), (handle, s))
DEFERRED(GEOSGeometry *, GEOSGeom_createPolygon_r,
    (GEOSContextHandle_t handle, GEOSGeometry *shell, GEOSGeometry **holes, unsigned int nholes),
    (handle, shell, holes, nholes))
DEFERRED(void, GEOSGeom_destroy_r, (GEOSContextHandle_t handle, GEOSGeometry *g), (handle, g))
DEFERRED(const GEOSCoordSequence *, GEOSGeom_getCoordSeq_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(int, GEOSGeom_getXMin_r, (GEOSContextHandle_t handle, const GEOSGeometry *g, double *value), (handle, g, value))
DEFERRED(const GEOSGeometry *, GEOSGetExteriorRing_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(const GEOSGeometry *, GEOSGetGeometryN_r, (GEOSContextHandle_t handle, const GEOSGeometry *g, int n), (handle, g, n))
DEFERRED(const GEOSGeometry *, GEOSGetInteriorRingN_r, (GEOSContextHandle_t handle, const GEOSGeometry *g, int n), (handle, g, n))
DEFERRED(int, GEOSGetNumGeometries_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(int, GEOSGetNumInteriorRings_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(GEOSGeometry *, GEOSIntersection_r, (GEOSContextHandle_t handle, const GEOSGeometry *g1, const GEOSGeometry *g2), (handle, g1, g2))
DEFERRED(char, GEOSIntersects_r, (GEOSContextHandle_t handle, const GEOSGeometry *g1, const GEOSGeometry *g2), (handle, g1, g2))
DEFERRED(int, GEOSLength_r, (GEOSContextHandle_t handle, const GEOSGeometry *g, double *length), (handle, g, length))
DEFERRED(GEOSGeometry *, GEOSMakeValid_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(GEOSSTRtree *, GEOSSTRtree_create_r, (GEOSContextHandle_t handle, size_t nodeCapacity), (handle, nodeCapacity))
DEFERRED(void, GEOSSTRtree_destroy_r, (GEOSContextHandle_t handle, GEOSSTRtree *tree), (handle, tree))
DEFERRED(void, GEOSSTRtree_insert_r, (GEOSContextHandle_t handle, GEOSSTRtree *tree, const GEOSGeometry *g, void *item), (handle, tree, g, item))
DEFERRED(void, GEOSSTRtree_query_r,
    (GEOSContextHandle_t handle, GEOSSTRtree *tree, const GEOSGeometry *g, GEOSQueryCallback callback, void *userdata),
    (handle, tree, g, callback, userdata))
DEFERRED(GEOSGeometry *, GEOSTopologyPreserveSimplify_r,
    (GEOSContextHandle_t handle, const GEOSGeometry *g, double tolerance),
    (handle, g, tolerance))
DEFERRED(GEOSGeometry *, GEOSUnaryUnion_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(void, GEOS_finish_r, (GEOSContextHandle_t handle), (handle))
DEFERRED(GEOSContextHandle_t, GEOS_init_r, (void), ())
DEFERRED(char, GEOSisEmpty_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(char, GEOSisValid_r, (GEOSContextHandle_t handle, const GEOSGeometry *g), (handle, g))
DEFERRED(const char *, GEOSversion, (void), ())
