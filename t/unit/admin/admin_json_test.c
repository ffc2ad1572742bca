/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_json_test.c: bodies and queries of the admin handler. */
#include "unit.h"

#include <apr_general.h>

#include "admin/admin_json.c"

static apr_pool_t *pool;

typedef struct {
    const char *text;
    const char *result; /* begin of the fault, or NULL */
} case_t;

static const case_t bodies[] = {
    { "{}", NULL },
    { "[]", NULL },
    { " {\"a\": [1, true, null, \"x\"]}\n", NULL },
    { "", "the body is not JSON: line 1, column 0" },
    { "{", "the body is not JSON: line 1, column 1" },
    { "{}x", "the body is not JSON: line 1, column 3" },
    { "\"text\"", "the body is not JSON" },
    { "{\"a\": 1, \"a\": 2}", "the body is not JSON: line 1, column 12" },
    { "{\n\"a\": '1'}", "the body is not JSON: line 2" },
    { "{\"a\": \"\\u0000\"}", "the body is not JSON" },
    { "{\"a\": \"\xff\"}", "the body is not JSON" },
};

static void check_body(void **state)
{
    const case_t *c = *state;
    const char *fault = admin_json_fault(c->text, strlen(c->text), pool);

    if (!c->result) {
        assert_null(fault);
        return;
    }
    assert_non_null(fault);
    assert_memory_equal(fault, c->result, strlen(c->result));
}

static void nested_without_end(void **state)
{
    static char text[65536];

    (void)state;
    memset(text, '[', sizeof(text));
    assert_non_null(admin_json_fault(text, sizeof(text), pool));
}

/* The object, or "! " and what is wrong. */
static const case_t queries[] = {
    { "", "{}" },
    { "a=1", "{\"a\":\"1\"}" },
    { "a=1&b=", "{\"a\":\"1\",\"b\":\"\"}" },
    { "a", "{\"a\":\"\"}" },
    { "&&a=1&", "{\"a\":\"1\"}" },
    { "a=b=c", "{\"a\":\"b=c\"}" },
    { "a=x+y%20z%26", "{\"a\":\"x y z&\"}" },
    { "a=%22%5C", "{\"a\":\"\\\"\\\\\"}" },
    { "url=http%3A%2F%2Fh%2F%3Fq%3D1", "{\"url\":\"http://h/?q=1\"}" },
    { "a=1&a=2", "! 'a' stands twice in the query" },
    { "a=%2", "! 'a=%2' in the query is not well encoded" },
    { "a=%zz", "! 'a=%zz' in the query is not well encoded" },
    { "a=1%00b", "! 'a=1%00b' in the query is not well encoded" },
    { "b=1&a=%ff", "! 'a=%ff' in the query is not UTF-8" },
    { "%ff=1", "! '%ff=1' in the query is not UTF-8" },
};

static void check_query(void **state)
{
    const case_t *c = *state;
    const char *fault = "unset";
    const char *text = admin_json_of_query(c->text, &fault, pool);

    if (c->result[0] == '!') {
        assert_null(text);
        assert_string_equal(fault, c->result + 2);
        return;
    }
    assert_null(fault);
    assert_string_equal(text, c->result);
}

static void no_query(void **state)
{
    const char *fault;

    (void)state;
    assert_string_equal(admin_json_of_query(NULL, &fault, pool), "{}");
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(bodies); i++) {
        unit_add(bodies[i].text, check_body, &bodies[i]);
    }
    unit_add("nested without end", nested_without_end, NULL);
    for (i = 0; i < UNIT_COUNT(queries); i++) {
        unit_add(queries[i].text, check_query, &queries[i]);
    }
    unit_add("no query", no_query, NULL);
    failed = unit_run("admin_json");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
