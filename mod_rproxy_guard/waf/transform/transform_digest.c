/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_digest.c: MD5 and SHA-1, which rules ask for, by OpenSSL.
 * Layer L1. */
#include "transform.h"

#ifdef HAVE_OPENSSL
#include <openssl/evp.h>
#endif

/* Empty where there is no such digest. */
size_t transform_digest(const char *name, slice_t in, unsigned char *out)
{
#ifdef HAVE_OPENSSL
    const EVP_MD *digest = EVP_get_digestbyname(name);
    unsigned length = 0;

    return digest && EVP_Digest(in.p, in.len, out, &length, digest, NULL)
               ? length
               : 0;
#else
    return 0;
#endif
}
