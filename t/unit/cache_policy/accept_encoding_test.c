/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* accept_encoding_test.c: codings that a client takes, and a response has. */
#include "unit.h"
#include "guarded.h"

#include "http1/h1_fields.c"
#include "policy/accept_encoding.c"

#define I CODING_IDENTITY
#define G CODING_GZIP
#define B CODING_BROTLI

/* clang-format off */
static const struct {
    const char *name, *value;
    unsigned bits;
} requests[] = {
    { "9110 12.5.3: no field", NULL, I },
    { "9110 12.5.3: empty field", "", I },
    { "9110 12.5.3: blanks and commas", " , ", I },
    { "9110 12.5.3: compress, gzip", "compress, gzip", I | G },
    { "9110 12.5.3: star", "*", I | G | B },
    { "9110 12.5.3: weights", "compress;q=0.5, gzip;q=1.0", I | G },
    { "9110 12.5.3: identity excluded", "gzip;q=1.0, identity; q=0", G },
    { "9110 12.5.3: star excluded", "gzip;q=1.0, identity; q=0.5, *;q=0",
      I | G },
    { "9110 12.5.3: star excludes identity", "gzip, *;q=0", G },
    { "9110 12.5.3: star excludes all", "*;q=0", 0 },
    { "9110 12.5.3: star, one excluded", "*, gzip;q=0", I | B },
    { "9110 12.5.3: one excluded, star", "br;q=0, *;q=0.1", I | G },
    { "9110 12.5.3: star, identity excluded", "*, identity;q=0", G | B },
    { "9110 12.5.3: identity only", "identity", I },
    { "9110 12.5.3: identity excluded alone", "identity;q=0", 0 },
    { "a browser's", "gzip, deflate, br, zstd", I | G | B },
    { "9110 8.4.1.3: x-gzip", "x-gzip", I | G },
    { "9110 8.4.1.3: x-gzip excluded", "gzip, x-gzip;q=0", I },
    { "9110 8.4.1: without case", "GZip, BR", I | G | B },
    { "9110 12.4.2: q=0.000", "gzip;q=0.000", I },
    { "9110 12.4.2: q=0.001", "gzip;q=0.001", I | G },
    { "9110 12.4.2: q=0.", "gzip;q=0.", I },
    { "9110 12.4.2: q=1", "gzip;q=1", I | G },
    { "9110 12.4.2: Q=0", "gzip;Q=0", I },
    { "9110 12.4.2: blanks", "gzip \t; \t q=0 , br", I | B },
    { "9110 12.4.2: no weight", "gzip;q=", I },
    { "9110 12.4.2: a word", "gzip;q=high", I },
    { "9110 12.4.2: negative", "gzip;q=-1", I },
    { "9110 12.4.2: 10", "gzip;q=10", I },
    { "9110 12.4.2: 0.5x", "gzip;q=0.5x", I },
    { "another parameter", "gzip;level=0", I | G },
    { "the weight behind another parameter", "gzip;level=9;q=0", I },
    { "said twice: the exclusion counts", "gzip;q=0, gzip", I },
    { "star said twice", "*, *;q=0", 0 },
    { "unknown ones", "compress, dcb", I },
    { "a longer name", "gzipped, brotli", I },
    { "a semicolon alone", ";", I },
    { "nothing before the weight", ";q=0", I },
};

static const struct {
    const char *name, *value;
    unsigned bit;
} responses[] = {
    { "9110 8.4: no field", NULL, I },
    { "9110 8.4: empty field", "", I },
    { "9110 8.4: gzip", "gzip", G },
    { "9110 8.4: X-GZip", "X-GZip", G },
    { "9110 8.4: br", " br ", B },
    { "9110 8.4: identity should not be there", "identity", I },
    { "9110 8.4: deflate", "deflate", CODING_OTHER },
    { "9110 8.4: two", "gzip, br", CODING_OTHER },
    { "9110 8.4: gzip twice", "gzip, gzip", CODING_OTHER },
    { "9110 5.6.1.2: empty elements", ",gzip,", G },
    { "a star means nothing", "*", CODING_OTHER },
    { "nor does a parameter", "gzip;q=1", CODING_OTHER },
};
/* clang-format on */

static void check_request(void **state)
{
    const size_t i = (size_t)*state;

    assert_int_equal(accept_encoding_read(guarded(0, requests[i].value)),
                     requests[i].bits);
}

static void check_response(void **state)
{
    const size_t i = (size_t)*state;

    assert_int_equal(content_encoding_read(guarded(0, responses[i].value)),
                     responses[i].bit);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(requests); i++) {
        unit_add(requests[i].name, check_request, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(responses); i++) {
        unit_add(responses[i].name, check_response, (const void *)i);
    }
    return unit_run("accept_encoding");
}
