#include "tiff_shims.h"

#include <errno.h>
#include <geotiff/geo_normalize.h>
#include <geotiff/geo_simpletags.h>
#include <geotiff/geotiff.h>
#include <geotiff/geovalues.h>
#include <math.h>
#include <proj.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rs_tiff {
    TIFF *tif;
    int fd;
    uint64_t size;
    uint64_t position;
    char message[512];
};

static tmsize_t read_bytes(thandle_t handle, void *buffer, tmsize_t count) {
    rs_tiff *file = handle;
    tmsize_t done = 0;
    while (done < count) {
        ssize_t n = pread(file->fd, (char *)buffer + done, (size_t)(count - done), (off_t)file->position);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += n;
        file->position += (uint64_t)n;
    }
    return done;
}

static tmsize_t write_nothing(thandle_t handle, void *buffer, tmsize_t count) {
    (void)handle, (void)buffer, (void)count;
    return -1;
}

static toff_t seek_to(thandle_t handle, toff_t offset, int whence) {
    rs_tiff *file = handle;
    switch (whence) {
    case SEEK_SET: file->position = offset; break;
    case SEEK_CUR: file->position += offset; break;
    case SEEK_END: file->position = file->size + offset; break;
    default: return (toff_t)-1;
    }
    return file->position;
}

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle) { return ((rs_tiff *)handle)->size; }

static int keep_error(TIFF *tif, void *user_data, const char *module, const char *format, va_list arguments) {
    (void)tif, (void)module;
    rs_tiff *file = user_data;
    // The first error is the cause; what follows are its consequences.
    if (file->message[0] == 0) vsnprintf(file->message, sizeof file->message, format, arguments);
    return 1;
}

static int ignore_warning(TIFF *tif, void *user_data, const char *module, const char *format, va_list arguments) {
    (void)tif, (void)user_data, (void)module, (void)format, (void)arguments;
    return 1;
}

rs_tiff *rs_tiff_open(int fd, uint64_t size, int64_t max_allocation, char *message, size_t message_size) {
    rs_tiff *file = calloc(1, sizeof *file);
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (file && options) {
        file->fd = fd;
        file->size = size;
        TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)max_allocation);
        TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, file);
        TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, NULL);
        file->tif = TIFFClientOpenExt(
            "TIFF", "rm", file, read_bytes, write_nothing, seek_to, close_nothing, size_of, NULL, NULL, options);
    }
    if (options) TIFFOpenOptionsFree(options);
    if (file && file->tif) return file;
    snprintf(message, message_size, "%s", file && file->message[0] ? file->message : "not readable as TIFF");
    free(file);
    return NULL;
}

void rs_tiff_close(rs_tiff *file) {
    TIFFClose(file->tif);
    free(file);
}

TIFF *rs_tiff_handle(rs_tiff *file) { return file->tif; }
const char *rs_tiff_message(const rs_tiff *file) { return file->message; }
void rs_tiff_forget(rs_tiff *file) { file->message[0] = 0; }

int rs_tiff_uint16(TIFF *tif, uint32_t tag, uint16_t *value) { return TIFFGetFieldDefaulted(tif, tag, value); }
int rs_tiff_uint32(TIFF *tif, uint32_t tag, uint32_t *value) { return TIFFGetFieldDefaulted(tif, tag, value); }
int rs_tiff_set_int(TIFF *tif, uint32_t tag, int value) { return TIFFSetField(tif, tag, value); }

int rs_tiff_array(TIFF *tif, uint32_t tag, TIFFDataType type, uint64_t *count, const void **data) {
    const TIFFField *field = TIFFFindField(tif, tag, TIFF_ANY);
    if (!field || TIFFFieldDataType(field) != type) return 0;
    *data = NULL;
    *count = 0;
    if (!TIFFFieldPassCount(field)) {
        if (type != TIFF_ASCII || !TIFFGetField(tif, tag, data) || !*data) return 0;
        *count = strlen(*data);
        return 1;
    }
    if (TIFFFieldReadCount(field) == TIFF_VARIABLE2) {
        uint32_t n = 0;
        if (!TIFFGetField(tif, tag, &n, data)) return 0;
        *count = n;
    } else {
        uint16_t n = 0;
        if (!TIFFGetField(tif, tag, &n, data)) return 0;
        *count = n;
    }
    return *data != NULL;
}

// libgeotiff over tags in memory, with a PROJ context that keeps quiet.
typedef struct {
    ST_TIFF *tags;
    GTIF *keys;
    PJ_CONTEXT *proj;
} geokeys_session;

static int begin_session(geokeys_session *session) {
    session->keys = GTIFNewSimpleTags(session->tags);
    session->proj = proj_context_create();
    if (!session->keys || !session->proj) return 0;
    proj_log_level(session->proj, PJ_LOG_NONE);
    GTIFAttachPROJContext(session->keys, session->proj);
    return 1;
}

static void end_session(geokeys_session *session) {
    if (session->keys) GTIFFree(session->keys);
    if (session->tags) ST_Destroy(session->tags);
    if (session->proj) proj_context_destroy(session->proj);
}

// libgeotiff names the ellipsoid only; without the datum a shift between datums would be left out.
static void write_with_datum(const char *proj4, int gcs, char *definition, size_t size) {
    const char *ellipsoid = gcs == 4326 ? "+ellps=WGS84" : gcs == 4269 ? "+ellps=GRS80" : gcs == 4267 ? "+ellps=clrk66" : NULL;
    const char *datum = gcs == 4326 ? "+datum=WGS84" : gcs == 4269 ? "+datum=NAD83" : "+datum=NAD27";
    const char *found = ellipsoid ? strstr(proj4, ellipsoid) : NULL;
    if (found) {
        snprintf(definition, size, "%.*s%s%s", (int)(found - proj4), proj4, datum, found + strlen(ellipsoid));
    } else {
        snprintf(definition, size, "%s", proj4);
    }
}

// libgeotiff spells numbers out with all their digits in a text of fixed size, and appends to it unchecked: 1e300 would run over its end.
static int is_spelled_shortly(const double *numbers, int count) {
    for (int i = 0; i < count; i++) {
        if (!(fabs(numbers[i]) < 1e12)) return 0;
    }
    return 1;
}

static int can_be_spelled(const GTIFDefn *defn) {
    const double others[] = {
        defn->SemiMajor, defn->SemiMinor, defn->PMLongToGreenwich, defn->UOMLengthInMeters, defn->UOMAngleInDegrees,
    };
    return is_spelled_shortly(others, sizeof others / sizeof *others) && is_spelled_shortly(defn->ProjParm, MAX_GTIF_PROJPARMS)
        && is_spelled_shortly(defn->TOWGS84, sizeof defn->TOWGS84 / sizeof *defn->TOWGS84);
}

int rs_geokeys_definition(
    const uint16_t *directory, int directory_count, const double *doubles, int double_count, const char *text,
    char *definition, size_t definition_size) {
    geokeys_session session = {.tags = ST_Create()};
    int found = 0;
    if (session.tags) {
        ST_SetKey(session.tags, 34735, directory_count, STT_SHORT, (void *)directory);
        if (doubles && double_count > 0) ST_SetKey(session.tags, 34736, double_count, STT_DOUBLE, (void *)doubles);
        if (text) ST_SetKey(session.tags, 34737, (int)strlen(text) + 1, STT_ASCII, (void *)text);
        GTIFDefn *defn = GTIFAllocDefn();
        if (defn && begin_session(&session) && GTIFGetDefn(session.keys, defn)) {
            char *proj4 = can_be_spelled(defn) ? GTIFGetProj4Defn(defn) : NULL;
            if (proj4 && strncmp(proj4, "+proj=", 6) == 0 && strlen(proj4) + 16 < definition_size) {
                write_with_datum(proj4, defn->GCS, definition, definition_size);
                found = 1;
            }
            if (proj4) GTIFFreeMemory(proj4);
        }
        if (defn) GTIFFreeDefn(defn);
    }
    end_session(&session);
    return found;
}

int rs_geokeys_has_unit(int code, int unit) {
    PJ_CONTEXT *proj = proj_context_create();
    if (!proj) return 0;
    proj_log_level(proj, PJ_LOG_NONE);
    short own = 0;
    int same = GTIFGetPCSInfoEx(proj, code, NULL, NULL, &own, NULL) && own == unit;
    proj_context_destroy(proj);
    return same;
}

static int export_keys(ST_TIFF *tags, rs_geokeys *out) {
    int type = 0, count = 0;
    void *data = NULL;
    memset(out, 0, sizeof *out);
    if (!ST_GetKey(tags, 34735, &count, &type, &data) || type != STT_SHORT) return 0;
    if (count < 4 || count > (int)(sizeof out->directory / sizeof out->directory[0])) return 0;
    memcpy(out->directory, data, (size_t)count * sizeof(uint16_t));
    out->directory_count = count;
    if (ST_GetKey(tags, 34736, &count, &type, &data) && type == STT_DOUBLE) {
        if (count < 0 || count > (int)(sizeof out->doubles / sizeof out->doubles[0])) return 0;
        memcpy(out->doubles, data, (size_t)count * sizeof(double));
        out->double_count = count;
    }
    if (ST_GetKey(tags, 34737, &count, &type, &data) && type == STT_ASCII) {
        size_t length = strnlen(data, (size_t)(count > 0 ? count : 0));
        if (length >= sizeof out->text) return 0;
        memcpy(out->text, data, length);
        out->text_count = (int)length;
    }
    return 1;
}

static void set_short(GTIF *keys, geokey_t key, int value) { GTIFKeySet(keys, key, TYPE_SHORT, 1, (unsigned short)value); }

static void set_text(GTIF *keys, geokey_t key, const char *text) { GTIFKeySet(keys, key, TYPE_ASCII, (int)strlen(text) + 1, text); }

static int describe_epsg(geokeys_session *session, int code) {
    char *name = NULL;
    short unit = 0;
    int known = 1;
    if (GTIFGetPCSInfoEx(session->proj, code, &name, NULL, &unit, NULL)) {
        set_short(session->keys, GTModelTypeGeoKey, ModelTypeProjected);
        set_short(session->keys, ProjectedCSTypeGeoKey, code);
        if (unit > 0) set_short(session->keys, ProjLinearUnitsGeoKey, unit);
    } else if (GTIFGetGCSInfoEx(session->proj, code, &name, NULL, NULL, &unit)) {
        set_short(session->keys, GTModelTypeGeoKey, ModelTypeGeographic);
        set_short(session->keys, GeographicTypeGeoKey, code);
        if (unit > 0) set_short(session->keys, GeogAngularUnitsGeoKey, unit);
    } else {
        known = 0;
    }
    if (known) {
        set_short(session->keys, GTRasterTypeGeoKey, RasterPixelIsArea);
        if (name && strlen(name) < 1000) set_text(session->keys, GTCitationGeoKey, name);
    }
    if (name) GTIFFreeMemory(name);
    return known;
}

int rs_geokeys_from_epsg(int code, rs_geokeys *keys) {
    geokeys_session session = {.tags = ST_Create()};
    int done = session.tags && begin_session(&session) && code > 0 && code < 32767 && describe_epsg(&session, code)
        && GTIFWriteKeys(session.keys) && export_keys(session.tags, keys);
    end_session(&session);
    return done;
}

// An EPSG code that PROJ finds in the definition itself; 0 where it finds none.
static int code_of(const PJ *crs) {
    const char *authority = proj_get_id_auth_name(crs, 0);
    const char *code = proj_get_id_code(crs, 0);
    return authority && code && strcmp(authority, "EPSG") == 0 ? atoi(code) : 0;
}

int rs_geokeys_from_definition(const char *definition, rs_geokeys *keys) {
    geokeys_session session = {.tags = ST_Create()};
    int done = 0;
    if (session.tags && begin_session(&session)) {
        PJ *crs = proj_create(session.proj, definition);
        int code = crs ? code_of(crs) : 0;
        if (code > 0 && code < 32767) {
            done = describe_epsg(&session, code);
        } else {
            // libgeotiff reads PROJ strings only, so WKT is said in that language first.
            const char *text = strncmp(definition, "+proj", 5) == 0 ? definition
                : crs                                              ? proj_as_proj_string(session.proj, crs, PJ_PROJ_4, NULL)
                                                                   : NULL;
            done = text && GTIFSetFromProj4(session.keys, text);
            if (done) {
                set_short(session.keys, GTRasterTypeGeoKey, RasterPixelIsArea);
                const char *name = crs ? proj_get_name(crs) : NULL;
                set_text(session.keys, GTCitationGeoKey, name && name[0] && strlen(name) < 1000 ? name : "unnamed");
            }
        }
        done = done && GTIFWriteKeys(session.keys) && export_keys(session.tags, keys);
        if (crs) proj_destroy(crs);
    }
    end_session(&session);
    return done;
}
