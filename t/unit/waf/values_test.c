/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* values_test.c: values of a request by their names. */
#include "unit.h"

#include <apr_general.h>

#include "waf/match/word_search.c"
#include "waf/transform/transform.c"
#include "waf/transform/transform_chains.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"
#define find find_string
#include "waf/value/known.c"
#include "waf/value/strings.c"
#undef find
#include "waf/value/values.c"

static apr_pool_t *pool;
static strings_plan_t plan;

static values_t *make(int most)
{
    plan.chains = transform_chains_make(pool);
    return values_make(strings_make(&plan, 1000, pool), most, pool);
}

static int is(const values_t *values, rule_variable_e variable, int i,
              const char *name, const char *text)
{
    const value_t *value = values_at(values, variable, i);

    return slice_eq(value->name, slice_str(name))
           && slice_eq(strings_text(values->strings, value->text),
                       slice_str(text));
}

static void check_add(void **state)
{
    values_t *values = make(10);

    (void)state;
    assert_int_equal(values_count(values, VARIABLE_ARGS), 0);
    assert_true(
        values_add(values, VARIABLE_ARGS, SLICE_LIT("a"), SLICE_LIT("1")));
    assert_true(
        values_add(values, VARIABLE_ARGS, SLICE_LIT("A"), SLICE_LIT("2")));
    assert_true(values_add(values, VARIABLE_REQUEST_METHOD, SLICE_LIT(""),
                           SLICE_LIT("GET")));
    assert_int_equal(values_count(values, VARIABLE_ARGS), 2);
    assert_true(is(values, VARIABLE_ARGS, 0, "a", "1"));
    assert_true(is(values, VARIABLE_ARGS, 1, "A", "2"));
    assert_ptr_equal(values_find(values, VARIABLE_ARGS, SLICE_LIT("A")),
                     values_at(values, VARIABLE_ARGS, 0));
    assert_null(values_find(values, VARIABLE_ARGS, SLICE_LIT("b")));
    assert_null(values_find(values, VARIABLE_FILES, SLICE_LIT("a")));
    assert_true(is(values, VARIABLE_REQUEST_METHOD, 0, "", "GET"));
}

static void check_set(void **state)
{
    values_t *values = make(10);

    (void)state;
    assert_true(
        values_set(values, VARIABLE_TX, SLICE_LIT("score"), SLICE_LIT("0")));
    assert_true(
        values_set(values, VARIABLE_TX, SLICE_LIT("SCORE"), SLICE_LIT("5")));
    assert_true(
        values_set(values, VARIABLE_TX, SLICE_LIT("x"), SLICE_LIT("y")));
    assert_int_equal(values_count(values, VARIABLE_TX), 2);
    assert_true(is(values, VARIABLE_TX, 0, "score", "5"));
    values_remove(values, VARIABLE_TX, SLICE_LIT("Score"));
    assert_int_equal(values_count(values, VARIABLE_TX), 1);
    assert_true(is(values, VARIABLE_TX, 0, "x", "y"));
    values_remove(values, VARIABLE_TX, SLICE_LIT("none"));
    values_remove(values, VARIABLE_ARGS, SLICE_LIT("none"));
    assert_int_equal(values_count(values, VARIABLE_TX), 1);
}

static void check_full(void **state)
{
    values_t *values = make(1);

    (void)state;
    assert_true(
        values_add(values, VARIABLE_TX, SLICE_LIT("a"), SLICE_LIT("1")));
    assert_false(
        values_add(values, VARIABLE_TX, SLICE_LIT("b"), SLICE_LIT("1")));
    assert_true(
        values_set(values, VARIABLE_TX, SLICE_LIT("a"), SLICE_LIT("2")));
    values_remove(values, VARIABLE_TX, SLICE_LIT("a"));
    assert_true(
        values_add(values, VARIABLE_TX, SLICE_LIT("b"), SLICE_LIT("1")));
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    unit_add("add", check_add, NULL);
    unit_add("set", check_set, NULL);
    unit_add("full", check_full, NULL);
    return unit_run("values");
}
