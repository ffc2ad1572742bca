/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* request_text_test.c: requests from files, and the values of their heads; what
 * is expected is what mod_security2 2.9.7 says of them. */
#include "unit.h"

#include <apr_general.h>

#include "all_values.h"

static apr_pool_t *pool;
static strings_plan_t plan;

static values_t *make(int most)
{
    plan.chains = transform_chains_make(pool);
    return values_make(strings_make(&plan, 100000, pool), most, pool);
}

/* All of a variable: "name=value|". */
static void check_variable(const values_t *values, rule_variable_e variable,
                           const char *expect)
{
    unit_text_t out = { .len = 0, .text = "" };
    int i;

    for (i = 0; i < values_count(values, variable); i++) {
        const value_t *value = values_at(values, variable, i);
        slice_t text = strings_text(values->strings, value->text);

        unit_text_add(&out, "%.*s%s%.*s|", (int)value->name.len, value->name.p,
                      value->name.len ? "=" : "", (int)text.len, text.p);
    }
    assert_string_equal(out.text, expect);
}

typedef struct {
    const char *text;
    rule_variable_e variable;
    const char *expect, *mapped; /* NULL: the same */
} case_t;

#define GET(target) "GET " target " HTTP/1.1\n\n"
#define WITH(field) "GET / HTTP/1.1\n" field "\n\n"

/* clang-format off */
static const case_t cases[] = {
    { GET("/a?b"), VARIABLE_REQUEST_LINE, "GET /a?b HTTP/1.1|", NULL },
    { GET("/a?b"), VARIABLE_REQUEST_METHOD, "GET|", NULL },
    { GET("/a?b"), VARIABLE_REQUEST_PROTOCOL, "HTTP/1.1|", NULL },
    { GET("//a//b?c"), VARIABLE_REQUEST_URI_RAW, "//a//b?c|", NULL },
    { GET("//a//b?c"), VARIABLE_REQUEST_URI, "/a//b?c|", "/a/b?c|" },
    { GET("//a//b?c"), VARIABLE_REQUEST_FILENAME, "/a//b|", "/a/b|" },
    { GET("/%41/../%42%2e"), VARIABLE_REQUEST_FILENAME, "/%41/../%42%2e|",
      "/B.|" },
    { GET("/a/./b/.."), VARIABLE_REQUEST_FILENAME, "/a/./b/..|", "/a/|" },
    { GET("/../.."), VARIABLE_REQUEST_FILENAME, "/../..|", "/|" },
    { GET("/a/b%20c\\d"), VARIABLE_REQUEST_BASENAME, "d|", "d|" },
    { GET("/a/%2e"), VARIABLE_REQUEST_BASENAME, "%2e|", "|" },
    { GET("/"), VARIABLE_REQUEST_BASENAME, "|", NULL },
    { GET("*"), VARIABLE_REQUEST_FILENAME, "*|", NULL },
    { GET("/a"), VARIABLE_QUERY_STRING, "", NULL },
    { GET("/a?"), VARIABLE_QUERY_STRING, "|", NULL },
    { GET("/a?b#c?d"), VARIABLE_QUERY_STRING, "b|", NULL },
    { GET("http://h:8/a?b"), VARIABLE_REQUEST_URI, "/a?b|", NULL },
    { GET("http://h:8/a?b"), VARIABLE_REQUEST_HEADERS, "Host=h:8|", NULL },
    { GET("/a?b=http://c"), VARIABLE_REQUEST_HEADERS, "", NULL },
    { GET("/?x=1&y=%zz&x=%41&z"), VARIABLE_ARGS, "x=1|y=%zz|x=A|z=|", NULL },
    { GET("/?x=1&y=%zz&x=%41&z"), VARIABLE_ARGS_GET, "x=1|y=%zz|x=A|z=|",
      NULL },
    { GET("/?x=1&%78=2"), VARIABLE_ARGS_NAMES, "x=x|x=x|", NULL },
    { GET("/?x=1&y=%zz"), VARIABLE_URLENCODED_ERROR, "1|", NULL },
    { GET("/?x=1&yy=%41z"), VARIABLE_URLENCODED_ERROR, "0|", NULL },
    { GET("/?x=1&yy=%41z"), VARIABLE_ARGS_COMBINED_SIZE, "6|", NULL },
    { GET("/?x=1"), VARIABLE_ARGS_POST, "", NULL },
    { WITH("A: 1\nb:2 \nA:3\na:"), VARIABLE_REQUEST_HEADERS, "A=1, 3, |b=2|",
      NULL },
    { WITH("A: 1\nA: 1"), VARIABLE_REQUEST_HEADERS_NAMES, "A=A|", NULL },
    { WITH("Cookie: a=1; b=\"2\"; c; =4;e= "), VARIABLE_REQUEST_COOKIES,
      "a=1|b=\"2\"|c=|e=|", NULL },
    { WITH("Cookie: a=1\nCookie: b=2"), VARIABLE_REQUEST_COOKIES, "a=1|b=2|",
      NULL },
    { WITH("Cookie: a=1; b=2"), VARIABLE_REQUEST_COOKIES_NAMES, "a=a|b=b|",
      NULL },
    { WITH("Content-Type: Multipart/Form-Data; x"), VARIABLE_REQBODY_PROCESSOR,
      "MULTIPART|", NULL },
    { WITH("Content-Type: application/x-www-form-urlencoded"),
      VARIABLE_REQBODY_PROCESSOR, "URLENCODED|", NULL },
    { WITH("Content-Type: application/json"), VARIABLE_REQBODY_PROCESSOR, "|",
      NULL },
    { WITH("Host: [::1]:80"), VARIABLE_SERVER_NAME, "[::1]|", NULL },
    { WITH("Host: a.b"), VARIABLE_SERVER_NAME, "a.b|", NULL },
    { WITH("A: b"), VARIABLE_REMOTE_HOST, "127.0.0.1|", NULL },
    { WITH("A: b"), VARIABLE_WEBAPPID, "default|", NULL },
    { WITH("A: b"), VARIABLE_MULTIPART_STRICT_ERROR, "0|", NULL },
    { WITH("A: b"), VARIABLE_REQBODY_ERROR, "0|", NULL },
    { WITH("A: b"), VARIABLE_REQBODY_ERROR_MSG, "|", NULL },
    { WITH("A: b"), VARIABLE_REMOTE_USER, "", NULL },
    { WITH("A: b"), VARIABLE_PATH_INFO, "", "|" },
    { WITH("A: b"), VARIABLE_TIME, "20200102030405|", NULL },
    { WITH("A: b"), VARIABLE_TIME_YEAR, "2020|", NULL },
    { WITH("A: b"), VARIABLE_TIME_MON, "01|", NULL },
    { WITH("A: b"), VARIABLE_TIME_DAY, "02|", NULL },
    { WITH("A: b"), VARIABLE_TIME_HOUR, "03|", NULL },
    { WITH("A: b"), VARIABLE_TIME_MIN, "04|", NULL },
    { WITH("A: b"), VARIABLE_TIME_SEC, "05|", NULL },
    { WITH("A: b"), VARIABLE_TIME_WDAY, "4|", NULL },
    { WITH("A: b"), VARIABLE_TIME_EPOCH, "1577934245|", NULL },
};

static const struct {
    const char *text, *error, *body;
} texts[] = {
    { "GET /a b HTTP/1.1\r\n\r\n", NULL, "" },
    { "GET / HTTP/1.1", NULL, "" },
    { "POST / HTTP/1.1\n\na=1\n", NULL, "a=1\n" },
    { "POST / HTTP/1.1\nContent-Length: 3\n\na=1\n", NULL, "a=1" },
    { "POST / HTTP/1.1\nContent-Length: 9\n\na=1\n", NULL, "a=1\n" },
    { "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n"
      "2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\n", NULL, "abc" },
    { "", "line 1: not a request line, as GET /path HTTP/1.1", NULL },
    { "GET /\n\n", "line 1: not a request line, as GET /path HTTP/1.1", NULL },
    { "GET / \n\n", "line 1: not a request line, as GET /path HTTP/1.1", NULL },
    { "GET / HTTP/1.1\nA: b\nx\n", "line 3: not a field, as Name: value",
      NULL },
    { "GET / HTTP/1.1\n: b\n", "line 2: not a field, as Name: value", NULL },
    { "GET / HTTP/1.1\nContent-Length: x\n\n",
      "Content-Length is not a number", NULL },
    { "GET / HTTP/1.1\nTransfer-Encoding: chunked\n\nx",
      "line 4: not the size of a chunk", NULL },
    { "GET / HTTP/1.1\nTransfer-Encoding: chunked\n\n3\nab",
      "line 4: a chunk is longer than what there is", NULL },
    { "GET / HTTP/1.1\nTransfer-Encoding: chunked\n\n1\nab\n0\n",
      "line 5: a chunk is longer than its size", NULL },
    { "GET / HTTP/1.1\nTransfer-Encoding: chunked\n\n"
      "ffffffffffffffffffffff\n", "line 4: not the size of a chunk", NULL },
};
/* clang-format on */

static void check_values(void **state)
{
    const case_t *c = *state;
    values_t *values = make(1000);
    request_text_t request;

    assert_null(request_text_read(slice_str(c->text), &request, pool));
    request.head.time = apr_time_from_sec(1577934245);
    assert_true(request_head_values(values, &request.head));
    check_variable(values, c->variable, c->expect);
    assert_true(request_mapped_values(values, &request.mapped));
    check_variable(values, c->variable, c->mapped ? c->mapped : c->expect);
}

static void check_text(void **state)
{
    size_t i = (size_t)*state - 1;
    const char *error;
    request_text_t request;

    error = request_text_read(slice_str(texts[i].text), &request, pool);
    if (texts[i].error) {
        assert_non_null(error);
        assert_string_equal(error, texts[i].error);
        return;
    }
    assert_null(error);
    assert_true(slice_eq(request.body, slice_str(texts[i].body)));
}

/* Of one name, too: they are joined, which costs more with each. */
static void check_many_fields(void **state)
{
    static const char line[] = "GET / HTTP/1.1\n";
    char text[sizeof(line) + 1001 * 3], *at = text + sizeof(line) - 1;
    request_text_t request;
    int i;

    memcpy(text, line, sizeof(line));
    for (i = 0; i < 1000; i++, at += 3) {
        memcpy(at, "a:\n", 4);
    }
    assert_null(request_text_read(slice_str(text), &request, pool));
    memcpy(at, "a:\n", 4);
    assert_string_equal(request_text_read(slice_str(text), &request, pool),
                        "line 1002: more than 1000 fields");
}

/* However little room there is, it is said and nothing is overrun. */
static void check_full(void **state)
{
    request_text_t request;
    int most;

    assert_null(
        request_text_read(SLICE_LIT("GET /a?b=c&d=%41 HTTP/1.1\nCookie: a=1; "
                                    "b=2\nHost: x\n\n"),
                          &request, pool));
    for (most = 0; most < 1000; most++) {
        if (request_head_values(make(most), &request.head)) {
            break;
        }
    }
    assert_in_range(most, 60, 90);
}

static void check_many_arguments(void **state)
{
    values_t *values = make(1000);
    request_text_t request;

    assert_null(request_text_read(SLICE_LIT("GET /?a&b&c HTTP/1.1\n\n"),
                                  &request, pool));
    request.head.arguments_most = 2;
    assert_true(request_head_values(values, &request.head));
    check_variable(values, VARIABLE_ARGS, "a=|b=|");
    check_variable(values, VARIABLE_REQBODY_ERROR, "1|");
    check_variable(values, VARIABLE_REQBODY_PROCESSOR_ERROR, "1|");
    check_variable(values, VARIABLE_REQBODY_ERROR_MSG,
                   "SecArgumentsLimit exceeded|");
}

static void check_mapped(void **state)
{
    values_t *values = make(1000);
    waf_mapped_t mapped = { .path = SLICE_LIT("/x/y"),
                            .user = SLICE_LIT("me"),
                            .auth_type = SLICE_LIT("Basic"),
                            .script_filename = SLICE_LIT("/srv/x") };
    request_text_t request;

    assert_null(
        request_text_read(SLICE_LIT("GET /a?b HTTP/1.1\n\n"), &request, pool));
    assert_true(request_head_values(values, &request.head));
    assert_true(request_mapped_values(values, &mapped));
    assert_true(request_mapped_values(values, &mapped));
    check_variable(values, VARIABLE_REQUEST_URI, "/x/y?b|");
    check_variable(values, VARIABLE_REMOTE_USER, "me|");
    check_variable(values, VARIABLE_AUTH_TYPE, "Basic|");
    check_variable(values, VARIABLE_SCRIPT_FILENAME, "/srv/x|");
    check_variable(values, VARIABLE_PATH_INFO, "");
}

static void check_whole(void **state)
{
    values_t *values = make(1000);
    request_text_t request;

    assert_null(request_text_read(
        SLICE_LIT("POST /m HTTP/1.1\nHost: h\nContent-Type: text/plain\n"
                  "Content-Length: 3\nConnection: close\n\na=1"),
        &request, pool));
    assert_true(request_full_values(values, &request.head, request.body));
    check_variable(values, VARIABLE_FULL_REQUEST,
                   "POST /m HTTP/1.1\nHost: h\nContent-Type: text/plain\n"
                   "Content-Length: 3\nConnection: close\n\na=1|");
    check_variable(values, VARIABLE_FULL_REQUEST_LENGTH, "74|");
}

static void check_response(void **state)
{
    static const waf_field_t fields[] = { { SLICE_LIT("A"), SLICE_LIT("1") },
                                          { SLICE_LIT("a"), SLICE_LIT("2") } };
    const waf_response_head_t head = {
        .protocol = SLICE_LIT("HTTP/1.1"),
        .status = 404,
        .status_line = SLICE_LIT("404 Not Found"),
        .content_type = SLICE_LIT("text/html; charset=utf-8"),
        .length = 19,
        .field = fields,
        .field_count = 2,
    };
    values_t *values = make(100);

    assert_true(response_head_values(values, &head));
    assert_true(response_body_values(values, SLICE_LIT("hello"), 1));
    check_variable(values, VARIABLE_RESPONSE_PROTOCOL, "HTTP/1.1|");
    check_variable(values, VARIABLE_RESPONSE_STATUS, "404|");
    check_variable(values, VARIABLE_STATUS_LINE, "404 Not Found|");
    check_variable(values, VARIABLE_RESPONSE_CONTENT_TYPE,
                   "text/html; charset=utf-8|");
    check_variable(values, VARIABLE_RESPONSE_CONTENT_LENGTH, "19|");
    check_variable(values, VARIABLE_RESPONSE_HEADERS, "A=1|a=2|");
    check_variable(values, VARIABLE_RESPONSE_HEADERS_NAMES, "A=A|a=a|");
    check_variable(values, VARIABLE_RESPONSE_BODY, "hello|");
    check_variable(values, VARIABLE_OUTBOUND_DATA_ERROR, "1|");
    assert_false(response_head_values(make(3), &head));
}

int main(void)
{
    size_t i;

    apr_initialize();
    setenv("TZ", "UTC", 1);
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text, check_values, &cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(texts); i++) {
        unit_add(texts[i].text, check_text, (void *)(i + 1));
    }
    unit_add("many fields", check_many_fields, NULL);
    unit_add("full", check_full, NULL);
    unit_add("too many arguments", check_many_arguments, NULL);
    unit_add("mapped", check_mapped, NULL);
    unit_add("the whole", check_whole, NULL);
    unit_add("response", check_response, NULL);
    return unit_run("request_text");
}
