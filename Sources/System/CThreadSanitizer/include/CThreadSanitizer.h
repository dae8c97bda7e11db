#ifndef CTHREADSANITIZER_H
#define CTHREADSANITIZER_H

// What the thread sanitizer cannot see by itself. Without it both do nothing.

// A thread that calls the first for an address sees all that another one did before it called the second for the same address.
void thread_sanitizer_acquire(void *address);
void thread_sanitizer_release(void *address);

#endif
