/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* head_scan_test.c: the end of a request head, however its bytes come: equal
 * to a plain definition over the whole buffer, with every byte looked at a
 * bounded number of times. */
#include "unit.h"

/* Bytes that were searched. */
static size_t searched;

static const void *count_search(const void *buf, int c, size_t len)
{
    const char *at = len ? memchr(buf, c, len) : NULL;

    searched += at ? (size_t)(at - (const char *)buf) + 1 : len;
    return at;
}

#define memchr count_search
#include "client/head_scan.c"
#undef memchr

#include "guard_page.h"

/* ---- the definition ---- */

static size_t empty_line(const char *s, const char *end)
{
    if (s < end && *s == '\n') {
        return 1;
    }
    return s + 1 < end && s[0] == '\r' && s[1] == '\n' ? 2 : 0;
}

static const char *behind_line(const char *s, const char *end)
{
    while (s < end && *s != '\n') {
        s++;
    }
    return s < end ? s + 1 : NULL;
}

static int says_version(const char *s, const char *end)
{
    for (; end - s >= 6; s++) {
        if (strncmp(s, " HTTP/", 6) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Empty lines; a request line; if that names a version, more lines up to an
 * empty one. */
static int is_complete(const char *buf, size_t len)
{
    const char *s = buf, *end = buf + len, *next;

    while (empty_line(s, end)) {
        s += empty_line(s, end);
    }
    next = behind_line(s, end);
    if (!next) {
        return 0;
    }
    if (!says_version(s, next)) {
        return 1;
    }
    while (next && !empty_line(next, end)) {
        next = behind_line(next, end);
    }
    return next != NULL;
}

/* ---- texts ---- */

typedef struct {
    const char *name;
    const char *text;
    size_t head; /* bytes up to where it is complete; 0: never */
} case_t;

#define GET "GET / HTTP/1.1\r\n"

static const case_t cases[] = {
    { "nothing", "", 0 },
    { "request line", GET, 0 },
    { "one field", GET "Host: a\r\n", 0 },
    { "no fields", GET "\r\n", 18 },
    { "complete", GET "Host: a\r\n\r\n", 27 },
    { "bare LF", "GET / HTTP/1.1\nHost: a\n\n", 24 },
    { "LF behind CRLF", GET "Host: a\r\n\n", 26 },
    { "CRLF behind LF", "GET / HTTP/1.1\n\r\n", 17 },
    { "next request behind it", GET "\r\n" GET, 18 },
    { "body behind it", GET "\r\nabc\r\n\r\n", 18 },
    { "HTTP/0.9", "GET /\r\n", 7 },
    { "HTTP/0.9, LF", "GET /\n", 6 },
    { "version without a space", "GET /HTTP/1.1\r\n", 15 },
    { "a version in the target", "GET /a HTTP/x b\r\n\r\n", 19 },
    { "an empty line first", "\r\n" GET "\r\n", 20 },
    { "empty lines first", "\n\r\n\n" GET "A: b\r\n\r\n", 28 },
    { "empty lines and HTTP/0.9", "\r\n\r\nGET /\r\n", 11 },
    { "empty lines alone", "\r\n\r\n\r\n", 0 },
    { "CR alone", "\r", 0 },
    { "CRs before the line", "\r\r" GET "\r\n", 20 },
    { "CR CR LF is a line", "\r\r\n", 3 },
    { "CR within a line", "GET /\r HTTP/1.1\r\n\r\n", 19 },
    { "a line of CRs", GET "\r\r\n\r\n", 21 },
    { "folded line", GET "A: b\r\n c\r\n\r\n", 28 },
    { "a space is no empty line", GET " \r\n\r\n", 21 },
    { "version in the second line only", "GET /\r\nA: HTTP/1.1\r\n\r\n", 7 },
};

static void check_definition(void **state)
{
    const case_t *row = *state;
    size_t len, whole = strlen(row->text);

    for (len = 0; len <= whole; len++) {
        size_t scanned = 0;
        int complete = row->head && len >= row->head;

        assert_int_equal(is_complete(row->text, len), complete);
        assert_int_equal(head_scan(row->text, len, &scanned), complete);
        assert_true(scanned <= len);
    }
}

static guard_page_t guard;

/* In all ways to cut it in three, the buffer ending where the bytes end. */
static void check_splits(void **state)
{
    const case_t *row = *state;
    size_t a, b, len = strlen(row->text);

    for (a = 0; a <= len; a++) {
        for (b = a; b <= len; b++) {
            const size_t pieces[] = { a, b, len };
            size_t i, scanned = 0;
            int done = 0;

            for (i = 0; i < 3 && !done; i++) {
                const char *at = guard_page_put(&guard, row->text, pieces[i]);
                done = head_scan(at, pieces[i], &scanned);
                assert_int_equal(done, is_complete(row->text, pieces[i]));
                assert_true(scanned <= pieces[i]);
            }
        }
    }
}

/* ---- random texts ---- */

static uint64_t seed = 88172645463325252u;

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 20) % n;
}

static size_t some_text(char *text, size_t cap)
{
    static const char *const words[] = { "\r", "\n",     "\r\n", " ",
                                         "x",  " HTTP/", "GET",  ":" };
    size_t len = 0, n = pick(14);

    while (n-- && len + 6 < cap) {
        const char *word = words[pick(UNIT_COUNT(words))];
        memcpy(text + len, word, strlen(word));
        len += strlen(word);
    }
    return len;
}

static void check_random(void **state)
{
    char text[128];
    int round;

    for (round = 0; round < 200000; round++) {
        size_t whole = some_text(text, sizeof(text));
        size_t len = 0, scanned = 0;
        int done = 0;

        while (len < whole && !done) {
            len += 1 + pick((unsigned)(whole - len));
            done = head_scan(text, len, &scanned);
            assert_int_equal(done, is_complete(text, len));
        }
    }
}

/* ---- cost ---- */

typedef struct {
    const char *name;
    const char *start, *repeated;
} cost_case_t;

static const cost_case_t cost_cases[] = {
    { "cost: one long line", "GET /", "a" },
    { "cost: a long second line", GET "A: ", "a" },
    { "cost: many lines", GET, "A: b\r\n" },
    { "cost: one byte and LF", GET, "A\n" },
    { "cost: empty lines first", "", "\r\n" },
    { "cost: LFs first", "", "\n" },
    { "cost: CRs", GET, "\r" },
    { "cost: CRs first", "", "\r" },
    { "cost: spaces", "GET", " " },
};

/* What was looked at once is not looked at again: it could have changed.  Only
 * the line under way, and the end of the one before, may count. */
static void forget(char *buf, size_t len, size_t scanned)
{
    size_t keep = scanned;
    int lines = 0;

    while (keep && lines < 2) {
        keep--;
        lines += buf[keep] == '\n';
    }
    memset(buf, '?', keep);
}

static void check_cost(void **state)
{
    const cost_case_t *row = *state;
    static char buf[16000];
    const size_t len = sizeof(buf);
    size_t at = strlen(row->start), n, scanned = 0;

    memcpy(buf, row->start, at);
    while (at < len) {
        buf[at] =
            row->repeated[(at - strlen(row->start)) % strlen(row->repeated)];
        at++;
    }
    searched = 0;
    for (n = 1; n <= len; n++) { /* byte by byte */
        assert_int_equal(head_scan(buf, n, &scanned), 0);
        forget(buf, n, scanned);
    }
    assert_in_range(searched, 0, 4 * len);
}

int main(void)
{
    static char names[UNIT_COUNT(cases)][80];
    size_t i;

    guard_page_open(&guard, 256);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        snprintf(names[i], sizeof(names[i]), "%s, in pieces", cases[i].name);
        unit_add(cases[i].name, check_definition, &cases[i]);
        unit_add(names[i], check_splits, &cases[i]);
    }
    unit_add("random", check_random, NULL);
    for (i = 0; i < UNIT_COUNT(cost_cases); i++) {
        unit_add(cost_cases[i].name, check_cost, &cost_cases[i]);
    }
    return unit_run("head_scan");
}
