/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_redis_url.c: where a Redis is.  Promises: what is taken has either a
 * host or a path, both pieces of the text, and numbers within their ranges. */
#include "fuzz.h"

#include "fleet/redis_url.c"

static void check_piece(slice_t piece, slice_t text)
{
    FUZZ_CHECK(piece.p >= text.p && piece.p + piece.len <= text.p + text.len);
    FUZZ_CHECK(is_visible(piece));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t text = slice_make((const char *)data, size);
    redis_url_t url;

    if (redis_url_parse(&url, text) != NULL) {
        return 0;
    }
    FUZZ_CHECK(!url.host.len != !url.path.len);
    check_piece(url.host.len ? url.host : url.path, text);
    FUZZ_CHECK(url.port > 0 && url.port <= 65535);
    FUZZ_CHECK(url.database >= 0 && url.database <= REDIS_DATABASE_MAX);
    return 0;
}
