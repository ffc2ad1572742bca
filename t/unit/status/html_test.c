/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_test.c: the status page: nothing of a name is markup, elements are
 * closed, numbers are readable. */
#include "unit.h"

#include "view_fixture.h"

#include "status/html_chart.c"
#include "status/html_control.c"
#include "status/html_dialog.c"
#include "status/html_mini.c"
#include "status/html_parts.c"
#include "status/html_script.c"
#include "status/html_style.c"
#include "status/html_tables.c"
#include "status/status_html.c"

static void page(writer_t *w, const status_view_t *of)
{
    status_html(w, of, 10, "abc");
}

static void live_page(writer_t *w, const status_view_t *of)
{
    status_html(w, of, 0, "abc");
}

static void part(writer_t *w, const status_view_t *of)
{
    status_html_part(w, of, 0);
}

/* ---- the page ---- */

static void check_names(void **state)
{
    const char *text = rendered(page, &view);

    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "alert('"));
    assert_non_null(strstr(text, "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)"));
    assert_null(strstr(text, "http-equiv=\"refresh\" content=\"60\""));
    assert_non_null(strstr(text, "http-equiv=\"refresh\" content=\"10\""));
}

static int is_void(const char *name)
{
    return strcmp(name, "meta") == 0 || strcmp(name, "!DOCTYPE") == 0;
}

/* Every element ends where it should. */
static void is_balanced(const char *text)
{
    char open[32][16], name[16];
    int depth = 0;

    for (; (text = strchr(text, '<')); text++) {
        int closes = text[1] == '/';

        assert_int_equal(sscanf(text + 1 + closes, "%15[!A-Za-z0-9]", name), 1);
        if (closes) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        }
        else if (!is_void(name)) {
            assert_true(depth < 32);
            strcpy(open[depth++], name);
        }
    }
    assert_int_equal(depth, 0);
}

static void check_balanced(void **state)
{
    static const status_view_t nothing = { .server = "" };

    is_balanced(rendered(page, &view));
    is_balanced(rendered(page, &nothing));
    is_balanced(rendered(page, view_with_sections()));
}

static void check_sections(void **state)
{
    const char *text = rendered(page, view_with_sections());

    assert_null(strstr(text, "<script"));
    assert_non_null(strstr(text, "<h2>&quot;&gt;&lt;script&gt;alert("));
    assert_non_null(strstr(text, "<h2>Two</h2>\n34<h2>Upstreams"));
}

static void write_nothing(writer_t *w, const status_section_t *section)
{
}

static void check_silent_section(void **state)
{
    static const status_section_t silent = { .title = "Silent",
                                             .write = write_nothing };
    static const status_section_t *const sections[] = { &silent, NULL };
    status_view_t with = view;

    with.sections = sections;
    assert_null(strstr(rendered(page, &with), "Silent"));
}

static void check_content(void **state)
{
    const char *text = rendered(page, &view);

    assert_non_null(strstr(text, "paused 8.25 s"));
    assert_non_null(strstr(text, "3 of 20"));
    assert_non_null(strstr(text, "No members."));
    assert_non_null(strstr(text, "not proxied"));
    assert_non_null(strstr(text, "counting for 1 min 40 s"));
    assert_non_null(strstr(text, "2023-11-14 22:15:00 UTC"));
    assert_non_null(strstr(text, "<title>134 s and more: 1</title>"));
    assert_int_equal(occurrences(text, "<svg role"), 1); /* of four charts */
}

/* Its script and style are those with the nonce; what changes has neither. */
static void check_live(void **state)
{
    const char *text = rendered(live_page, &view);

    assert_int_equal(occurrences(text, "<script nonce=\"abc\">"), 1);
    assert_int_equal(occurrences(text, "<script"), 1);
    assert_int_equal(occurrences(text, "<style nonce=\"abc\">"), 1);
    assert_int_equal(occurrences(text, " style="), 0);
    assert_int_equal(occurrences(text, "http-equiv"), 0);
    text = rendered(part, view_with_sections());
    is_balanced(text);
    assert_int_equal(strncmp(text, "<div id=\"all\">", 14), 0);
    assert_int_equal(occurrences(text, "<script"), 0);
    assert_int_equal(occurrences(text, "<style"), 0);
}

/* ---- orders ---- */

static void one_member(writer_t *w, const status_view_t *of)
{
    html_control(w, NASTY, NASTY);
}

static void whole_upstream(writer_t *w, const status_view_t *of)
{
    html_control(w, "shop", NULL);
}

static void check_control(void **state)
{
    const char *text = rendered(one_member, &view);

    is_balanced(text);
    assert_int_equal(occurrences(text, "<"), 2);
    assert_non_null(strstr(text, "data-upstream=\"&quot;&gt;&lt;script"));
    assert_non_null(strstr(text, "data-url=\"&quot;&gt;&lt;script"));
    text = rendered(whole_upstream, &view);
    assert_non_null(strstr(text, "data-upstream=\"shop\""));
    assert_null(strstr(text, "data-url"));
}

/* Only where there is a handler, and a script. */
static void check_dialog(void **state)
{
    status_view_t with = view;
    const char *text;

    assert_null(strstr(rendered(live_page, &view), "<dialog"));
    with.admin = "/admin";
    text = rendered(live_page, &with);
    assert_int_equal(occurrences(text, "<dialog"), 1);
    assert_non_null(strstr(text, "data-admin=\"/admin\""));
    assert_int_equal(occurrences(text, "<script"), 1);
    assert_null(strstr(rendered(page, &with), "<dialog"));
    assert_null(strstr(rendered(part, &with), "<dialog"));
}

/* ---- charts in cells ---- */

static histogram_t times;
static const uint32_t some[3] = { 4, 0, 2 }, bad[3] = { 1, 0, 2 };

static void mini(writer_t *w, const status_view_t *of)
{
    html_mini_histogram(w, &times);
    html_mini_quantiles(w, &times);
}

static void recent(writer_t *w, const status_view_t *of)
{
    html_mini_recent(w, "some", some, bad, 3);
}

static void check_mini(void **state)
{
    const char *text;

    memset(&times, 0, sizeof(times));
    assert_string_equal(rendered(mini, &view), "&ndash;");
    times.count[3] = 3;
    times.count[HISTOGRAM_BUCKETS - 1] = 1;
    text = rendered(mini, &view);
    assert_int_equal(occurrences(text, "<rect"), 2);
    assert_int_equal(occurrences(text, " / "), 1);
    is_balanced(text);
    text = rendered(recent, &view);
    assert_int_equal(occurrences(text, "<rect x=\"0\" y=\"0.0\""), 1);
    assert_int_equal(occurrences(text, "<rect class=\"bad\""), 2);
    assert_int_equal(occurrences(text, "<rect"), 3); /* two are all bad */
    is_balanced(text);
}

/* The busiest come first; no more than a page can hold. */
static void check_many_routes(void **state)
{
    status_view_t many = view;
    status_route_t *rows = calloc(300, sizeof(*rows));
    const char *text;
    int i;

    assert_non_null(rows);
    for (i = 0; i < 300; i++) {
        rows[i] = routes[0];
        rows[i].id = i;
        rows[i].path = apr_psprintf(pool, "/r%d/", i);
    }
    rows[299].requests = 5;
    many.routes = rows;
    many.route_count = 300;
    text = rendered(page, &many);
    assert_true(strstr(text, "/r299/") < strstr(text, "/r0/"));
    assert_true(strstr(text, "/r0/") < strstr(text, "/r1/"));
    assert_non_null(strstr(text, "/r198/"));
    assert_null(strstr(text, "/r199/"));
    assert_non_null(strstr(text, "100 more routes"));
    free(rows);
}

/* ---- numbers ---- */

typedef struct {
    const char *text;
    void (*write)(writer_t *w, int64_t n);
    int64_t n;
} number_case_t;

static void count(writer_t *w, int64_t n)
{
    html_count(w, (uint64_t)n);
}

static void bytes(writer_t *w, int64_t n)
{
    html_bytes(w, (uint64_t)n);
}

static void permille(writer_t *w, int64_t n)
{
    html_percent(w, (uint64_t)n, 1000);
}

static const number_case_t numbers[] = {
    { "0", count, 0 },
    { "999", count, 999 },
    { "1,000", count, 1000 },
    { "9,223,372,036,854,775,807", count, INT64_MAX },
    { "0 B", bytes, 0 },
    { "1023 B", bytes, 1023 },
    { "1.00 KiB", bytes, 1024 },
    { "976 KiB", bytes, 999424 },
    { "1.00 MiB", bytes, 1048576 },
    { "8192 PiB", bytes, INT64_MAX },
    { "&ndash;", html_duration, -1 },
    { "0 &micro;s", html_duration, 0 },
    { "999 &micro;s", html_duration, 999 },
    { "1.00 ms", html_duration, 1000 },
    { "12.3 ms", html_duration, 12345 },
    { "1.00 s", html_duration, 1000000 },
    { "134 s", html_duration, 134217728 },
    { "0%", permille, 0 },
    { "0.10%", permille, 1 },
    { "9.90%", permille, 99 },
    { "50%", permille, 500 },
    { "99.90%", permille, 999 },
    { "100%", permille, 1000 },
    { "59 s", html_age, 59 },
    { "1 min 0 s", html_age, 60 },
    { "23 h 59 min", html_age, 86399 },
    { "1 d 0 h", html_age, 86400 },
};

static const number_case_t *number_row;

static void write_row_number(writer_t *w, const status_view_t *unused)
{
    number_row->write(w, number_row->n);
}

static void check_number(void **state)
{
    number_row = *state;
    assert_string_equal(rendered(write_row_number, NULL), number_row->text);
}

int main(void)
{
    size_t i;

    unit_add("names are text", check_names, NULL);
    unit_add("elements are closed", check_balanced, NULL);
    unit_add("what the page says", check_content, NULL);
    unit_add("live", check_live, NULL);
    unit_add("a button for orders", check_control, NULL);
    unit_add("the dialog of orders", check_dialog, NULL);
    unit_add("charts in cells", check_mini, NULL);
    unit_add("many routes", check_many_routes, NULL);
    unit_add("a section without a word", check_silent_section, NULL);
    unit_add("sections of other modules", check_sections, NULL);
    for (i = 0; i < UNIT_COUNT(numbers); i++) {
        unit_add(numbers[i].text, check_number, &numbers[i]);
    }
    return fixture_run("status html");
}
