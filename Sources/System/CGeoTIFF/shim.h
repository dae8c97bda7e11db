#include <geotiff/geotiff.h>
#include <geotiff/geo_normalize.h>
#include <geotiff/geovalues.h>
#include <geotiff/xtiffio.h>
