#include "calls.h"

#include <stdarg.h>

#pragma GCC visibility push(hidden)
#include <geotiff/geo_normalize.h>
#include <geotiff/geo_simpletags.h>
#include <geotiff/geotiff.h>

#define LIBRARY "libgeotiff.so.5"
#if LIBGEOTIFF_VERSION < 1500 || LIBGEOTIFF_VERSION >= 2000
#error "which shared library goes with this version of geotiff.h?"
#endif

DEFERRED(GTIFDefn *, GTIFAllocDefn, (void), ())
DEFERRED(void, GTIFAttachPROJContext, (GTIF *psGTIF, void *pjContext), (psGTIF, pjContext))
DEFERRED(void, GTIFFree, (GTIF *gtif), (gtif))
DEFERRED(void, GTIFFreeDefn, (GTIFDefn *a), (a))
DEFERRED(void, GTIFFreeMemory, (char *a), (a))
DEFERRED(int, GTIFGetDefn, (GTIF *psGTIF, GTIFDefn *psDefn), (psGTIF, psDefn))
DEFERRED(int, GTIFGetGCSInfoEx,
    (void *ctx, int nGCSCode, char **ppszName, short *pnDatum, short *pnPM, short *pnUOMAngle),
    (ctx, nGCSCode, ppszName, pnDatum, pnPM, pnUOMAngle))
DEFERRED(int, GTIFGetPCSInfoEx,
    (void *ctx, int nPCSCode, char **ppszEPSGName, short *pnProjOp, short *pnUOMLengthCode, short *pnGeogCS),
    (ctx, nPCSCode, ppszEPSGName, pnProjOp, pnUOMLengthCode, pnGeogCS))
DEFERRED(char *, GTIFGetProj4Defn, (GTIFDefn *a), (a))
DEFERRED(GTIF *, GTIFNewSimpleTags, (void *tif), (tif))
DEFERRED(int, GTIFSetFromProj4, (GTIF *gtif, const char *proj4), (gtif, proj4))
DEFERRED(int, GTIFWriteKeys, (GTIF *gtif), (gtif))
DEFERRED(ST_TIFF *, ST_Create, (void), ())
DEFERRED(void, ST_Destroy, (ST_TIFF *a), (a))
DEFERRED(int, ST_GetKey, (ST_TIFF *a, int tag, int *count, int *st_type, void **data_ptr), (a, tag, count, st_type, data_ptr))
DEFERRED(int, ST_SetKey, (ST_TIFF *a, int tag, int count, int st_type, void *data), (a, tag, count, st_type, data))

// Variadic: its value is to be taken and given again.
int GTIFKeySet(GTIF *gtif, geokey_t keyID, tagtype_t type, int count, ...) {
    static _Atomic(void *) known;
    __typeof__(&GTIFKeySet) set = deferred_call(LIBRARY, "GTIFKeySet", &known);
    va_list arguments;
    va_start(arguments, count);
    int done = count == 1 && type == TYPE_SHORT ? set(gtif, keyID, type, count, va_arg(arguments, int))
        : count == 1 && type == TYPE_DOUBLE     ? set(gtif, keyID, type, count, va_arg(arguments, double))
                                                : set(gtif, keyID, type, count, va_arg(arguments, void *));
    va_end(arguments);
    return done;
}
