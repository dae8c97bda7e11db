#include "CThreadSanitizer.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TELL_SANITIZER 1
#endif
#endif

#ifdef TELL_SANITIZER
#include <sanitizer/tsan_interface.h>

void thread_sanitizer_acquire(void *address) { __tsan_acquire(address); }
void thread_sanitizer_release(void *address) { __tsan_release(address); }
#else
void thread_sanitizer_acquire(void *address) { (void)address; }
void thread_sanitizer_release(void *address) { (void)address; }
#endif
