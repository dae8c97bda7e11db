#pragma once

#if defined(__GLIBC__) || __has_include(<malloc.h>)
#include <malloc.h>
#endif

/// Memory that is given back stays with the process up to `kept` bytes, so that the system does not clear the same pages for every block anew; pieces
/// of `single` bytes and more go back at once. Where the C library offers no such choice nothing happens.
static inline void memory_keep(int single, int kept) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, single);
    mallopt(M_TRIM_THRESHOLD, kept);
#else
    (void)single;
    (void)kept;
#endif
}

/// Gives back to the system what is free now.
static inline void memory_release(void) {
#ifdef M_MMAP_THRESHOLD
    malloc_trim(0);
#endif
}
