#ifndef TRENCHWATCH_CPROCESSOR_H
#define TRENCHWATCH_CPROCESSOR_H

#include <stdbool.h>

/// Whether the processor has AVX2 and the operating system saves its registers.
static inline bool processor_has_avx2(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
#else
    return false;
#endif
}

#endif
