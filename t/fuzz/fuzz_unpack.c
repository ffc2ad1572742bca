/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_unpack.c: gzip and brotli as an origin sends them.  Byte 0: bit 0 the
 * coding, bit 1 a bound on the ratio; byte 1: how the input is cut; byte 2: the
 * bound on the output, in KiB.  Promises: cuts change nothing; the bounds hold
 * to the byte; what can be unpacked can be packed and unpacked again. */
#include "fuzz.h"

#include "variants/compress.c"
#include "variants/compress_brotli.c"
#include "variants/compress_gzip.c"
#include "variants/packing.c"

#define MAX_PIECES 1024
#define RATIO 20

typedef struct {
    compress_e result;
    char *data;
    size_t len;
} outcome_t;

static outcome_t unpack(unsigned coding, const void *text, size_t size,
                        uint8_t seed, const compress_limits_t *limits)
{
    struct iovec in[MAX_PIECES];
    char *pieces[MAX_PIECES];
    outcome_t o = { COMPRESS_OK, NULL, 0 };
    size_t at = 0;
    int count = 0, i;

    while (at < size && count < MAX_PIECES) {
        size_t len = count == MAX_PIECES - 1 ? size - at
                                             : fuzz_piece(seed, at, size - at);

        pieces[count] = fuzz_copy((const char *)text + at, len);
        in[count] = (struct iovec){ pieces[count], len };
        count++;
        at += len;
    }
    o.result = compress_unpack(coding, in, count, limits, &o.data, &o.len);
    for (i = 0; i < count; i++) {
        free(pieces[i]);
    }
    FUZZ_CHECK((o.result == COMPRESS_OK) == (o.data != NULL));
    return o;
}

/* Of two faults in the same input either may be told: brotli holds output back
 * as long as there is input. */
static void check_same(const outcome_t *a, const outcome_t *b)
{
    FUZZ_CHECK((a->result == COMPRESS_OK) == (b->result == COMPRESS_OK));
    FUZZ_CHECK(a->len == b->len);
    FUZZ_CHECK(a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void check_again(unsigned coding, const outcome_t *first)
{
    struct iovec in = { first->data, first->len };
    compress_limits_t limits = { SIZE_MAX, 0, NULL };
    outcome_t packed = { COMPRESS_OK, NULL, 0 }, again;

    packed.result =
        compress_pack(coding, 1, &in, 1, &limits, &packed.data, &packed.len);
    FUZZ_CHECK(packed.result == COMPRESS_OK);
    again = unpack(coding, packed.data, packed.len, 255, &limits);
    check_same(&again, first);
    free(again.data);
    free(packed.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned coding;
    compress_limits_t limits = { 0 };
    outcome_t whole, cut;

    if (size < 3) {
        return 0;
    }
    coding = data[0] & 1 ? CODING_BROTLI : CODING_GZIP;
    limits.output_max = (size_t)data[2] << 10;
    limits.ratio_max = data[0] & 2 ? RATIO : 0;
    whole = unpack(coding, data + 3, size - 3, 255, &limits);
    cut = unpack(coding, data + 3, size - 3, data[1], &limits);
    check_same(&whole, &cut);
    FUZZ_CHECK(whole.len <= limits.output_max);
    if (whole.result == COMPRESS_OK && whole.len) {
        outcome_t less;

        check_again(coding, &whole);
        limits.output_max = whole.len - 1;
        less = unpack(coding, data + 3, size - 3, data[1], &limits);
        FUZZ_CHECK(less.result == COMPRESS_TOO_LARGE);
    }
    free(whole.data);
    free(cut.data);
    return 0;
}
