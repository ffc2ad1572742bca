/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_status_test.c: what a Cache-Status member looks like. */
#include "unit.h"

#include "http1/h1_fields.c"
#include "policy/cache_status.c"

typedef struct {
    const char *name;
    cache_status_t status;
    const char *expected;
} status_case_t;

#define TEXT(s)            \
    {                      \
        (s), sizeof(s) - 1 \
    }

/* clang-format off */
static const status_case_t cases[] = {
    { "9211 2: name only", { .cache = "rproxy" }, "rproxy" },
    { "9211 2.1: hit", { .cache = "rproxy", .hit = 1 }, "rproxy; hit" },
    { "9211 2.4: ttl", { .cache = "rproxy", .hit = 1, .has_ttl = 1,
      .ttl = 376 }, "rproxy; hit; ttl=376" },
    { "9211 2.4: ttl 0", { .cache = "rproxy", .hit = 1, .has_ttl = 1 },
      "rproxy; hit; ttl=0" },
    { "9211 2.4: ttl of what is stale", { .cache = "rproxy", .hit = 1,
      .has_ttl = 1, .ttl = -412 }, "rproxy; hit; ttl=-412" },
    { "8941 3.3.1: integers have 15 digits", { .cache = "rproxy", .hit = 1,
      .has_ttl = 1, .ttl = INT64_MIN },
      "rproxy; hit; ttl=-999999999999999" },
    { "9211 2.2: fwd", { .cache = "rproxy", .fwd = "uri-miss" },
      "rproxy; fwd=uri-miss" },
    { "9211 2.1: hit and fwd exclude each other", { .cache = "rproxy",
      .hit = 1, .fwd = "stale", .fwd_status = 304, .stored = 1,
      .collapsed = 1 }, "rproxy; hit" },
    { "9211 2.3: fwd-status", { .cache = "rproxy", .fwd = "stale",
      .fwd_status = 304 }, "rproxy; fwd=stale; fwd-status=304" },
    { "9211 2.5: stored", { .cache = "rproxy", .fwd = "uri-miss",
      .stored = 1 }, "rproxy; fwd=uri-miss; stored" },
    { "9211 2.6: collapsed", { .cache = "rproxy", .fwd = "uri-miss",
      .collapsed = 1 }, "rproxy; fwd=uri-miss; collapsed" },
    { "9211 2.5: neither without fwd", { .cache = "rproxy", .stored = 1,
      .collapsed = 1, .fwd_status = 200 }, "rproxy" },
    { "9211 2.7: key", { .cache = "rproxy", .hit = 1,
      .key = TEXT("https://a/?b=c") }, "rproxy; hit; key=\"https://a/?b=c\"" },
    { "9211 2.7: empty key", { .cache = "rproxy", .hit = 1, .key = TEXT("") },
      "rproxy; hit; key=\"\"" },
    { "8941 4.1.6: escapes", { .cache = "rproxy", .hit = 1,
      .key = TEXT("a\"b\\c") }, "rproxy; hit; key=\"a\\\"b\\\\c\"" },
    { "8941 3.3.3: bytes no string can hold", { .cache = "rproxy", .hit = 1,
      .key = TEXT("\r\n\xc3\xa9\x7f\0x") }, "rproxy; hit; key=\"??????x\"" },
    { "9211 2.8: detail as token", { .cache = "rproxy", .fwd = "bypass",
      .detail = TEXT("set-cookie") }, "rproxy; fwd=bypass; detail=set-cookie" },
    { "8941 3.3.4: letters from a to z", { .cache = "Zoo", .fwd = "zoo",
      .detail = TEXT("*a") }, "Zoo; fwd=zoo; detail=*a" },
    { "9211 2.8: detail as text", { .cache = "rproxy", .fwd = "bypass",
      .detail = TEXT("two words") },
      "rproxy; fwd=bypass; detail=\"two words\"" },
    { "8941 3.3.4: a token begins with a letter", { .cache = "rproxy",
      .hit = 1, .detail = TEXT("1a") }, "rproxy; hit; detail=\"1a\"" },
    { "9211 2: a name that is no token", { .cache = "my cache", .hit = 1 },
      "\"my cache\"; hit" },
    { "a name that is not there", { .cache = NULL, .hit = 1 }, "\"\"; hit" },
    { "a fwd that is no token", { .cache = "rproxy", .fwd = "a b",
      .stored = 1 }, "rproxy" },
    { "9211 2: all", { .cache = "rproxy", .fwd = "vary-miss",
      .fwd_status = 200, .stored = 1, .collapsed = 1, .has_ttl = 1,
      .ttl = 60, .key = TEXT("/a"), .detail = TEXT("x") },
      "rproxy; fwd=vary-miss; fwd-status=200; stored; collapsed; ttl=60;"
      " key=\"/a\"; detail=x" },
};
/* clang-format on */

static void check_case(void **state)
{
    const status_case_t *c = *state;
    char out[CACHE_STATUS_ROOM];
    size_t len = cache_status_write(out, &c->status);

    assert_string_equal(out, c->expected);
    assert_int_equal(len, strlen(out));
}

/* Everything as long as can be, in quotes that all need escapes. */
static void check_room(void **state)
{
    static char text[4096];
    char out[CACHE_STATUS_ROOM];
    cache_status_t s = { .cache = text,
                         .fwd = "abcdefghi-abcdefghi-abcd",
                         .fwd_status = INT32_MIN,
                         .stored = 1,
                         .collapsed = 1,
                         .has_ttl = 1,
                         .ttl = INT64_MIN };
    size_t len;

    memset(text, '"', sizeof(text) - 1);
    s.key = s.detail = slice_make(text, sizeof(text));
    len = cache_status_write(out, &s);
    assert_true(len < CACHE_STATUS_ROOM);
    assert_int_equal(len, strlen(out));
    assert_non_null(strstr(out, "; collapsed; ttl=-999999999999999; key="));
    assert_int_equal(out[len - 1], '"');
}

static void check_cut(void **state)
{
    static char text[1000];
    char out[CACHE_STATUS_ROOM], expected[CACHE_STATUS_ROOM];
    cache_status_t s = { .cache = "rproxy", .hit = 1 };

    /* the last escape would be cut in two: it is left out */
    memset(text, 'a', sizeof(text));
    text[KEY_ROOM - 1] = '"';
    s.key = slice_make(text, sizeof(text));
    s.detail = SLICE_LIT("x");
    cache_status_write(out, &s);
    snprintf(expected, sizeof(expected), "rproxy; hit; key=\"%.*s\"; detail=x",
             KEY_ROOM - 1, text);
    assert_string_equal(out, expected);
    /* what just fits */
    s.key.len = KEY_ROOM - 1;
    cache_status_write(out, &s);
    assert_string_equal(out, expected);
    text[KEY_ROOM - 1] = 'a';
    s.key.len = KEY_ROOM;
    cache_status_write(out, &s);
    snprintf(expected, sizeof(expected), "rproxy; hit; key=\"%.*s\"; detail=x",
             KEY_ROOM, text);
    assert_string_equal(out, expected);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("room for the longest", check_room, NULL);
    unit_add("a key too long is cut", check_cut, NULL);
    return unit_run("cache_status");
}
