/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_sides.h: for the targets that map references: the two sides of a route
 * and a value, one to a line of the input: member, Host sent, origin's prefix,
 * public authority, public prefix, value. */
#ifndef T_FUZZ_FUZZ_SIDES_H
#define T_FUZZ_FUZZ_SIDES_H

#include "fuzz.h"

#include "policy/location.h"

typedef struct {
    char *line[6];
    size_t len[6];
    location_map_t map;
    slice_t value;
} fuzz_sides_t;

static slice_t fuzz_prefix(slice_t s)
{
    while (s.len && s.p[s.len - 1] == '/') {
        s.len--;
    }
    return s.len && s.p[0] == '/' ? s : slice_make(s.p, 0);
}

/* @param is_https the public side's scheme */
static void fuzz_sides_open(fuzz_sides_t *s, const uint8_t *data, size_t size,
                            int is_https)
{
    slice_t part[6];
    int i;

    for (i = 0; i < 6; i++) {
        const uint8_t *end = size && i < 5 ? memchr(data, '\n', size) : NULL;

        s->len[i] = end ? (size_t)(end - data) : size;
        s->line[i] = fuzz_copy(data, s->len[i]);
        part[i] = slice_make(s->line[i], s->len[i]);
        data += s->len[i] + (end != NULL);
        size -= s->len[i] + (end != NULL);
    }
    s->map = (location_map_t){
        .origin_scheme = SLICE_LIT("http"),
        .origin_authority = { part[0], part[1] },
        .origin_prefix = fuzz_prefix(part[2]),
        .public_scheme = is_https ? SLICE_LIT("https") : SLICE_LIT("http"),
        .public_authority = part[3],
        .public_prefix = fuzz_prefix(part[4]),
    };
    s->value = part[5];
}

static void fuzz_sides_close(fuzz_sides_t *s)
{
    int i;

    for (i = 0; i < 6; i++) {
        free(s->line[i]);
    }
}

typedef location_verdict_e fuzz_map_fn(const location_map_t *map, slice_t value,
                                       text_t *out);

/* Maps into a buffer that is large enough, then into one of exactly that
 * size, then into one that is a byte too small.
 * @return the result, to be freed, or NULL when the value is kept */
static char *fuzz_sides_map(const fuzz_sides_t *s, fuzz_map_fn *map_it,
                            size_t *len)
{
    size_t cap = 1 << 20;
    char *big = malloc(cap), *exact;
    text_t out = text_make(big, cap);
    location_verdict_e verdict = map_it(&s->map, s->value, &out);

    *len = out.len;
    FUZZ_CHECK(verdict != LOCATION_NO_ROOM);
    if (verdict == LOCATION_KEEP) {
        FUZZ_CHECK(out.len == 0);
        free(big);
        return NULL;
    }
    exact = malloc(out.len);
    out = text_make(exact, *len);
    FUZZ_CHECK(map_it(&s->map, s->value, &out) == LOCATION_MAPPED);
    FUZZ_CHECK(out.len == *len && memcmp(big, exact, *len) == 0);
    free(big);
    if (*len) {
        char *small = malloc(*len - 1);

        out = text_make(small, *len - 1);
        FUZZ_CHECK(map_it(&s->map, s->value, &out) == LOCATION_NO_ROOM);
        free(small);
    }
    return exact;
}

#endif
