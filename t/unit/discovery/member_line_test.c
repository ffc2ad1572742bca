/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_line_test.c: lines of files of members, and how lists differ. */
#include "unit.h"
#include "guard_page.h"

#include "discovery/found_member.c"
#include "discovery/member_line.c"

typedef struct {
    const char *name;
    const char *line;
    const char *expect; /* "" for an empty line; "word: what is expected" */
} line_case_t;

#define WORD64 \
    "1234567890123456789012345678901234567890123456789012345678901234"

static const line_case_t cases[] = {
    { "a URL", "http://10.0.0.1", "http://10.0.0.1 w1 t0 b0 m0 s0 z g r" },
    { "all keys",
      "  http://a:1\tweight=7 tier=2 backup=on zone=eu-1 group=g route=r.1 "
      "max-connections=9 slow-start=5s ",
      "http://a:1 w7 t2 b1 m9 s5000000 zeu-1 gg rr.1" },
    { "a comment behind it", "http://a # weight=7",
      "http://a w1 t0 b0 m0 s0 z g r" },
    { "a '#' within a word", "unix:/run/a#b",
      "unix:/run/a#b w1 t0 b0 m0 s0 z "
      "g r" },
    { "empty", "", "" },
    { "blanks", " \t ", "" },
    { "a comment", "  # http://a", "" },
    { "the last of a key holds", "http://a weight=1 weight=2",
      "http://a w2 t0 b0 m0 s0 z g r" },
    { "milliseconds", "http://a slow-start=1500ms",
      "http://a w1 t0 b0 m0 s1500000 z g r" },
    { "minutes", "http://a slow-start=2min",
      "http://a w1 t0 b0 m0 s120000000 z g r" },
    { "hours", "http://a slow-start=1h",
      "http://a w1 t0 b0 m0 s3600000000 z g r" },
    { "no value", "http://a weight", "weight: key=value" },
    { "an unknown key", "http://a wait=1",
      "wait=1: one of the keys " FOUND_MEMBER_KEYS },
    { "an empty value",
      "http://a weight=", "weight=: a weight from 0 to 1000" },
    { "a large weight", "http://a weight=1001",
      "weight=1001: a weight from 0 to 1000" },
    { "a very large one", "http://a weight=99999999999999999999999",
      "weight=99999999999999999999999: a weight from 0 to 1000" },
    { "a negative one", "http://a weight=-1",
      "weight=-1: a weight from 0 to 1000" },
    { "a large tier", "http://a tier=16", "tier=16: a tier from 0 to 15" },
    { "no flag", "http://a backup=yes", "backup=yes: on or off" },
    { "no word", "http://a zone=a/b",
      "zone=a/b: 1 to 63 letters, digits, '-', '.' and '_'" },
    { "a long word", "http://a zone=" WORD64,
      "zone=" WORD64 ": 1 to 63 letters, digits, '-', '.' and '_'" },
    { "no time", "http://a slow-start=5x",
      "slow-start=5x: a time up to a year such as 500ms, 30s, 5min or 1h" },
    { "more than a year", "http://a slow-start=8761h",
      "slow-start=8761h: a time up to a year such as 500ms, 30s, 5min or 1h" },
    { "a control character", "http://a\001",
      "http://a\001: a URL of printable ASCII characters" },
    { "another character set", "http://\xc3\xa4",
      "http://\xc3\xa4: a URL of printable ASCII characters" },
};

static int show(char *text, size_t size, member_line_e result,
                const found_member_t *m, const member_fault_t *fault)
{
    if (result == MEMBER_LINE_EMPTY) {
        return snprintf(text, size, "%s", "");
    }
    if (result == MEMBER_LINE_WRONG) {
        return snprintf(text, size, "%.*s: %s", (int)fault->word.len,
                        fault->word.p, fault->expected);
    }
    return snprintf(text, size, "%.*s w%d t%d b%d m%d s%lld z%.*s g%.*s r%.*s",
                    (int)m->url.len, m->url.p, m->weight, m->tier, m->backup,
                    m->max_connections, (long long)m->slow_start_us,
                    (int)m->zone.len, m->zone.p, (int)m->group.len, m->group.p,
                    (int)m->route.len, m->route.p);
}

static void check_line(void **state)
{
    const line_case_t *row = *state;
    size_t len = strlen(row->line);
    found_member_t member = { .weight = 1 };
    member_fault_t fault;
    guard_page_t guard;
    char text[512];
    slice_t line;

    guard_page_open(&guard, len);
    line = slice_make(guard_page_put(&guard, row->line, len), len);
    show(text, sizeof(text), member_line_read(line, &member, &fault), &member,
         &fault);
    assert_string_equal(text, row->expect);
    guard_page_close(&guard);
}

static void check_lines(void **state)
{
    slice_t text = SLICE_LIT("one\n\r\ntwo\r\n\nthree\r"), line;
    unit_text_t seen = { .len = 0 };

    while (member_line_next(&text, &line)) {
        unit_text_add(&seen, "[%.*s]", (int)line.len, line.p);
    }
    assert_string_equal(seen.text, "[one][][two][][three]");
}

/* "a1 b2": names of a letter, and their weights. */
static int read_list(const char *text, found_member_t *list)
{
    int n = 0;

    for (; *text; text += text[2] ? 3 : 2) {
        memset(&list[n], 0, sizeof(list[n]));
        list[n].url = slice_make(text, 1);
        list[n++].weight = text[1] - '0';
    }
    return n;
}

typedef struct {
    const char *before, *now;
    found_diff_t expect;
} diff_case_t;

static const diff_case_t diff_cases[] = {
    { "", "", { 0, 0, 0 } },
    { "", "a1 b1", { 2, 0, 0 } },
    { "a1 b1", "", { 0, 2, 0 } },
    { "a1 b1", "a1 b1", { 0, 0, 0 } },
    { "a1 b1 c1", "b2 d1", { 1, 2, 1 } },
    { "b1", "a1 b1 c1", { 2, 0, 0 } },
    { "a1 c1", "b1", { 1, 2, 0 } },
};

static void check_diff(void **state)
{
    const diff_case_t *row = *state;
    found_member_t before[4], now[4];
    int n = read_list(row->before, before), m = read_list(row->now, now);
    found_diff_t diff = found_member_diff(before, n, now, m);

    assert_memory_equal(&diff, &row->expect, sizeof(diff));
}

/* Each field alone is a change. */
static void check_same(void **state)
{
    static const char *const keys[] = { "weight=2",          "tier=1",
                                        "backup=on",         "zone=x",
                                        "group=x",           "route=x",
                                        "max-connections=1", "slow-start=1" };
    size_t i;

    for (i = 0; i < UNIT_COUNT(keys); i++) {
        found_member_t a = { .url = SLICE_LIT("u"), .weight = 1 }, b = a;

        assert_null(set(&b, slice_str(keys[i])));
        assert_int_equal(found_member_diff(&a, 1, &b, 1).changed, 1);
        assert_int_equal(found_member_diff(&b, 1, &b, 1).changed, 0);
    }
}

static void check_order(void **state)
{
    found_member_t a = { .url = SLICE_LIT("ab") },
                   b = { .url = SLICE_LIT("abc") },
                   c = { .url = SLICE_LIT("b") };

    assert_true(found_member_order(&a, &b) < 0);
    assert_true(found_member_order(&b, &a) > 0);
    assert_true(found_member_order(&b, &c) < 0);
    assert_true(found_member_order(&c, &c) == 0);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_line, &cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(diff_cases); i++) {
        unit_add("difference", check_diff, &diff_cases[i]);
    }
    unit_add("lines", check_lines, NULL);
    unit_add("what makes a difference", check_same, NULL);
    unit_add("order", check_order, NULL);
    return unit_run("member_line");
}
