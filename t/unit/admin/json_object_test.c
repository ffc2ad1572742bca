/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_object_test.c: whole objects with the members that they may have. */
#include "unit.h"

#include <apr_general.h>

#include "admin/json_object.c"
#include "admin/json_read.c"

static apr_pool_t *pool;

typedef struct {
    const char *json;
    const char *text; /* begins with "! ": the fault */
    int64_t number;
    int flag;
} case_t;

static const case_t objects[] = {
    { "{}", NULL, 7, 0 },
    { "{\"text\": \"a\", \"number\": 1, \"flag\": true}", "a", 1, 1 },
    { "{\"number\": \"12\"}", NULL, 12, 0 },
    { "{\"flag\": false}", NULL, 7, 0 },
    { "[]", "! expected an object, {...}" },
    { "{", "! not JSON: line 1" },
    { "{\"x\": 1}", "! \"x\" is not known here; known: text, number, flag" },
    { "{\"text\": \"\"}", "! \"text\" must be a text that is not empty" },
    { "{\"text\": 1}", "! \"text\" must be a text that is not empty" },
    { "{\"number\": 0}", "! \"number\" must be a number from 1 to 100" },
    { "{\"number\": \"101\"}", "! \"number\" must be a number from 1 to 100" },
    { "{\"number\": \"\"}", "! \"number\" must be a number from 1 to 100" },
    { "{\"number\": \"1x\"}", "! \"number\" must be a number from 1 to 100" },
    { "{\"number\": 1.5}", "! \"number\" must be a number from 1 to 100" },
    { "{\"number\": \"99999999999999999999\"}",
      "! \"number\" must be a number from 1 to 100" },
    { "{\"flag\": 1}", "! \"flag\" must be true or false" },
};

static void check_object(void **state)
{
    const case_t *c = *state;
    const char *text = NULL;
    int64_t number = 7;
    int flag = 0;
    const json_member_t members[] = {
        { .name = "text", .text = &text },
        { .name = "number", .number = &number, .least = 1, .most = 100 },
        { .name = "flag", .flag = &flag },
        { NULL },
    };
    const char *fault =
        json_object_read(c->json, strlen(c->json), members, pool);

    if (c->text && c->text[0] == '!') {
        assert_non_null(fault);
        assert_memory_equal(fault, c->text + 2, strlen(c->text + 2));
        return;
    }
    assert_null(fault);
    assert_int_equal(!text, !c->text);
    if (text) {
        assert_string_equal(text, c->text);
    }
    assert_int_equal(number, c->number);
    assert_int_equal(flag, c->flag);
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(objects); i++) {
        unit_add(objects[i].json, check_object, &objects[i]);
    }
    failed = unit_run("json_object");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
