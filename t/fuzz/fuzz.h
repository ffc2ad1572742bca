/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz.h: what the fuzz targets share.  A target takes its options from the
 * first bytes of the input; a broken promise aborts, which libFuzzer reports
 * with the input that did it. */
#ifndef T_FUZZ_FUZZ_H
#define T_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                          \
    do {                                                               \
        if (!(condition)) {                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
                    #condition);                                       \
            abort();                                                   \
        }                                                              \
    } while (0)

/* A copy of exactly that size: AddressSanitizer sees one byte too many. */
static inline char *fuzz_copy(const void *data, size_t len)
{
    char *copy = malloc(len);

    FUZZ_CHECK(copy != NULL || len == 0);
    if (len) {
        memcpy(copy, data, len);
    }
    return copy;
}

/* How many bytes come next, from 1 to 16; the same seed, the same pieces.
 * Seed 0 is byte by byte, seed 255 all at once. */
static inline size_t fuzz_piece(uint8_t seed, size_t at, size_t left)
{
    size_t n = 1 + (seed * (at + 7) * 2654435761u >> 7) % 16;

    if (seed == 255) {
        n = left;
    }
    else if (seed == 0) {
        n = 1;
    }
    return n < left ? n : left;
}

#endif
