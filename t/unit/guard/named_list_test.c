/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* named_list_test.c: lists of files, read anew, and what they leave behind. */
#include "unit.h"

#include <stdio.h>

#include <apr_general.h>

#include "address/address.c"
#include "address/list_lines.c"
#include "address/named_list.c"
#include "address/network_list.c"
#include "geo/geo_items.c"

/* No database. */
void geo_find(address_t address, geo_t *out)
{
    memset(out, 0, sizeof(*out));
}

static char path[] = "/tmp/named_list.XXXXXX";
static apr_pool_t *pool;

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static uint32_t line_of(named_list_t *list, const char *text)
{
    address_t address;

    assert_true(address_parse(&address, slice_str(text)));
    return named_list_find(list, address);
}

static named_list_t *create(void)
{
    named_list_t *list = named_list_create(pool, "x", "a.conf:1");

    list->path = path;
    return list;
}

static int set_up(void **state)
{
    (void)state;
    return apr_pool_create(&pool, NULL);
}

/* Under AddressSanitizer memory that is left is an error. */
static int tear_down(void **state)
{
    (void)state;
    apr_pool_destroy(pool);
    return 0;
}

static void test_is_read_anew(void **state)
{
    named_list_t *list = create();
    uint32_t version;

    (void)state;
    write_file("192.0.2.0/24\n");
    assert_null(named_list_load(list, pool));
    version = named_list_version(list);
    assert_int_equal(line_of(list, "192.0.2.7"), 1);
    assert_false(named_list_changed(list, pool));
    write_file("# another\n2001:db8::/32\n");
    assert_int_equal(named_list_version(list), version);
    assert_true(named_list_changed(list, pool));
    assert_null(named_list_load(list, pool));
    assert_int_not_equal(named_list_version(list), version);
    assert_int_equal(line_of(list, "192.0.2.7"), NETWORK_LIST_NONE);
    assert_int_equal(line_of(list, "2001:db8::1"), 2);
}

static void test_stays_when_the_file_is_wrong(void **state)
{
    named_list_t *list = create();
    named_list_state_t known;
    const char *wrong;

    (void)state;
    write_file("192.0.2.0/24\n");
    assert_null(named_list_load(list, pool));
    write_file("192.0.2.0/24\n192.0.2.0/33\n");
    wrong = named_list_load(list, pool);
    assert_non_null(wrong);
    assert_non_null(strstr(wrong, "line 2 of "));
    assert_int_equal(line_of(list, "192.0.2.7"), 1);
    assert_false(named_list_changed(list, pool)); /* not again and again */
    named_list_state(list, &known);
    assert_int_equal(known.count, 1);
    assert_int_equal(known.line, 2);
    assert_string_equal(known.fault, wrong);
    write_file("192.0.2.0/24\n192.0.2.0/32\n");
    assert_null(named_list_load(list, pool));
    named_list_state(list, &known);
    assert_int_equal(known.count, 2);
    assert_int_equal(known.line, 0);
    assert_string_equal(known.fault, "");
}

static void test_file_that_is_away(void **state)
{
    named_list_t *list = create();
    named_list_state_t known;

    (void)state;
    write_file("192.0.2.0/24\n");
    assert_null(named_list_load(list, pool));
    assert_int_equal(remove(path), 0);
    assert_false(named_list_changed(list, pool));
    assert_non_null(named_list_load(list, pool));
    assert_int_equal(line_of(list, "192.0.2.7"), 1);
    named_list_state(list, &known);
    assert_non_null(strstr(known.fault, "cannot be opened"));
    write_file("192.0.2.0/24\n");
    assert_true(named_list_changed(list, pool));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_is_read_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stays_when_the_file_is_wrong,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file_that_is_away, set_up,
                                        tear_down),
    };
    int file = mkstemp(path), failed;

    close(file);
    apr_initialize();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_terminate();
    remove(path);
    return failed;
}
