/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_line_test.c: lines that stay lines, whatever a client writes. */
#include "unit.h"

#include "audit/audit_line.c"
#include "status/escape.c"

static const char *line_of(const audit_facts_t *facts)
{
    static char line[AUDIT_LINE_MAX + 1];
    size_t len = audit_line_write(line, facts);

    assert_true(len < AUDIT_LINE_MAX);
    line[len] = '\0';
    return line;
}

static void test_order_and_absence(void **state)
{
    audit_facts_t facts = { .time = SLICE_LIT("T"),
                            .action = SLICE_LIT("refuse"),
                            .client = SLICE_LIT("192.0.2.7"),
                            .rule = SLICE_LIT("login"),
                            .path = SLICE_LIT("/a"),
                            .status = 429,
                            .ms = 250 };

    (void)state;
    assert_string_equal(line_of(&facts),
                        "{\"time\":\"T\",\"action\":\"refuse\",\"client\":"
                        "\"192.0.2.7\",\"rule\":\"login\",\"path\":\"/a\","
                        "\"status\":429,\"ms\":250}\n");
}

static void test_bytes_of_a_client(void **state)
{
    audit_facts_t facts = { .time = SLICE_LIT("T"),
                            .path = SLICE_LIT("/\"\n\\\x01\xff"),
                            .agent = SLICE_LIT("\",\"action\":\"x") };
    const char *line = line_of(&facts);

    (void)state;
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_non_null(strstr(line, "/\\\"\\n\\\\"));
    assert_non_null(strstr(line, "\\\",\\\"action\\\":\\\"x"));
}

/* All as long as can be, and six bytes for each that is written. */
static void test_longest(void **state)
{
    static char text[8192];
    slice_t all = slice_make(text, sizeof(text));
    audit_facts_t facts = { all, all, all, 599, UINT64_MAX, all, all, all,
                            all, all, all, all, all,        all, all, all };
    const char *line;

    (void)state;
    memset(text, 1, sizeof(text));
    line = line_of(&facts);
    assert_int_equal(line[strlen(line) - 2], '}');
    memset(text, 'a', sizeof(text));
    line = line_of(&facts);
    assert_int_equal(line[strlen(line) - 2], '}');
}

static void test_lost(void **state)
{
    char line[AUDIT_LINE_MAX];
    size_t len = audit_line_lost(line, SLICE_LIT("T"), 7);

    (void)state;
    line[len] = '\0';
    assert_string_equal(line,
                        "{\"time\":\"T\",\"action\":\"lost\",\"lines\":7}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_absence),
        cmocka_unit_test(test_bytes_of_a_client),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
