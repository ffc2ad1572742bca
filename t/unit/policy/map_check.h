/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* map_check.h: runs one mapping with exactly the room it needs, and with one
 * byte less.  Input and output end at a page that faults. */
#ifndef T_UNIT_POLICY_MAP_CHECK_H
#define T_UNIT_POLICY_MAP_CHECK_H

#include "unit.h"
#include "guard_page.h"

#include "policy/location.h"

/* Prefixes "" on both sides where a test does not say otherwise. */
typedef struct {
    const char *member; /* authority of the member */
    const char *host;   /* Host that was sent */
    const char *origin_prefix;
    const char *public; /* scheme://authority */
    const char *public_prefix;
} sides_t;

typedef struct {
    const char *name;
    const sides_t *sides;
    const char *value;
    const char *expect; /* NULL: kept */
} map_case_t;

typedef location_verdict_e map_fn(const location_map_t *map, slice_t value,
                                  text_t *out);

static location_map_t map_of(const sides_t *s)
{
    const char *authority = strstr(s->public, "://") + 3;
    location_map_t map = {
        .origin_scheme = SLICE_LIT("http"),
        .origin_authority = { slice_str(s->member), slice_str(s->host) },
        .origin_prefix = slice_str(s->origin_prefix),
        .public_scheme =
            slice_make(s->public, (size_t)(authority - s->public) - 3),
        .public_authority = slice_str(authority),
        .public_prefix = slice_str(s->public_prefix),
    };
    return map;
}

static void check_kept(const map_case_t *c, map_fn *map_it)
{
    location_map_t map = map_of(c->sides);
    char buf[512];
    text_t out = text_make(buf, sizeof(buf));

    if (map_it(&map, slice_str(c->value), &out) != LOCATION_KEEP) {
        fail_msg("not kept, but \"%.*s\"", (int)out.len, out.buf);
    }
    assert_int_equal(out.len, 0);
}

static void check_map(const map_case_t *c, map_fn *map_it)
{
    location_map_t map = map_of(c->sides);
    guard_page_t in, room;
    slice_t value;
    text_t out;

    if (!c->expect) {
        check_kept(c, map_it);
        return;
    }
    guard_page_open(&in, strlen(c->value));
    guard_page_open(&room, strlen(c->expect));
    value = slice_make(guard_page_put(&in, c->value, strlen(c->value)),
                       strlen(c->value));

    out =
        text_make(guard_page_room(&room, strlen(c->expect)), strlen(c->expect));
    assert_int_equal(map_it(&map, value, &out), LOCATION_MAPPED);
    assert_int_equal(out.len, strlen(c->expect));
    assert_memory_equal(out.buf, c->expect, out.len);

    out = text_make(guard_page_room(&room, strlen(c->expect) - 1),
                    strlen(c->expect) - 1);
    assert_int_equal(map_it(&map, value, &out), LOCATION_NO_ROOM);
    guard_page_close(&in);
    guard_page_close(&room);
}

#endif
