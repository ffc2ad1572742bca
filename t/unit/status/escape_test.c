/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* escape_test.c: names of a configuration in HTML, JSON and Prometheus text.
 * RFC 3629 (UTF-8), RFC 8259 section 7. */
#include "unit.h"

#include "status/escape.c"

#include "guard_page.h"

typedef struct {
    const char *name;
    slice_t in;
    const char *html, *json, *label;
} case_t;

#define IN(s)            \
    {                    \
        s, sizeof(s) - 1 \
    }
#define ALL(s) s, s, s
#define BAD "\xEF\xBF\xBD"

/* clang-format off */
static const case_t cases[] = {
    { "plain", IN("/app-1_x.~"), ALL("/app-1_x.~") },
    { "nothing", IN(""), ALL("") },
    { "markup", IN("<a b=\"c\" d='e'>&amp;"),
      "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;",
      "\\u003ca b=\\\"c\\\" d='e'>\\u0026amp;",
      "<a b=\\\"c\\\" d='e'>&amp;" },
    { "pattern", IN("^/v(\\d+)/$"),
      "^/v(\\d+)/$", "^/v(\\\\d+)/$", "^/v(\\\\d+)/$" },
    { "line end", IN("a\nb"), "a" BAD "b", "a\\nb", "a\\nb" },
    { "control characters", IN("\x01\x1F\x7F"), ALL(BAD BAD BAD) },
    { "NUL", IN("a\0b"), ALL("a" BAD "b") },
    { "short forms", IN("\b\f\r\t"),
      BAD BAD BAD BAD, "\\b\\f\\r\\t", BAD BAD BAD BAD },

    { "two bytes", IN("\xC3\xA9\xC2\x80\xDF\xBF"),
      ALL("\xC3\xA9\xC2\x80\xDF\xBF") },
    { "three bytes", IN("\xE2\x82\xAC\xE0\xA0\x80\xED\x9F\xBF\xEF\xBF\xBD"),
      ALL("\xE2\x82\xAC\xE0\xA0\x80\xED\x9F\xBF\xEF\xBF\xBD") },
    { "four bytes", IN("\xF0\x9F\x98\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
      ALL("\xF0\x9F\x98\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF") },
    { "Latin-1", IN("caf\xE9"), ALL("caf" BAD) },
    { "Latin-1 before ASCII", IN("\xE9t\xE9"), ALL(BAD "t" BAD) },
    { "a lone continuation", IN("\x80x\xBF"), ALL(BAD "x" BAD) },
    { "cut short", IN("\xE2\x82"), ALL(BAD BAD) },
    { "cut short, four bytes", IN("\xF0\x9F\x98"), ALL(BAD BAD BAD) },
    { "too long a form", IN("\xC0\xAF\xC1\xBF"), ALL(BAD BAD BAD BAD) },
    { "too long a form, three bytes", IN("\xE0\x9F\xBF"), ALL(BAD BAD BAD) },
    { "too long a form, four bytes", IN("\xF0\x8F\xBF\xBF"),
      ALL(BAD BAD BAD BAD) },
    { "a surrogate", IN("\xED\xA0\x80"), ALL(BAD BAD BAD) },
    { "beyond U+10FFFF", IN("\xF4\x90\x80\x80\xF5\x80\x80\x80"),
      ALL(BAD BAD BAD BAD BAD BAD BAD BAD) },
};
/* clang-format on */

static void check(escape_fn *escape_it, slice_t in, const char *expected)
{
    char out[256];
    size_t len = escape_it(out, in);

    assert_true(len <= ESCAPE_ROOM(in.len));
    out[len] = '\0';
    assert_string_equal(out, expected);
}

/* The text lies at the end of a page: nothing is read behind it. */
static void check_case(void **state)
{
    const case_t *row = *state;
    guard_page_t page;
    slice_t in = row->in;

    guard_page_open(&page, in.len);
    in.p = guard_page_put(&page, in.p, in.len);
    check(escape_html, in, row->html);
    check(escape_json, in, row->json);
    check(escape_label, in, row->label);
    guard_page_close(&page);
}

/* No single byte takes more than the room that callers make. */
static void check_room(void **state)
{
    char out[64];
    int c;

    for (c = 0; c < 256; c++) {
        char byte = (char)c;
        slice_t in = { &byte, 1 };

        assert_in_range(escape_html(out, in), 1, ESCAPE_ROOM(1));
        assert_in_range(escape_json(out, in), 1, ESCAPE_ROOM(1));
        assert_in_range(escape_label(out, in), 1, ESCAPE_ROOM(1));
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("room for any byte", check_room, NULL);
    return unit_run("status escaping");
}
