/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_cookie.c: Set-Cookie of the origin.  Byte 0: the public scheme; then
 * lines (fuzz_sides.h).  Promises: name and value stay; the result is mapped
 * no further by its Domain; each attribute that is neither Domain nor Path is
 * there as before, in its order. */
#include "fuzz_sides.h"

#include "policy/location.c"
#include "policy/set_cookie.c"

static int is_mapped(slice_t part)
{
    slice_t name = split_attribute(part).name;

    return slice_eq_nocase(name, SLICE_LIT("domain"))
           || slice_eq_nocase(name, SLICE_LIT("path"));
}

/* The next part that is never touched. */
static int next_kept(slice_t *rest, slice_t *part)
{
    while (rest->len) {
        *part = next_part(rest);
        if (part->len && !is_mapped(*part)) {
            return 1;
        }
    }
    return 0;
}

static void check_kept_parts(slice_t before, slice_t after)
{
    slice_t a, b;
    int more;

    a = next_part(&before);
    b = next_part(&after);
    FUZZ_CHECK(slice_eq(a, b));
    do {
        more = next_kept(&before, &a);
        FUZZ_CHECK(next_kept(&after, &b) == more);
        FUZZ_CHECK(!more || slice_eq(a, b));
    } while (more);
}

static void check_domains(const fuzz_sides_t *s, slice_t after)
{
    next_part(&after);
    while (after.len) {
        attribute_t a = split_attribute(next_part(&after));

        FUZZ_CHECK(!slice_eq_nocase(a.name, SLICE_LIT("domain"))
                   || !is_origin_domain(&s->map, a.value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_sides_t sides;
    char *result;
    size_t len;

    if (size < 1) {
        return 0;
    }
    fuzz_sides_open(&sides, data + 1, size - 1, data[0] & 64);
    result = fuzz_sides_map(&sides, set_cookie_map, &len);
    if (result) {
        check_kept_parts(sides.value, slice_make(result, len));
        check_domains(&sides, slice_make(result, len));
    }
    free(result);
    fuzz_sides_close(&sides);
    return 0;
}
