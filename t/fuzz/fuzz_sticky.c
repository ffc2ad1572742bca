/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_sticky.c: what clients send as the mark of a session.  The input is
 * lines: a parameter's name, a request target, a cookie's value; its first byte
 * is the separator of routes.  Promises: what is found lies within what was
 * given, is not empty, and stands behind the name and "="; a route has what
 * follows the first separator; a value that reads as a mark is the one that is
 * written for it; no mark finds a member that has another one. */
#include "fuzz.h"

#include "routing/siphash.c"
#include "sticky/sticky_learned.c"
#include "sticky/sticky_route.c"
#include "sticky/sticky_table.c"

enum {
    LINES = 3,
    MEMBERS = 5,
    SETS = 2
};

static int lies_in(slice_t part, slice_t whole)
{
    return part.len > 0 && part.p >= whole.p
           && part.p + part.len <= whole.p + whole.len;
}

static void check_parameter(slice_t name, slice_t target, char separator)
{
    slice_t value, route;

    if (sticky_route_parameter(target, name, &value)) {
        FUZZ_CHECK(lies_in(value, target));
        FUZZ_CHECK((size_t)(value.p - target.p) >= name.len + 2);
        FUZZ_CHECK(value.p[-1] == '=');
        FUZZ_CHECK(
            slice_eq(slice_make(value.p - 1 - name.len, name.len), name));
        FUZZ_CHECK(!memchr(value.p, '&', value.len));
        FUZZ_CHECK(!memchr(value.p, ';', value.len));
        if (sticky_route_of(value, separator, &route)) {
            FUZZ_CHECK(lies_in(route, value));
            FUZZ_CHECK(route.p + route.len == value.p + value.len);
            FUZZ_CHECK(separator == 0 ? route.p == value.p
                                      : memchr(value.p, separator, value.len)
                                            == route.p - 1);
        }
    }
}

static void check_mark(slice_t value)
{
    union {
        char room[1024];
        uint64_t aligned;
    } memory;
    siphash_key_t secret = { 1, 2 };
    sticky_table_t *table;
    uint64_t mark = sticky_cookie_read(value);
    char written[STICKY_COOKIE_LEN];
    uint32_t member;

    FUZZ_CHECK(sticky_table_room(MEMBERS) <= sizeof(memory));
    table = sticky_table_make(&memory, MEMBERS);
    for (member = 0; member < MEMBERS; member++) {
        slice_t name = slice_make((const char *)&member, sizeof(member));

        sticky_table_add(table, sticky_mark(secret, name), member);
    }
    member = sticky_table_find(table, mark);
    if (member != PLAN_NONE) {
        slice_t name = slice_make((const char *)&member, sizeof(member));

        FUZZ_CHECK(mark == sticky_mark(secret, name));
    }
    if (mark) {
        sticky_cookie_write(written, mark);
        FUZZ_CHECK(slice_eq(value, slice_make(written, sizeof(written))));
    }
}

/* The last member noted for a key is found, or none. */
static void check_learned(slice_t value)
{
    static uint64_t entries[SETS * STICKY_LEARNED_SET];
    sticky_learned_t table = { entries, SETS, 100 };
    siphash_key_t secret = { 3, 4 };
    uint64_t key = siphash(secret, value);
    size_t i;

    for (i = 0; i < value.len; i++) {
        sticky_learned_note(&table, siphash(secret, slice_make(value.p, i)),
                            (uint32_t)i, (int64_t)i / 16);
    }
    sticky_learned_note(&table, key, 9, (int64_t)i / 16);
    FUZZ_CHECK(sticky_learned_find(&table, key, (int64_t)i / 16) == 9);
    sticky_learned_forget(&table, key);
    FUZZ_CHECK(sticky_learned_find(&table, key, (int64_t)i / 16) == PLAN_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    slice_t line[LINES];
    char *copy[LINES];
    size_t i, len = size - 1;

    if (size == 0) {
        return 0;
    }
    for (i = 0; i < LINES; i++) {
        const char *end = len ? memchr(text, '\n', len) : NULL;
        size_t line_len = end && i + 1 < LINES ? (size_t)(end - text) : len;
        size_t used = line_len + (line_len < len);

        copy[i] = fuzz_copy(text, line_len);
        line[i] = slice_make(copy[i], line_len);
        text += used;
        len -= used;
    }
    check_parameter(line[0], line[1], data[0] == ' ' ? 0 : (char)data[0]);
    check_mark(line[2]);
    check_learned(line[2]);
    for (i = 0; i < LINES; i++) {
        free(copy[i]);
    }
    return 0;
}
