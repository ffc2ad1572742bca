/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_transform.c: every transformation of any value.  Promises: the
 * result fits into its room; without its trigger the value stays;
 * a value of bytes that stand for themselves is encoded and decoded to the
 * same.  The first byte chooses the transformation. */
#include "fuzz.h"

#include "waf/transform/transform.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"

static char *run(transform_e transform, slice_t value, size_t *length)
{
    size_t room = transform_room(transform, value.len);
    char *out = malloc(room);

    *length = transform_run(transform, value, out, NULL);
    FUZZ_CHECK(*length <= room);
    return out;
}

static void check_there_and_back(transform_e there, transform_e back,
                                 slice_t value)
{
    size_t length, again;
    char *coded = run(there, value, &length);
    char *decoded = run(back, slice_make(coded, length), &again);

    FUZZ_CHECK(slice_eq(value, slice_make(decoded, again)));
    free(decoded);
    free(coded);
}

static void check_reach(transform_e transform, slice_t value, slice_t made)
{
    byte_set_t reach = byte_set_of(value), bytes = byte_set_of(made);
    int is_bounded = transform_reach(transform, &reach), i;

    FUZZ_CHECK(!is_bounded || made.len <= value.len);
    for (i = 0; i < 4; i++) {
        FUZZ_CHECK(!(bytes.word[i] & ~reach.word[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    transform_e transform;
    byte_set_t bytes, trigger;
    slice_t value;
    size_t length;
    char *out;

    if (size == 0) {
        return 0;
    }
    transform = data[0] % TRANSFORM_COUNT;
    value = slice_make((const char *)data + 1, size - 1);
    bytes = byte_set_of(value);
    out = run(transform, value, &length);
    FUZZ_CHECK(
        !transform_trigger(transform, transform_ends_dot(value), &trigger)
        || byte_set_meets(&trigger, &bytes)
        || slice_eq(value, slice_make(out, length)));
    check_reach(transform, value, slice_make(out, length));
    free(out);
    check_there_and_back(TRANSFORM_URL_ENCODE, TRANSFORM_URL_DECODE, value);
    check_there_and_back(TRANSFORM_HEX_ENCODE, TRANSFORM_HEX_DECODE, value);
    check_there_and_back(TRANSFORM_BASE64_ENCODE, TRANSFORM_BASE64_DECODE,
                         value);
    return 0;
}
