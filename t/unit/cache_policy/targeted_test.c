/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* targeted_test.c: targeted fields in, what they set as text; NULL: invalid.
 * A newline in the input is the end of a field line. */
#include "facts_fixture.h"
#include "guarded.h"

typedef struct {
    const char *name, *lines, *expected;
} targeted_case_t;

/* clang-format off */
static const targeted_case_t cases[] = {
    { "9213 2.1: max-age", "max-age=60", "max-age=60" },
    { "9213 2.1: many", "max-age=60, must-revalidate, public",
      "public must-revalidate max-age=60" },
    { "9213 2.1: all of a response",
      "no-store, no-cache, private, proxy-revalidate, must-understand,"
      "no-transform, immutable, s-maxage=1, stale-while-revalidate=2,"
      "stale-if-error=3",
      "no-store no-cache private proxy-revalidate must-understand no-transform"
      " immutable s-maxage=1 swr=2 sie=3" },
    { "9213 2.1: unknown directives are ignored",
      "foo, bar=\"x\", baz=:YQ==:, l=(1 \"2\" three), max-age=60",
      "max-age=60" },
    { "9213 2.1: only unknown ones are no directives", "foo", "" },
    { "9213 2.1: parameters are ignored",
      "max-age=60;x;y=1;z=\"a\";*=?0, no-cache;max-age=5",
      "no-cache max-age=60" },
    { "9213 2.1: directives of requests mean nothing",
      "max-stale, min-fresh=5, only-if-cached, max-age=1", "max-age=1" },
    { "9213 2.1: empty is not there", "", NULL },
    { "9213 2.1: spaces are not there", "   ", NULL },
    { "9213 2.1: time as string is invalid", "max-age=\"60\"", NULL },
    { "9213 2.1: time as token is invalid", "max-age=a60", NULL },
    { "9213 2.1: time as decimal is invalid", "max-age=60.0", NULL },
    { "9213 2.1: time without a value is invalid", "max-age", NULL },
    { "9213 2.1: time as boolean is invalid", "s-maxage=?1", NULL },
    { "9213 2.1: time as list is invalid", "stale-if-error=(1)", NULL },
    { "9213 2.1: time as bytes is invalid", "max-age=:NjA=:", NULL },
    { "9111 4.2.1: negative time is stale", "max-age=-1", "max-age=0" },
    { "9111 1.2.2: time is cut", "max-age=99999999999",
      "max-age=2147483648" },
    { "9111 1.2.2: 15 digits", "max-age=999999999999999",
      "max-age=2147483648" },
    { "8941 3.3.1: 16 digits are invalid", "max-age=1000000000000000", NULL },
    { "8941 3.3.1: zeros in front", "max-age=0060", "max-age=60" },
    { "8941 3.3.1: no digits", "max-age=-", NULL },
    { "8941 3.3.1: a plus", "max-age=+60", NULL },
    { "8941 3.3.1: digits, then letters", "max-age=60a", NULL },
    { "8941 3.3.2: decimals elsewhere", "q=1.5, max-age=60", "max-age=60" },
    { "8941 3.3.2: a point too much", "q=1., max-age=60", NULL },
    { "8941 3.3.2: three digits behind the point", "q=1.234", "" },
    { "8941 3.3.2: four digits behind the point", "q=1.2345", NULL },
    { "8941 3.3.2: 12 digits before the point", "q=123456789012.3", "" },
    { "8941 3.3.2: 13 digits before the point", "q=1234567890123.4", NULL },
    { "8941 3.3.3: string", "ext=\"a\\\"b\\\\c, no-store\", max-age=60",
      "max-age=60" },
    { "8941 3.3.3: string that never ends", "max-age=60, ext=\"a", NULL },
    { "8941 3.3.3: an escape of a letter", "ext=\"\\a\"", NULL },
    { "8941 3.3.3: an escape of nothing", "ext=\"\\", NULL },
    { "8941 3.3.3: a byte above 126", "ext=\"\xc3\xa9\"", NULL },
    { "8941 3.3.3: from space to tilde", "ext=\" ~\"", "" },
    { "8941 3.3.3: a byte of 127", "ext=\"\x7f\"", NULL },
    { "8941 3.3.3: a tab", "ext=\"\t\"", NULL },
    { "8941 3.3.4: token", "ext=*a/b:c!, max-age=60", "max-age=60" },
    { "8941 3.3.5: bytes that never end", "ext=:YQ==", NULL },
    { "8941 3.3.5: what is not base64", "ext=:a-b:", NULL },
    { "8941 3.3.6: true", "no-store=?1", "no-store" },
    { "8941 3.3.6: false", "no-store=?0, public=?0, private=?0, max-age=1",
      "max-age=1" },
    { "8941 3.3.6: neither", "no-store=?2", NULL },
    { "8941 3.3.6: cut off", "no-store=?", NULL },
    { "8941 3.1.1: inner list", "l=(), m=( 1  2;a ), max-age=1", "max-age=1" },
    { "8941 3.1.1: inner list that never ends", "l=(1 2", NULL },
    { "8941 3.1.1: inner list with commas", "l=(1, 2)", NULL },
    { "8941 3.1.1: inner list, no space", "l=(\"a\"b)", NULL },
    { "8941 3.1.1: inner list, junk", "l=(1 &)", NULL },
    { "8941 3.1.2: upper case in a key", "Max-Age=60", NULL },
    { "8941 3.1.2: a key of digits", "1a=60", NULL },
    { "8941 3.1.2: a key with a star", "*a=1, max-age=60", "max-age=60" },
    { "8941 3.1.2: a parameter without a key", "max-age=60;", NULL },
    { "8941 3.1.2: a parameter without a value", "max-age=60;a=", NULL },
    { "8941 3.1.2: spaces behind the semicolon", "max-age=60;  a",
      "max-age=60" },
    { "8941 3.1.2: spaces before it", "max-age=60 ;a", NULL },
    { "8941 3.2: white space", " max-age=60 \t,\t no-cache ",
      "no-cache max-age=60" },
    { "8941 3.2: comma at the end", "max-age=60,", NULL },
    { "8941 3.2: comma in front", ",max-age=60", NULL },
    { "8941 3.2: two commas", "max-age=60,,no-cache", NULL },
    { "8941 3.2: no comma", "max-age=60 no-cache", NULL },
    { "8941 3.2: space before =", "max-age =60", NULL },
    { "8941 3.2: space behind =", "max-age= 60", NULL },
    { "8941 3.2: no value behind =", "max-age=", NULL },
    { "8941 3.2: what is no value", "max-age=60, &&&&&", NULL },
    { "8941 3.2: what is no value behind =", "max-age=60, a=&", NULL },
    { "8941 3.2: the last of two counts", "max-age=10, max-age=60",
      "max-age=60" },
    { "8941 3.2: also to take back", "no-store, no-store=?0, max-age=1",
      "max-age=1" },
    { "8941 3.2: of each by itself",
      "s-maxage=1, max-age=2, stale-if-error=3, stale-while-revalidate=4",
      "max-age=2 s-maxage=1 swr=4 sie=3" },
    { "8941 3.2: of stale times by itself",
      "max-age=2, s-maxage=1, stale-while-revalidate=4, stale-if-error=3",
      "max-age=2 s-maxage=1 swr=4 sie=3" },
    { "8941 3.2: the last stale time",
      "stale-while-revalidate=1, stale-while-revalidate=4, stale-if-error=1,"
      "stale-if-error=3, s-maxage=1, s-maxage=2", "s-maxage=2 swr=4 sie=3" },
    { "8941 3.2: also a list", "private, private=\"a\"", "private=[a]" },
    { "8941 3.2: also by no list", "private=\"a\", private", "private" },
    { "8941 4.2: several lines", "max-age=10, public\nmax-age=60\nno-cache",
      "no-cache public max-age=60" },
    { "8941 4.2: empty lines", "\nmax-age=60\n", "max-age=60" },
    { "8941 4.2: one bad line is enough", "max-age=60\n&", NULL },
    { "9111 5.2.2.4: no-cache with names", "no-cache=\"set-cookie, x\"",
      "no-cache=[set-cookie, x]" },
    { "9111 5.2.2.7: private with a name", "private=set-cookie",
      "private=[set-cookie]" },
    { "9111 5.2.2.7: an inner list is plain", "private=(\"a\" \"b\")",
      "private" },
    { "9111 5.2.2.7: a number is plain", "private=1", "private" },
    { "9111 5.2.2.7: a string of no names is plain", "private=\"a b\"",
      "private" },
    { "wrong type: what forbids counts", "no-store=1, must-revalidate=no",
      "no-store must-revalidate" },
    { "wrong type: what permits does not", "public=1, immutable=yes", "" },
};
/* clang-format on */

/* As response_facts_read does it.  @return 1, 0 or -1 */
static int add_lines(cache_control_t *cc, const char *lines)
{
    int found = 0, slot = 0;

    for (;;) {
        size_t len = strcspn(lines, "\n");
        char *line = memcpy(guarded_room(slot++, len), lines, len);
        int added = targeted_add(cc, slice_make(line, len));

        if (added < 0) {
            return -1;
        }
        found |= added;
        if (!lines[len]) {
            return found;
        }
        lines += len + 1;
    }
}

static void check_case(void **state)
{
    const targeted_case_t *c = *state;
    cache_control_t cc = { 0 };
    unit_text_t text = { .len = 0 };
    int added = add_lines(&cc, c->lines);

    if (!c->expected) {
        assert_true(added <= 0);
        return;
    }
    assert_int_equal(added, 1);
    cc_text(&text, &cc);
    assert_string_equal(text.text, c->expected);
}

static void check_whole(void **state)
{
    static const cache_control_t zero;
    cache_control_t cc;

    assert_int_equal(targeted_read(&cc, SLICE_LIT("no-store, max-age=5")), 0);
    assert_true(cc.no_store && cc.has_max_age && cc.max_age == 5);
    assert_int_equal(targeted_read(&cc, SLICE_LIT("no-store, max-age=x")), -1);
    assert_memory_equal(&cc, &zero, sizeof(cc));
    assert_int_equal(targeted_read(&cc, SLICE_LIT("")), -1);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("9213 2.1: a field as a whole", check_whole, NULL);
    return unit_run("targeted");
}
