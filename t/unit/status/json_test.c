/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_test.c: the status is JSON, whatever stands in the configuration.
 * RFC 8259. */
#include "unit.h"

#include "json_check.h"
#include "view_fixture.h"

#include "status/status_json.c"

/* The checker itself can say no. */
static void check_checker(void **state)
{
    static const char *const wrong[] = {
        "",         "{",       "{\"a\":1,}", "[1,]",      "[01]",
        "\"\n\"",   "\"\\x\"", "\"\\u12\"",  "{\"a\" 1}", "[1.]",
        "{\"a\":}", "[] []",   "nul",        "\"",
    };
    size_t i;

    assert_null(
        json_error("{\"a\":[1,-2.50,null,true,{}],\"b\\n\":\"\\u003c\"}"));
    for (i = 0; i < UNIT_COUNT(wrong); i++) {
        if (!json_error(wrong[i])) {
            fail_msg("taken for JSON: %s", wrong[i]);
        }
    }
}

static void is_json(const char *text)
{
    const char *error = json_error(text);

    if (error) {
        fail_msg("no JSON from here: %.60s", error);
    }
}

static void check_full(void **state)
{
    const char *text = rendered(status_json, &view);

    is_json(text);
    assert_null(strstr(text, "<"));
    assert_non_null(
        strstr(text, "\"outcomes\":{\"ok\":2,\"connect_failed\":1,"));
    assert_non_null(strstr(text, "\"retries_left\":7.40,"));
    assert_non_null(strstr(text, "\"paused\":true,\"paused_ms\":8250.000,"));
    assert_non_null(strstr(text, "\"upstreams\":[],\"requests\":0,"));
}

/* 200 us lies below 256 us; a quarter of an hour in the last bucket. */
static void check_histogram(void **state)
{
    const char *text = rendered(status_json, &view);

    assert_non_null(
        strstr(text, "\"buckets\":[[0.256,1],[2.048,1],[null,1]]}"));
    assert_non_null(strstr(text, "\"count\":3,\"sum_ms\":1000001.700,"));
    assert_non_null(strstr(text, "\"p99_ms\":134217.728,"));
    assert_non_null(strstr(text, "\"p50_ms\":null,"));
}

static void check_empty(void **state)
{
    static const status_view_t nothing = { .server = "" };

    is_json(rendered(status_json, &nothing));
}

static void check_sections(void **state)
{
    const char *text = rendered(status_json, view_with_sections());

    is_json(text);
    assert_non_null(strstr(text, "],\n\"one\":3,\n\"\\\""));
    assert_non_null(strstr(text, "\":34}\n"));
}

int main(void)
{
    unit_add("the checker can say no", check_checker, NULL);
    unit_add("a view with everything", check_full, NULL);
    unit_add("sections of other modules", check_sections, NULL);
    unit_add("histograms", check_histogram, NULL);
    unit_add("a view with nothing", check_empty, NULL);
    return fixture_run("status json");
}
