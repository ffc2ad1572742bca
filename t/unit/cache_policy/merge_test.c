/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* merge_test.c: which response a 304 speaks of, and what comes of both. */
#include "unit.h"
#include "guarded.h"

#include "http1/h1_fields.c"
#include "policy/http_date.c"
#include "policy/validators.c"
#include "policy/merge.c"

#define FIELDS_MAX 32

/* clang-format off */
static const struct {
    const char *name;
    const char *stored_tag;
    int64_t stored_date;
    const char *fresh_tag;
    int64_t fresh_date;
    int selects, bare, head_contradicts;
} pairs[] = {
    { "9111 4.3.4: the same strong tag", "\"a\"", -1, "\"a\"", -1, 1, 0, 0 },
    { "9111 4.3.4: another strong tag", "\"a\"", -1, "\"b\"", -1, 0, 0, 1 },
    { "9111 4.3.4: another strong tag, the same date", "\"a\"", 5, "\"b\"", 5,
      0, 0, 1 },
    { "9111 4.3.4: the same weak tag", "W/\"a\"", -1, "W/\"a\"", -1, 1, 0, 0 },
    { "9111 4.3.4: another weak tag", "W/\"a\"", -1, "W/\"b\"", -1, 0, 0, 1 },
    { "9111 4.3.4: weak for a strong one", "\"a\"", -1, "W/\"a\"", -1, 1, 0,
      0 },
    { "9111 4.3.4: strong for a weak one", "W/\"a\"", -1, "\"a\"", -1, 0, 0,
      0 },
    { "9111 4.3.4: tag and date", "\"a\"", 5, "\"a\"", 5, 1, 0, 0 },
    { "9111 4.3.4: the tag before the date", "\"a\"", 5, "\"a\"", 6, 1, 0, 1 },
    { "9111 4.3.4: the same date", "", 5, "", 5, 1, 0, 0 },
    { "9111 4.3.4: another date", "", 5, "", 6, 0, 0, 1 },
    { "9111 4.3.4: the date of a tagged one", "\"a\"", 5, "", 5, 1, 0, 0 },
    { "9111 4.3.4: a tag that is new", "", -1, "\"a\"", -1, 0, 0, 1 },
    { "9111 4.3.4: a tag that is new, the same date", "", 5, "\"a\"", 5, 1, 0,
      1 },
    { "9111 4.3.4: a date that is new", "", -1, "", 5, 0, 0, 1 },
    { "9111 4.3.4: neither has one", "", -1, "", -1, 1, 1, 0 },
    { "9110 15.4.5: nothing for a tag", "\"a\"", -1, "", -1, 0, 1, 0 },
    { "9110 15.4.5: nothing for a date", "", 5, "", -1, 0, 1, 0 },
    { "what is no tag, twice the same", "a", -1, "a", -1, 1, 0, 0 },
    { "what is no tag, differing", "a", -1, "b", -1, 0, 0, 1 },
    { "no tag for a tag", "\"a\"", -1, "a", -1, 0, 0, 1 },
    { "a tag for no tag", "a", -1, "\"a\"", -1, 0, 0, 1 },
};

static const struct {
    const char *name, *stored, *fresh, *stored_coding, *fresh_coding;
    int contradicts;
} lengths[] = {
    { "9111 4.3.5: the same length", "100", "100", "", "", 0 },
    { "9111 4.3.5: another length", "100", "101", "", "", 1 },
    { "9111 4.3.5: leading zero", "100", "0100", "", "", 0 },
    { "9111 4.3.5: no length", "100", "", "", "", 0 },
    { "9111 4.3.5: no stored length", "", "100", "", "", 0 },
    { "9111 4.3.5: no number", "100", "x", "", "", 0 },
    { "9111 4.3.5: another coding", "100", "50", "", "gzip", 0 },
    { "9111 4.3.5: the same coding", "100", "50", "gzip", "GZIP", 1 },
};

static const struct {
    const char *name;
    int replaces, stored;
} names[] = {
    { "Cache-Control", 1, 1 }, { "Date", 1, 1 }, { "ETag", 1, 1 },
    { "Vary", 1, 1 }, { "X-Any", 1, 1 }, { "Cache-Status", 1, 1 },
    { "Content-Location", 1, 1 }, { "Content-Language", 1, 1 },
    { "Content-Encoding", 0, 1 }, { "Content-Type", 0, 1 },
    { "Content-Range", 0, 1 }, { "CONTENT-LENGTH", 0, 1 },
    { "Set-Cookie", 0, 1 }, { "Age", 0, 0 }, { "Connection", 0, 0 },
    { "Keep-Alive", 0, 0 }, { "Proxy-Connection", 0, 0 },
    { "Transfer-Encoding", 0, 0 }, { "Trailer", 0, 0 }, { "upgrade", 0, 0 },
    { "Proxy-Authenticate", 0, 0 }, { "Proxy-Authentication-Info", 0, 0 },
    { "TE", 0, 0 },
};

static const struct {
    const char *name, *field, *connection, *no_cache, *is_private;
    int stored;
} rules[] = {
    { "9111 3.1: nothing against it", "X-A", NULL, NULL, NULL, 1 },
    { "9111 3.1: nominated", "X-A", "close, x-a", "", "", 0 },
    { "9111 3.1: another one nominated", "X-A", "x-ab, x-", "", "", 1 },
    { "9110 7.6.1: may not be nominated", "Content-Length", "content-length",
      "", "", 1 },
    { "9111 5.2.2.4: no-cache names it", "Set-Cookie", "", "set-cookie", "",
      0 },
    { "9111 5.2.2.4: no-cache names another", "X-A", "", "set-cookie, x-b",
      "", 1 },
    { "9111 5.2.2.7: private names it", "X-User", "", "", "X-Id,\tx-user", 0 },
    { "9111 5.2.2.7: private names another", "X-User", "", "", "X-Id", 1 },
};

static const struct {
    const char *name, *stored, *fresh, *merged;
} heads[] = {
    { "9111 3.2: nothing fresh", "A: 1\nB: 2", "", "A: 1\nB: 2\n" },
    { "9111 3.2: replaced", "A: 1\nB: 2", "a: 3", "B: 2\na: 3\n" },
    { "9111 3.2: added", "A: 1", "B: 2", "A: 1\nB: 2\n" },
    { "9111 3.2: one for several lines", "A: 1\nA: 2\nB: 3", "A: 4",
      "B: 3\nA: 4\n" },
    { "9111 3.2: several lines for one", "A: 1", "A: 2\nA: 3",
      "A: 2\nA: 3\n" },
    { "9111 3.2: all replaced", "A: 1\nB: 2", "B: 3\nA: 4", "B: 3\nA: 4\n" },
    { "9111 3.2: the content's fields stay",
      "Content-Type: a/b\nContent-Length: 9\nContent-Encoding: gzip",
      "Content-Type: c/d\nContent-Length: 0\nContent-Encoding: br\n"
      "Content-Range: bytes 0-1/2",
      "Content-Type: a/b\nContent-Length: 9\nContent-Encoding: gzip\n" },
    { "9111 3.2: of one connection only", "A: 1",
      "Connection: close\nKeep-Alive: timeout=5\nDate: x", "A: 1\nDate: x\n" },
    { "9111 3.1: nominated ones", "X-A: 1\nX-B: 2",
      "X-A: 3\nConnection: keep-alive, x-a\nX-B: 4\nConnection: X-B\nX-C: 5",
      "X-A: 1\nX-B: 2\nX-C: 5\n" },
    { "9111 5.1: Age is computed anew", "A: 1", "Age: 5", "A: 1\n" },
    { "a cookie is for who asked", "A: 1", "Set-Cookie: s=1", "A: 1\n" },
    { "a stored cookie stays", "Set-Cookie: s=0", "Set-Cookie: s=1\nA: 1",
      "Set-Cookie: s=0\nA: 1\n" },
    { "nothing at all", "", "", "" },
};
/* clang-format on */

static void check_pair(void **state)
{
    const size_t i = (size_t)*state;
    response_facts_t stored = { .status = 200 }, fresh = { .status = 304 };

    stored.etag = guarded(0, pairs[i].stored_tag);
    stored.last_modified = pairs[i].stored_date;
    fresh.etag = guarded(1, pairs[i].fresh_tag);
    fresh.last_modified = pairs[i].fresh_date;
    assert_int_equal(merge_selects(&stored, &fresh), pairs[i].selects);
    assert_int_equal(merge_is_bare(&fresh), pairs[i].bare);
    assert_int_equal(merge_head_contradicts(&stored, &fresh),
                     pairs[i].head_contradicts);
}

static void check_length(void **state)
{
    const size_t i = (size_t)*state;
    response_facts_t stored = { .last_modified = -1 };
    response_facts_t fresh = { .last_modified = -1 };

    stored.content_length = guarded(0, lengths[i].stored);
    fresh.content_length = guarded(1, lengths[i].fresh);
    stored.content_encoding = guarded(2, lengths[i].stored_coding);
    fresh.content_encoding = guarded(3, lengths[i].fresh_coding);
    assert_int_equal(merge_head_contradicts(&stored, &fresh),
                     lengths[i].contradicts);
}

static void check_name(void **state)
{
    const size_t i = (size_t)*state;
    slice_t name = guarded(0, names[i].name), empty = { NULL, 0 };

    assert_int_equal(merge_replaces(name), names[i].replaces);
    assert_int_equal(merge_is_stored(name, empty, empty, empty),
                     names[i].stored);
}

static void check_rule(void **state)
{
    const size_t i = (size_t)*state;

    assert_int_equal(merge_is_stored(guarded(0, rules[i].field),
                                     guarded(1, rules[i].connection),
                                     guarded(2, rules[i].no_cache),
                                     guarded(3, rules[i].is_private)),
                     rules[i].stored);
}

static void check_head(void **state)
{
    const size_t i = (size_t)*state;
    h1_field_t stored[FIELDS_MAX], fresh[FIELDS_MAX], *out;
    size_t stored_count =
        guarded_fields(0, heads[i].stored, stored, FIELDS_MAX);
    size_t fresh_count = guarded_fields(1, heads[i].fresh, fresh, FIELDS_MAX);
    unit_text_t got = { 0 };
    size_t count, at;

    out = (h1_field_t *)(void *)guarded_room(2, (stored_count + fresh_count)
                                                    * sizeof(*out));
    count = merge_fields(out, stored, stored_count, fresh, fresh_count);
    for (at = 0; at < count; at++) {
        unit_text_add(&got, "%.*s: %.*s\n", (int)out[at].name.len,
                      out[at].name.p, (int)out[at].value.len, out[at].value.p);
    }
    assert_string_equal(got.text, heads[i].merged);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(pairs); i++) {
        unit_add(pairs[i].name, check_pair, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(lengths); i++) {
        unit_add(lengths[i].name, check_length, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(names); i++) {
        unit_add(names[i].name, check_name, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(rules); i++) {
        unit_add(rules[i].name, check_rule, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(heads); i++) {
        unit_add(heads[i].name, check_head, (const void *)i);
    }
    return unit_run("merge");
}
