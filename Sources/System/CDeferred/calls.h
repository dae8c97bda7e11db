#include "deferred.h"

#include <stdatomic.h>

#pragma GCC visibility push(hidden)

// As `deferred_address`; keeps in `known` what was found. Where there is nothing to be found it ends the program in the way of the dynamic linker, which
// would not have started it.
void *deferred_call(const char *library, const char *function, _Atomic(void *) *known);

#pragma GCC visibility pop

// Defines `function` as a call of the library's one. The compiler holds the types against those of the library's header.
#define DEFERRED(type, function, parameters, arguments)                                                        \
    type function parameters {                                                                                 \
        static _Atomic(void *) known;                                                                          \
        return ((__typeof__(&function))deferred_call(LIBRARY, #function, &known)) arguments;                   \
    }
