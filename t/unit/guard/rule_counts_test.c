/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_counts_test.c: counts by rule, class and action. */
#include "unit.h"

#include <stdio.h>

#include "seen/rule_counts.c"

static rule_counts_t counts;

static int set_up(void **state)
{
    (void)state;
    memset(&counts, 0, sizeof(counts));
    return 0;
}

static const rule_count_t *find_rule(const char *rule, const char *action)
{
    const rule_count_t *place;
    int i = 0;

    while ((place = rule_counts_next(&counts, &i))) {
        if (strcmp(place->rule, rule) == 0
            && strcmp(place->action, action) == 0) {
            return place;
        }
    }
    return NULL;
}

static void add(const char *rule, const char *class, const char *action)
{
    rule_counts_add(&counts, slice_str(rule), slice_str(class),
                    slice_str(action), 7);
}

static void test_each_by_itself(void **state)
{
    (void)state;
    add("login", "", "refuse");
    add("login", "", "refuse");
    add("login", "", "log");
    add("lo", "gin", "refuse");
    assert_int_equal(find_rule("login", "refuse")->count, 2);
    assert_int_equal(find_rule("login", "log")->count, 1);
    assert_int_equal(find_rule("lo", "refuse")->count, 1);
    assert_string_equal(find_rule("lo", "refuse")->class, "gin");
    assert_int_equal(find_rule("lo", "refuse")->last, 7);
    assert_null(find_rule("deny", "refuse"));
}

static void test_more_than_there_is_room_for(void **state)
{
    char name[200];
    int i;

    (void)state;
    for (i = 0; i < RULE_COUNTS_PLACES + 10; i++) {
        sprintf(name, "%d%0150d", i, 0);
        add(name, "", "refuse");
    }
    assert_int_equal(find_rule("others", "")->count, 10);
}

/* Its process was killed when the place was taken. */
static void test_without_texts(void **state)
{
    (void)state;
    add("login", "", "refuse");
    ((rule_count_t *)find_rule("login", "refuse"))->ready = 0;
    assert_null(find_rule("login", "refuse"));
    add("login", "", "refuse");
    assert_int_equal(find_rule("login", "refuse")->count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_each_by_itself, set_up),
        cmocka_unit_test_setup(test_more_than_there_is_room_for, set_up),
        cmocka_unit_test_setup(test_without_texts, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
