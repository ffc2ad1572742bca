/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_control_test.c: field lines in, what they set as text.  A newline in
 * the input is the end of a field line. */
#include "facts_fixture.h"
#include "guarded.h"

typedef struct {
    const char *name, *lines, *expected;
} cc_case_t;

/* clang-format off */
static const cc_case_t cases[] = {
    /* names */
    { "9111 5.2: empty", "", "" },
    { "9111 5.2.1.1: max-age", "max-age=60", "max-age=60" },
    { "9111 5.2.1.2: max-stale with a time", "max-stale=60", "max-stale=60" },
    { "9111 5.2.1.2: max-stale without one", "max-stale",
      "max-stale=2147483648 any" },
    { "9111 5.2.1.3: min-fresh", "min-fresh=60", "min-fresh=60" },
    { "9111 5.2.1.4: no-cache", "no-cache", "no-cache" },
    { "9111 5.2.1.5: no-store", "no-store", "no-store" },
    { "9111 5.2.1.6: no-transform", "no-transform", "no-transform" },
    { "9111 5.2.1.7: only-if-cached", "only-if-cached", "only-if-cached" },
    { "9111 5.2.2.2: must-revalidate", "must-revalidate", "must-revalidate" },
    { "9111 5.2.2.3: must-understand", "must-understand, no-store",
      "no-store must-understand" },
    { "9111 5.2.2.7: private", "private", "private" },
    { "9111 5.2.2.8: proxy-revalidate", "proxy-revalidate",
      "proxy-revalidate" },
    { "9111 5.2.2.9: public", "public", "public" },
    { "9111 5.2.2.10: s-maxage", "s-maxage=60", "s-maxage=60" },
    { "5861 3: stale-while-revalidate", "stale-while-revalidate=30",
      "swr=30" },
    { "5861 4: stale-if-error", "stale-if-error=30", "sie=30" },
    { "8246 2: immutable", "immutable", "immutable" },
    { "9111 5.2: names without case", "Max-Age=60, NO-CACHE, pUbLiC",
      "no-cache public max-age=60" },
    { "9111 5.2: many", "public, max-age=60, s-maxage=120, must-revalidate",
      "public must-revalidate max-age=60 s-maxage=120" },
    { "9111 5.2.3: unknown ones are ignored",
      "foo, bar=1, baz=\"x\", max-age=60", "max-age=60" },
    { "9111 5.2: prefixes of names are other names",
      "no-stor, no-stores, max-ag=1, xmax-age=1, x-no-store", "" },
    { "9111 5.2: with an underscore is another name", "no_store", "" },

    /* lists */
    { "9110 5.6.1: no space", "no-cache,no-store", "no-store no-cache" },
    { "9110 5.6.1: white space around", "  no-cache\t,\t no-store ",
      "no-store no-cache" },
    { "9110 5.6.1: empty elements", ",, ,no-cache,,", "no-cache" },
    { "9110 5.6.1: empty element in front", ",no-cache", "no-cache" },
    { "9110 5.2: several lines are one list", "max-age=60\nno-cache\npublic",
      "no-cache public max-age=60" },

    /* quoted strings */
    { "9111 5.2: directives in a quoted string are none",
      "ext=\"no-store, private, max-age=1\", max-age=60", "max-age=60" },
    { "9111 5.2: nor behind the real one",
      "max-age=60, ext=\"max-age=1, no-store\"", "max-age=60" },
    { "9110 5.6.4: an escaped quote does not end it",
      "ext=\"a\\\", no-store, \", max-age=60", "max-age=60" },
    { "9110 5.6.4: an escaped backslash does not hide its end",
      "ext=\"a\\\\\", no-store", "no-store" },
    { "9110 5.6.4: a backslash outside quotes is no escape",
      "ext=\\\", no-store, b=\"", "no-store" },
    { "9110 5.6.4: empty quoted string", "ext=\"\", no-store", "no-store" },
    { "broken: a quote that never closes hides nothing",
      "ext=\"a, no-store, max-age=60", "no-store max-age=0" },
    { "broken: nor what it names", "private=\"a, max-age=60",
      "private max-age=0" },
    { "broken: nor lets it permit",
      "ext=\"a, public, immutable, must-understand", "" },
    { "broken: what stands before it counts", "max-age=60, public, ext=\"a",
      "public max-age=60" },
    { "broken: only to the end of its line", "ext=\"a\nmax-age=60, public",
      "public max-age=60" },
    { "broken: quotes behind it mean nothing",
      "e=\\\", f=\"\\\", no-store, \"", "no-store" },
    { "broken: a quote that does not follow =",
      "e \"a, public, max-age=60, no-store\"", "no-store max-age=0" },
    { "broken: text behind the closing quote", "max-age=\"60\"0", "max-age=0" },
    { "broken: two strings", "private=\"a\"\"b\"", "private" },

    /* delta-seconds */
    { "9111 5.2: time as quoted string", "max-age=\"60\"", "max-age=60" },
    { "9111 5.2: s-maxage as quoted string", "s-maxage=\"60\"",
      "s-maxage=60" },
    { "9111 1.2.2: zero", "max-age=0", "max-age=0" },
    { "9111 1.2.2: zeros in front", "max-age=0060", "max-age=60" },
    { "9111 1.2.2: 2^31", "max-age=2147483648", "max-age=2147483648" },
    { "9111 1.2.2: more is cut", "max-age=99999999999",
      "max-age=2147483648" },
    { "9111 1.2.2: 2^63 is cut", "s-maxage=9223372036854775808",
      "s-maxage=2147483648" },
    { "9111 1.2.2: 2^64 does not wrap", "max-age=18446744073709551676",
      "max-age=2147483648" },
    { "9111 4.2.1: negative is stale", "max-age=-1", "max-age=0" },
    { "9111 4.2.1: fraction is stale", "max-age=60.0", "max-age=0" },
    { "9111 4.2.1: letters in front", "max-age=a60", "max-age=0" },
    { "9111 4.2.1: letters behind", "max-age=60a", "max-age=0" },
    { "9111 4.2.1: no value", "max-age", "max-age=0" },
    { "9111 4.2.1: empty value", "max-age=", "max-age=0" },
    { "9111 4.2.1: empty string", "max-age=\"\"", "max-age=0" },
    { "9111 4.2.1: a space in the string", "max-age=\" 60\"", "max-age=0" },
    { "9111 4.2.1: an escape in the string", "max-age=\"6\\0\"", "max-age=0" },
    { "9111 4.2.1: space before =", "max-age =60", "max-age=0" },
    { "9111 4.2.1: space behind =", "max-age= 60", "max-age=0" },
    { "9111 4.2.1: single quotes", "max-age='60'", "max-age=0" },
    { "9111 4.2.1: two =", "max-age==60", "max-age=0" },
    { "9111 4.2.1: two values", "max-age=60 70", "max-age=0" },
    { "9111 4.2.1: s-maxage too", "s-maxage=x", "s-maxage=0" },
    { "9111 4.2.1: stale times too",
      "stale-while-revalidate=x, stale-if-error", "swr=0 sie=0" },
    { "9111 5.2.1.2: unreadable max-stale allows nothing", "max-stale=x",
      "max-stale=0" },
    { "9111 5.2.1.2: max-stale with an empty value", "max-stale=",
      "max-stale=0" },
    { "9111 5.2.1.3: unreadable min-fresh", "min-fresh=x", "min-fresh=0" },

    /* given twice */
    { "9111 4.2.1: the smaller max-age counts", "max-age=60, max-age=10",
      "max-age=10" },
    { "9111 4.2.1: in any order", "max-age=10, max-age=60", "max-age=10" },
    { "9111 4.2.1: on two lines", "max-age=60\nmax-age=10", "max-age=10" },
    { "9111 4.2.1: the unreadable one counts", "max-age=60, max-age=x",
      "max-age=0" },
    { "9111 4.2.1: smaller s-maxage", "s-maxage=60, s-maxage=10",
      "s-maxage=10" },
    { "9111 4.2.1: smaller stale times",
      "stale-if-error=9, stale-if-error=5, stale-while-revalidate=4,"
      "stale-while-revalidate=8", "swr=4 sie=5" },
    { "9111 5.2.1.2: smaller max-stale", "max-stale=60, max-stale=10",
      "max-stale=10" },
    { "9111 5.2.1.2: a time is less than any", "max-stale, max-stale=10",
      "max-stale=10" },
    { "9111 5.2.1.2: in any order", "max-stale=10, max-stale",
      "max-stale=10" },
    { "9111 5.2.1.3: larger min-fresh", "min-fresh=60, min-fresh=10",
      "min-fresh=60" },
    { "9111 5.2: flags twice", "no-store, no-store", "no-store" },
    { "9111 4.2.1: what conflicts is all there", "no-store, max-age=60, public",
      "no-store public max-age=60" },

    /* qualified forms */
    { "9111 5.2.2.4: no-cache with a list", "no-cache=\"Set-Cookie, X-A\"",
      "no-cache=[Set-Cookie, X-A]" },
    { "9111 5.2.2.7: private with a list", "private=\"set-cookie\"",
      "private=[set-cookie]" },
    { "9111 5.2: one name as a token", "no-cache=Set-Cookie",
      "no-cache=[Set-Cookie]" },
    { "9111 5.2.2.4: and plain", "no-cache=\"a\", no-cache",
      "no-cache no-cache=[a]" },
    { "9111 5.2.2.4: two lists are plain", "no-cache=\"a\", no-cache=\"b\"",
      "no-cache no-cache=[b]" },
    { "9111 5.2.2.7: two lists are plain", "private=\"a\"\nprivate=\"b\"",
      "private private=[b]" },
    { "9111 5.2.2.4: one of each", "no-cache=\"a\", private=\"b\"",
      "no-cache=[a] private=[b]" },
    { "9111 5.2.2.4: empty list is plain", "no-cache=\"\"", "no-cache" },
    { "9111 5.2.2.4: a list of commas is plain", "no-cache=\" , ,\"",
      "no-cache" },
    { "9111 5.2.2.7: no value is plain", "private=", "private" },
    { "9111 5.2.2.7: what is no name is plain", "private=\"a b\"", "private" },
    { "9111 5.2.2.7: escapes are plain", "private=\"a\\b\"", "private" },
    { "9111 5.2.2.7: two tokens are plain", "private=a b", "private" },
    { "9111 5.2.2.7: directives in the list are names",
      "private=\"no-store\"", "private=[no-store]" },
    { "9111 5.2.2.4: a good list, then a bad one is plain",
      "no-cache=\"a\", no-cache=\"?\"", "no-cache no-cache=[a]" },

    /* arguments where none should be */
    { "broken: what forbids counts", "no-store=1, must-revalidate=\"x\","
      "proxy-revalidate=0, no-transform=",
      "no-store must-revalidate proxy-revalidate no-transform" },
    { "broken: what permits does not", "public=1, immutable=\"x\","
      "must-understand=yes", "" },
    { "broken: junk behind a name", "no-store x, private x, no-cache x",
      "no-store no-cache private" },
    { "broken: junk behind what permits", "public x, immutable x", "" },
    { "broken: semicolons do not hide what forbids", "max-age=60; private",
      "private max-age=0" },
    { "broken: nor let it permit", "public; max-age=60", "max-age=0" },
    { "broken: one at the end", "max-age=60;", "max-age=0" },
    { "broken: the next element is whole", "foo; bar, max-age=60",
      "max-age=60" },
    { "broken: a semicolon in quotes is text", "e=\"a; no-store\", max-age=60",
      "max-age=60" },
    { "broken: only semicolons", ";;, no-cache;;", "no-cache" },
    { "broken: ends behind =", "max-stale=, public=", "max-stale=0" },
    { "broken: ends in an open quote", "private=\"", "private" },
    { "broken: only =", "=, =60, =\"a\", max-age=60", "max-age=60" },
    { "broken: bytes above 127", "\xc3\xa9, no-store\xff, max-age=60",
      "no-store max-age=60" },
};
/* clang-format on */

static void check_case(void **state)
{
    const cc_case_t *c = *state;
    cache_control_t cc = { 0 };
    unit_text_t text = { .len = 0 };
    const char *rest = c->lines;
    int slot = 0;

    for (;;) {
        size_t len = strcspn(rest, "\n");
        char *line = memcpy(guarded_room(slot++, len), rest, len);

        cache_control_read(&cc, slice_make(line, len));
        if (!rest[len]) {
            break;
        }
        rest += len + 1;
    }
    cc_text(&text, &cc);
    assert_string_equal(text.text, c->expected);
}

/* A quote that never closes must not make each comma look to the end. */
static void check_long(void **state)
{
    enum {
        PIECES = 1 << 20
    };
    char *line = malloc(PIECES * 3);
    cache_control_t cc = { 0 };
    int i;

    assert_non_null(line);
    for (i = 0; i < PIECES; i++) {
        memcpy(line + i * 3, "\\\",", 3);
    }
    memcpy(line, "e=\"", 3);
    memcpy(line + PIECES * 3 - 9, ",no-store", 9);
    cache_control_read(&cc, slice_make(line, PIECES * 3));
    assert_true(cc.no_store);
    free(line);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("3 MiB of quotes", check_long, NULL);
    return unit_run("cache_control");
}
