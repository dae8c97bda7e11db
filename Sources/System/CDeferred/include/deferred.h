#ifndef TRENCHWATCH_DEFERRED_H
#define TRENCHWATCH_DEFERRED_H

// Shared libraries that are opened when one of their functions is first called. Half of the time that the program took to say its version went into
// linking libraries that only work on scenes needs.

// The address of a function of `library`, which is opened if need be and never closed; NULL where it cannot be had, and `dlerror` says why. Several
// threads may call it at once.
//
// - Parameter library: its file's name, with the version of its interface.
void *deferred_address(const char *library, const char *function);

#endif
