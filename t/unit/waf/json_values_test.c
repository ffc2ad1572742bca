/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_values_test.c: values of JSON texts, and what is none. */
#include "unit.h"

#include "waf/body/json_values.c"

typedef struct {
    const char *text, *expect;
} case_t;

/* clang-format off */
static const case_t good[] = {
    { "{}", "" },
    { "1", "=1|" },
    { " \"a\" ", "=a|" },
    { " [ ] ", "" },
    { "{\"a\":1}", "a=1|" },
    { "{\"a\":{\"b\":\"x\"},\"c\":[2,3]}", "a.b=x|c.c=2|c.c=3|" },
    { "[1,{\"a\":2},[3]]", "array.array=1|array.array.a=2|array.array.array=3|" },
    { "{\"a\":[{\"b\":1},2],\"d\":3}", "a.a.b=1|a.a=2|d=3|" },
    { "{\"a\":{},\"b\":[],\"c\":{\"d\":{}},\"e\":1}", "e=1|" },
    { "{\"a\":true,\"b\":false,\"c\":null}", "a=true|b=false|c=|" },
    { "{\"a\":-0.5e+10,\"b\":0,\"c\":1E2}", "a=-0.5e+10|b=0|c=1E2|" },
    { "{\"a\":\"\\\"\\\\\\/\\n\\u0041\"}", "a=\"\\/\nA|" },
    { "{\"a\":\"\\u00e4\\u20ac\\ud83d\\ude00\"}", "a=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80|" },
    { "{\"a\":\"\\ud83dx\\ude00\"}", "a=?x?|" },
    { "{\"\\u0061b\":1,\"\":2}", "ab=1|=2|" },
    { "\t{\r\n\"a\" : [ 1 , 2 ] }\n", "a.a=1|a.a=2|" },
};

static const char *const bad[] = {
    "", " ", "{", "[", "{]", "[}", "{\"a\"}", "{\"a\":}",
    "{\"a\":1,}", "[1,]", "[,1]", "{,}", "[1 2]", "{a:1}", "{'a':1}",
    "[01]", "[1.]", "[.5]", "[+1]", "[1e]", "[-]", "[tru]", "[nul]",
    "[\"a]", "[\"\\q\"]", "[\"\\u12g4\"]", "[\"\\", "[\"a\nb\"]", "[1]]",
    "[\"\xe4\"]", "[\"\xc3\"]", "[\"\xff\"]", "{}{}", "[1]x", "{\"a\":1 \"b\":2}"
};
/* clang-format on */

static int note(void *ctx, slice_t name, slice_t value)
{
    unit_text_add(ctx, "%.*s=%.*s|", (int)name.len, name.p, (int)value.len,
                  value.p);
    return 1;
}

static json_values_e run(const char *text, int depth, unit_text_t *out)
{
    size_t length = strlen(text), at;
    char *copy = malloc(length ? length : 1), *room = malloc(length + 1);
    json_values_e status;

    memcpy(copy, text, length);
    status = json_values(slice_make(copy, length), depth, room, note, out, &at);
    assert_true(at <= length);
    free(room);
    free(copy);
    return status;
}

static void check_good(void **state)
{
    const case_t *c = *state;
    unit_text_t out = { .len = 0 };

    assert_int_equal(run(c->text, 10, &out), JSON_VALUES_GOOD);
    assert_string_equal(out.text, c->expect);
}

static void check_bad(void **state)
{
    unit_text_t out = { .len = 0 };

    assert_int_equal(run(*(const char *const *)*state, 10, &out),
                     JSON_VALUES_BAD);
}

static void check_depth(void **state)
{
    unit_text_t out = { .len = 0 };
    char deep[2 * JSON_DEPTH_MAX + 3], name[JSON_NAME_MAX + 16];

    assert_int_equal(run("[[[1]]]", 3, &out), JSON_VALUES_GOOD);
    assert_int_equal(run("[[[[1]]]]", 3, &out), JSON_VALUES_DEEP);
    memset(deep, '[', JSON_DEPTH_MAX + 1);
    deep[JSON_DEPTH_MAX + 1] = '\0';
    assert_int_equal(run(deep, 100000, &out), JSON_VALUES_DEEP);
    memset(name, 'a', sizeof(name));
    memcpy(name, "{\"", 2);
    memcpy(name + sizeof(name) - 5, "\":1}", 5);
    assert_int_equal(run(name, 3, &out), JSON_VALUES_DEEP);
}

static int stop(void *ctx, slice_t name, slice_t value)
{
    (void)name;
    (void)value;
    return ++*(int *)ctx < 2;
}

static void check_stop(void **state)
{
    int seen = 0;
    size_t at;
    char room[16];

    assert_int_equal(json_values(SLICE_LIT("[1,2,3]"), 9, room, stop, &seen,
                                 &at),
                     JSON_VALUES_STOPPED);
    assert_int_equal(seen, 2);
    assert_int_equal(at, 4);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(good); i++) {
        unit_add(good[i].text, check_good, &good[i]);
    }
    for (i = 0; i < UNIT_COUNT(bad); i++) {
        unit_add(bad[i], check_bad, &bad[i]);
    }
    unit_add("depth", check_depth, NULL);
    unit_add("enough", check_stop, NULL);
    return unit_run("json_values");
}
