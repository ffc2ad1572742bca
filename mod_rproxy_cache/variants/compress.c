/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compress.c: sends the work to the coding's own file.  Layer L1. */
#include "compress.h"

#include "compress_brotli.h"
#include "compress_gzip.h"
#include "packing.h"

static const char *const names[] = {
    [COMPRESS_OK] = "ok",
    [COMPRESS_NOT_BUILT] = "not built",
    [COMPRESS_NO_MEMORY] = "no memory",
    [COMPRESS_STOPPED] = "stopped",
    [COMPRESS_TOO_LARGE] = "too large",
    [COMPRESS_RATIO] = "ratio too high",
    [COMPRESS_TRUNCATED] = "truncated",
    [COMPRESS_CORRUPT] = "corrupt",
    [COMPRESS_TRAILING] = "trailing bytes",
};

static int between(int least, int value, int most)
{
    return value < least ? least : value > most ? most : value;
}

int compress_is_built(unsigned coding)
{
    return coding == CODING_BROTLI ? compress_brotli_is_built()
           : coding == CODING_GZIP ? compress_gzip_is_built()
                                   : 0;
}

compress_e compress_pack(unsigned coding, int level, const struct iovec *in,
                         int count, const compress_limits_t *limits,
                         char **data, size_t *len)
{
    packing_t p;
    compress_e result = COMPRESS_NOT_BUILT;

    packing_init(&p, in, count, limits, 0);
    if (coding == CODING_GZIP) {
        result = compress_gzip_pack(&p, between(1, level, 9));
    }
    else if (coding == CODING_BROTLI) {
        result = compress_brotli_pack(&p, between(0, level, 11));
    }
    return packing_finish(&p, result, data, len);
}

compress_e compress_unpack(unsigned coding, const struct iovec *in, int count,
                           const compress_limits_t *limits, char **data,
                           size_t *len)
{
    packing_t p;
    compress_e result = COMPRESS_NOT_BUILT;

    packing_init(&p, in, count, limits, limits->ratio_max);
    if (coding == CODING_GZIP) {
        result = compress_gzip_unpack(&p);
    }
    else if (coding == CODING_BROTLI) {
        result = compress_brotli_unpack(&p);
    }
    return packing_finish(&p, result, data, len);
}

const char *compress_name(compress_e result)
{
    return names[result];
}
