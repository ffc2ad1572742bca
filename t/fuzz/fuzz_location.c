/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_location.c: references of the origin in Location, Link and Refresh.
 * Byte 0: which of them, and the public scheme; then lines (fuzz_sides.h).
 * Promises: never a byte more than the room; what a mapped Location begins
 * with is the public name or one slash, never a name somebody else chose. */
#include "fuzz_sides.h"

#include "policy/location.c"
#include "policy/reference_fields.c"

static int begins(const char *p, size_t len, slice_t with)
{
    return len >= with.len && memcmp(p, with.p, with.len) == 0;
}

static void check_location(const fuzz_sides_t *s, const char *p, size_t len)
{
    slice_t scheme = s->map.public_scheme, name = s->map.public_authority;

    if (begins(p, len, scheme)) {
        p += scheme.len;
        len -= scheme.len;
        FUZZ_CHECK(begins(p, len, SLICE_LIT("://")));
        FUZZ_CHECK(begins(p + 3, len - 3, name));
    }
    else {
        FUZZ_CHECK(s->value.p[0] == '/' && p[0] == '/');
        FUZZ_CHECK(s->map.public_prefix.len
                   || !(len > 1 && (p[1] == '/' || p[1] == '\\')));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fuzz_map_fn *const maps[] = { location_map, link_map, refresh_map };
    fuzz_sides_t sides;
    char *result;
    size_t len;
    int which;

    if (size < 1) {
        return 0;
    }
    which = data[0] % 3;
    fuzz_sides_open(&sides, data + 1, size - 1, data[0] & 64);
    result = fuzz_sides_map(&sides, maps[which], &len);
    if (result && which == 0) {
        check_location(&sides, result, len);
    }
    free(result);
    fuzz_sides_close(&sides);
    return 0;
}
