#include "calls.h"

#pragma GCC visibility push(hidden)
#include <openssl/evp.h>

#define LIBRARY "libcrypto.so.3"
#if OPENSSL_VERSION_MAJOR != 3
#error "which shared library goes with this version of openssl/evp.h?"
#endif

DEFERRED(int, EVP_DigestFinal_ex, (EVP_MD_CTX *ctx, unsigned char *md, unsigned int *s), (ctx, md, s))
DEFERRED(int, EVP_DigestInit_ex, (EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *impl), (ctx, type, impl))
DEFERRED(int, EVP_DigestUpdate, (EVP_MD_CTX *ctx, const void *d, size_t cnt), (ctx, d, cnt))
DEFERRED(void, EVP_MD_CTX_free, (EVP_MD_CTX *ctx), (ctx))
DEFERRED(EVP_MD_CTX *, EVP_MD_CTX_new, (void), ())
DEFERRED(const EVP_MD *, EVP_sha256, (void), ())
