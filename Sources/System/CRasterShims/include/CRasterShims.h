#ifndef TRENCHWATCH_CRASTERSHIMS_H
#define TRENCHWATCH_CRASTERSHIMS_H

#include "tiff_shims.h"
#include "png_shims.h"

#endif
