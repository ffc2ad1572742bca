/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_json_test.c: JSON of the audit log. */
#include "unit.h"

#include <apr_general.h>

#include "status/escape.c"
#define put put_json
#include "waf/request/waf_json.c"
#undef put

static apr_pool_t *pool;

static void is(waf_json_t *json, const char *expected)
{
    slice_t line = waf_json_end(json);

    assert_true(slice_eq(line, slice_str(expected)));
}

static void nested(void **state)
{
    waf_json_t json;

    waf_json_init(&json, pool);
    waf_json_open(&json, NULL, '{');
    waf_json_open(&json, "a", '{');
    waf_json_text(&json, "t", SLICE_LIT("x\"y\n"));
    waf_json_number(&json, "n", -5);
    waf_json_close(&json, '}');
    waf_json_open(&json, "l", '[');
    waf_json_text(&json, NULL, SLICE_LIT("1"));
    waf_json_bool(&json, NULL, 1);
    waf_json_bool(&json, NULL, 0);
    waf_json_close(&json, ']');
    waf_json_open(&json, "e", '{');
    waf_json_close(&json, '}');
    waf_json_close(&json, '}');
    is(&json, "{\"a\":{\"t\":\"x\\\"y\\n\",\"n\":-5},"
              "\"l\":[\"1\",true,false],\"e\":{}}\n");
}

static void longer_than_its_room(void **state)
{
    char text[9000];
    waf_json_t json;
    slice_t line;

    memset(text, '<', sizeof(text));
    waf_json_init(&json, pool);
    waf_json_open(&json, NULL, '[');
    waf_json_text(&json, NULL, slice_make(text, sizeof(text)));
    waf_json_text(&json, NULL, SLICE_LIT("end"));
    waf_json_close(&json, ']');
    line = waf_json_end(&json);
    assert_int_equal(line.len, 1 + 2 + 6 * sizeof(text) + 1 + 5 + 1 + 1);
    assert_memory_equal(line.p + line.len - 8, ",\"end\"]\n", 8);
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
        cmocka_unit_test(nested),
        cmocka_unit_test(longer_than_its_room),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
