/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_digest.c: MD5 and SHA-1, which rules ask for.  Layer L1.
 *
 * By APR: OpenSSL looks its methods up each time, which costs more than the
 * digest of a User-Agent, of which CRS has one for each request. */
#include "transform.h"

#include <apr_md5.h>
#include <apr_sha1.h>

size_t transform_md5(slice_t in, unsigned char *out)
{
    return apr_md5(out, in.p, in.len) == APR_SUCCESS ? APR_MD5_DIGESTSIZE : 0;
}

size_t transform_sha1(slice_t in, unsigned char *out)
{
    apr_sha1_ctx_t digest;

    apr_sha1_init(&digest);
    apr_sha1_update_binary(&digest, (const unsigned char *)in.p,
                           (unsigned)in.len);
    apr_sha1_final(out, &digest);
    return APR_SHA1_DIGESTSIZE;
}
