/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_line_test.c: log lines as mod_security2 2.9.7 wrote them for the same
 * rules and requests. */
#include "unit.h"

#include <apr_general.h>

#include "waf/request/waf_line.c"

static apr_pool_t *pool;

static void of_all_parts(void **state)
{
    static const slice_t tags[] = { SLICE_LIT("t1"), SLICE_LIT("t2") };
    const rule_t rule = { .id = 1,
                          .where = "/etc/a:b.conf:32",
                          .severity = 2,
                          .rev = SLICE_LIT("2"),
                          .msg = { .count = 1 },
                          .logdata = { .count = 1 },
                          .ver = SLICE_LIT("X/1"),
                          .maturity = SLICE_LIT("3"),
                          .accuracy = SLICE_LIT("4"),
                          .tag = tags,
                          .tag_count = 2 };
    const waf_line_t line = {
        &rule, SLICE_LIT("Pattern match \"evil\\\"q\" at ARGS:a."),
        SLICE_LIT("found evil\"q\x01\xc3\xa4\\\n it"),
        SLICE_LIT("Matched \"evil\"q\x01\xc3\xa4\\\n\" in ARGS:a")
    };

    assert_string_equal(
        waf_line_write("Access denied with code 403 (phase 2).", &line, pool),
        "Access denied with code 403 (phase 2). Pattern match \"evil\\\"q\" at "
        "ARGS:a. [file \"/etc/a:b.conf\"] [line \"32\"] [id \"1\"] "
        "[rev \"2\"] [msg \"found evil\\\"q\\x01\\xc3\\xa4\\\\\\n it\"] "
        "[data \"Matched \\x22evil\\x22q\\x01\\xc3\\xa4\\x5c\\x0a\\x22 in "
        "ARGS:a\"] [severity \"CRITICAL\"] [ver \"X/1\"] [maturity \"3\"] "
        "[accuracy \"4\"] [tag \"t1\"] [tag \"t2\"]");
}

static void of_few_parts(void **state)
{
    const rule_t rule = { .id = 2, .where = "f:3", .severity = -1 };
    const waf_line_t line = { &rule,
                              SLICE_LIT("String match \"x\" at ARGS:b."),
                              { NULL, 0 },
                              { NULL, 0 } };

    assert_string_equal(waf_line_write("Warning.", &line, pool),
                        "Warning. String match \"x\" at ARGS:b. [file \"f\"] "
                        "[line \"3\"] [id \"2\"]");
}

static void of_empty_parts(void **state)
{
    const rule_t rule = { .id = 2,
                          .where = "f:3",
                          .severity = -1,
                          .msg = { .count = 1 },
                          .logdata = { .count = 1 } };
    const waf_line_t line = {
        &rule, SLICE_LIT("M."), { NULL, 0 }, { NULL, 0 }
    };

    assert_string_equal(waf_line_write("Warning.", &line, pool),
                        "Warning. M. [file \"f\"] [line \"3\"] [id \"2\"] "
                        "[msg \"\"] [data \"\"]");
}

static void long_data_is_cut(void **state)
{
    const rule_t rule = {
        .id = 2, .where = "f:3", .severity = -1, .logdata = { .count = 1 }
    };
    waf_line_t line = { &rule, SLICE_LIT("M."), { NULL, 0 }, { NULL, 0 } };
    char text[513];
    const char *made;

    memset(text, 'y', sizeof(text));
    line.data = slice_make(text, 512);
    made = waf_line_write("Warning.", &line, pool);
    assert_non_null(strstr(made, "yyy\"]"));
    line.data = slice_make(text, 513);
    made = waf_line_write("Warning.", &line, pool);
    assert_non_null(strstr(made, "yyy...\"]"));
    assert_int_equal(strlen(strstr(made, "[data")),
                     strlen("[data \"\"]") + 512);
}

static void says_what_became_of_it(void **state)
{
    slice_t none = { NULL, 0 };
    slice_t to = SLICE_LIT("http://example.org/?x=127.0.0.1");

    assert_string_equal(waf_line_action(RULE_DENY, 404, none, 3, pool),
                        "Access denied with code 404 (phase 3).");
    assert_string_equal(waf_line_action(RULE_DROP, 403, none, 1, pool),
                        "Access denied with connection close (phase 1).");
    assert_string_equal(waf_line_action(RULE_REDIRECT, 302, to, 1, pool),
                        "Access denied with redirection to "
                        "http://example.org/?x=127.0.0.1 using status 302 "
                        "(phase 1).");
    assert_string_equal(waf_line_action(RULE_ALLOW, 0, none, 1, pool),
                        "Access allowed (phase 1).");
    assert_string_equal(waf_line_action(RULE_ALLOW_PHASE, 0, none, 2, pool),
                        "Access to phase allowed (phase 2).");
    assert_string_equal(waf_line_action(RULE_ALLOW_REQUEST, 0, none, 1, pool),
                        "Access to request allowed (phase 1).");
    assert_string_equal(waf_line_action(RULE_PASS, 0, none, 1, pool),
                        "Warning.");
}

static int set_up(void **state)
{
    apr_initialize();
    return apr_pool_create(&pool, NULL) != APR_SUCCESS;
}

static int tear_down(void **state)
{
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_all_parts),
        cmocka_unit_test(of_few_parts),
        cmocka_unit_test(of_empty_parts),
        cmocka_unit_test(long_data_is_cut),
        cmocka_unit_test(says_what_became_of_it),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
