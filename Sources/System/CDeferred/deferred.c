#include "calls.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

void *deferred_address(const char *library, const char *function) {
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    return handle ? dlsym(handle, function) : NULL;
}

void *deferred_call(const char *library, const char *function, _Atomic(void *) *known) {
    void *address = atomic_load_explicit(known, memory_order_acquire);
    if (address) return address;
    address = deferred_address(library, function);
    if (!address) {
        const char *reason = dlerror();
        fprintf(stderr, "trenchwatch: error while loading shared libraries: %s\n", reason ? reason : library);
        _exit(127);
    }
    atomic_store_explicit(known, address, memory_order_release);
    return address;
}
