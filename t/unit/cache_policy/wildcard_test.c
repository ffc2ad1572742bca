/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wildcard_test.c: patterns, the cookies they find, and lists of tags. */
#include "unit.h"
#include "guarded.h"

#include "policy/tags.c"
#include "policy/wildcard.c"

/* clang-format off */
static const struct {
    const char *pattern, *text;
    int matches, nocase;
} patterns[] = {
    { "abc", "abc", 1, 1 },
    { "abc", "aBc", 0, 1 },
    { "abc", "ab", 0, 0 },
    { "ab", "abc", 0, 0 },
    { "", "", 1, 1 },
    { "", "a", 0, 0 },
    { "*", "", 1, 1 },
    { "*", "abc", 1, 1 },
    { "**", "abc", 1, 1 },
    { "utm_*", "utm_source", 1, 1 },
    { "utm_*", "utm_", 1, 1 },
    { "utm_*", "utm", 0, 0 },
    { "utm_*", "autm_x", 0, 0 },
    { "*id", "fbclid", 1, 1 },
    { "*id", "fbclids", 0, 0 },
    { "a*c", "ac", 1, 1 },
    { "a*c", "abcbc", 1, 1 },
    { "a*c", "abcb", 0, 0 },
    { "a*b*c", "a1b2b3c", 1, 1 },
    { "a*b*c", "a1c2b", 0, 0 },
    { "*ab*ab", "abab", 1, 1 },
    { "*ab*ab", "ab", 0, 0 },
    { "a?c", "abc", 0, 0 },
    { "a[b]c", "abc", 0, 0 },
    { "a[b]c", "a[b]c", 1, 1 },
    { "a\\*", "a\\b", 1, 1 },
    { "a*", "A", 0, 1 },
};

static const struct {
    const char *name, *pattern, *cookies, *value; /* NULL: none */
} cookies[] = {
    { "6265 4.2: one", "a", "a=1", "1" },
    { "6265 4.2: second", "b", "a=1; b=2", "2" },
    { "6265 4.2: no blank between", "b", "a=1;b=2", "2" },
    { "6265 4.2: not there", "c", "a=1; b=2", NULL },
    { "6265 4.2: case counts", "A", "a=1", NULL },
    { "6265 4.2: empty value", "a", "a=", "" },
    { "6265 4.2: an equals sign in the value", "a", "a=b=c", "b=c" },
    { "no name in a value", "b", "a=b=c", NULL },
    { "no name in a quoted value", "c", "a=\"b; c=1\"", "1\"" },
    { "without an equals sign", "a", "a; b=2", "" },
    { "first of two", "a", "a=1; a=2", "1" },
    { "pattern", "wordpress_logged_in_*", "x=1; wordpress_logged_in_0a=admin",
      "admin" },
    { "pattern, not there", "wordpress_logged_in_*",
      "wordpress_test_cookie=WP+Cookie+check", NULL },
    { "blanks around all", "a", " ;\t a \t=\t 1 \t; b=2", "1" },
    { "empty field", "a", "", NULL },
    { "semicolons", "a", ";;;", NULL },
    { "star takes the first", "*", "; a=1; b=2", "1" },
    { "a name that is no part of another", "a", "aa=1; ba=2", NULL },
    { "only an equals sign", "a", "=1", NULL },
    { "not decoded", "a_b", "a%5Fb=1; a.b=2", NULL },
};

static const struct {
    const char *name, *pattern, *cookies;
    int sent;
} sent[] = {
    { "as it is", "wp-postpass_*", "a=1; wp-postpass_0a=x", 1 },
    { "not there", "wp-postpass_*", "a=1; wp-postpas_0a=x", 0 },
    { "in a value only", "wp-postpass_*", "a=wp-postpass_0a=x", 0 },
    { "escaped", "wp-postpass_*", "wp%2dpostpass%5F0a=x", 1 },
    { "with a dot", "wp-postpass_*", "wp-postpass.0a=x", 1 },
    { "with a blank", "wp-postpass_*", "wp-postpass 0a=x", 1 },
    { "with a plus", "wp-postpass_*", "wp-postpass+0a=x", 1 },
    { "with a bracket", "wp-postpass_*", "wp-postpass[0a=x", 1 },
    { "with blanks before", "wp-postpass_*", "%20+wp-postpass_0a=x", 1 },
    { "half an escape", "a%5", "a%5=1", 1 },
    { "an escape that is none", "a%zz", "a%zz=1", 1 },
    { "empty field", "a", "", 0 },
};
/* clang-format on */

static void check_pattern(void **state)
{
    const size_t i = (size_t)*state;
    slice_t pattern = guarded(0, patterns[i].pattern);
    slice_t text = guarded(1, patterns[i].text);

    assert_int_equal(wildcard_matches(pattern, text, 0), patterns[i].matches);
    assert_int_equal(wildcard_matches(pattern, text, 1), patterns[i].nocase);
}

static void check_cookie(void **state)
{
    const size_t i = (size_t)*state;
    slice_t value = { NULL, 0 }, pattern = guarded(0, cookies[i].pattern);
    slice_t field = guarded(1, cookies[i].cookies);
    const char *expected = cookies[i].value;

    assert_int_equal(wildcard_cookie(pattern, field, &value), expected != NULL);
    assert_int_equal(wildcard_cookie(pattern, field, NULL), expected != NULL);
    if (expected) {
        assert_int_equal(value.len, strlen(expected));
        assert_memory_equal(value.p, expected, value.len);
    }
}

static void check_sent(void **state)
{
    const size_t i = (size_t)*state;

    assert_int_equal(wildcard_cookie_is_sent(guarded(0, sent[i].pattern),
                                             guarded(1, sent[i].cookies)),
                     sent[i].sent);
}

static void check_all_cookies(void **state)
{
    slice_t rest = guarded(0, "a1=x; b=y; a2; ; a1=z"), name, value;
    slice_t pattern = SLICE_LIT("a*");
    unit_text_t got = { 0 };

    while (wildcard_cookie_next(pattern, &rest, &name, &value)) {
        unit_text_add(&got, "%.*s(%.*s)", (int)name.len, name.p, (int)value.len,
                      value.p);
    }
    assert_string_equal(got.text, "a1(x)a2()a1(z)");
}

/* A name too long to be folded counts as sent: it might be the one. */
static void check_long_cookie(void **state)
{
    char *long_name = guarded_room(0, FOLDED_MAX + 1);

    memset(long_name, 'x', FOLDED_MAX + 1);
    assert_false(
        wildcard_cookie_is_sent(SLICE_LIT("a"),
                                slice_make(long_name + 1, FOLDED_MAX)));
    assert_true(wildcard_cookie_is_sent(SLICE_LIT("a"),
                                        slice_make(long_name, FOLDED_MAX + 1)));
}

static void check_cost(void **state)
{
    static char text[20000], pattern[200];
    size_t i;

    memset(text, 'a', sizeof(text));
    for (i = 0; i + 1 < sizeof(pattern); i += 2) {
        memcpy(pattern + i, "*a", 2);
    }
    pattern[sizeof(pattern) - 1] = 'b';
    assert_false(wildcard_matches(slice_make(pattern, sizeof(pattern)),
                                  slice_make(text, sizeof(text)), 0));
}

static void check_tags(void **state)
{
    slice_t rest = guarded(0, " ,post-1 \tpost-2,,home , x"), tag;
    unit_text_t got = { 0 };

    while (tags_next(&rest, &tag)) {
        unit_text_add(&got, "<%.*s>", (int)tag.len, tag.p);
    }
    assert_string_equal(got.text, "<post-1><post-2><home><x>");
    assert_int_equal(tags_next(&rest, &tag), 0);
    rest = guarded(0, " , \t");
    assert_int_equal(tags_next(&rest, &tag), 0);
    rest = guarded(0, NULL);
    assert_int_equal(tags_next(&rest, &tag), 0);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(patterns); i++) {
        unit_add(patterns[i].pattern, check_pattern, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(cookies); i++) {
        unit_add(cookies[i].name, check_cookie, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(sent); i++) {
        unit_add(sent[i].name, check_sent, (const void *)i);
    }
    unit_add("all cookies that match", check_all_cookies, NULL);
    unit_add("a cookie with a very long name", check_long_cookie, NULL);
    unit_add("many stars cost no more than both lengths", check_cost, NULL);
    unit_add("tags", check_tags, NULL);
    return unit_run("wildcard");
}
