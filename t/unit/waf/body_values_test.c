/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* body_values_test.c: values of bodies, in one piece and in many; what is
 * expected is what mod_security2 2.9.7 says of them. */
#include "unit.h"

#include <apr_general.h>

#include "all_values.h"

#define MULTIPART_TYPE "multipart/form-data; boundary=B"
#define FORM                                                                \
    "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n"        \
    "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n" \
    "Content-Type: t/p\r\n\r\nabc\r\nd\r\n"                                 \
    "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nw\r\n"

static apr_pool_t *pool;
static strings_plan_t plan;

typedef struct {
    const char *processor;
    slice_t body;
    rule_variable_e variable;
    const char *expect;
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "URLENCODED", SLICE_LIT("a=1&b=%41&c"), VARIABLE_ARGS_POST,
      "a=1|b=A|c=|" },
    { "urlencoded", SLICE_LIT("a=1&b=%41"), VARIABLE_ARGS_POST_NAMES,
      "a=a|b=b|" },
    { "URLENCODED", SLICE_LIT("a=1&b=%41"), VARIABLE_ARGS, "a=1|b=A|" },
    { "URLENCODED", SLICE_LIT("a=1&b=%41"), VARIABLE_REQUEST_BODY,
      "a=1&b=%41|" },
    { "URLENCODED", SLICE_LIT("a=1"), VARIABLE_REQUEST_BODY_LENGTH, "3|" },
    { "URLENCODED", SLICE_LIT("a=1"), VARIABLE_REQBODY_PROCESSOR,
      "URLENCODED|" },
    { "URLENCODED", SLICE_LIT("a=%zz"), VARIABLE_URLENCODED_ERROR, "1|" },
    { "URLENCODED", SLICE_LIT(""), VARIABLE_REQUEST_BODY, "|" },
    { "URLENCODED", SLICE_LIT("a&b&c&d&e"), VARIABLE_ARGS,
      "a=|b=|c=|d=|" },
    { "URLENCODED", SLICE_LIT("a&b&c&d&e"), VARIABLE_REQBODY_ERROR, "1|" },
    { "", SLICE_LIT("a=1"), VARIABLE_REQUEST_BODY, "" },
    { "", SLICE_LIT("a=1"), VARIABLE_ARGS, "" },
    { "", SLICE_LIT("a=1"), VARIABLE_REQUEST_BODY_LENGTH, "3|" },
    { "ODD", SLICE_LIT("a=1"), VARIABLE_REQBODY_ERROR, "1|" },
    { "ODD", SLICE_LIT("a=1"), VARIABLE_REQBODY_PROCESSOR, "ODD|" },
    { "JSON", SLICE_LIT("{\"a\":1,\"b\":[\"x\",{\"c\":\"\\n\"}]}"),
      VARIABLE_ARGS, "a=1|b.b=x|b.b.c=\n|" },
    { "JSON", SLICE_LIT("{\"a\":1}"), VARIABLE_ARGS_NAMES, "a=a|" },
    { "JSON", SLICE_LIT("{\"a\":1}"), VARIABLE_ARGS_POST, "" },
    { "JSON", SLICE_LIT("{\"a\":1}"), VARIABLE_REQUEST_BODY, "" },
    { "JSON", SLICE_LIT("{\"a\":1}"), VARIABLE_ARGS_COMBINED_SIZE, "2|" },
    { "JSON", SLICE_LIT("{\"a\":1}x"), VARIABLE_ARGS, "a=1|" },
    { "JSON", SLICE_LIT("{\"a\":1}x"), VARIABLE_REQBODY_ERROR_MSG,
      "JSON parsing error: it is not JSON|" },
    { "JSON", SLICE_LIT("[[[[1]]]]"), VARIABLE_REQBODY_ERROR_MSG,
      "JSON parsing error: it is too deep|" },
    { "JSON", SLICE_LIT(""), VARIABLE_REQBODY_ERROR, "0|" },
    { "JSON", SLICE_LIT("[1,2,3,4,5]"), VARIABLE_REQBODY_ERROR_MSG,
      "SecArgumentsLimit exceeded|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_ARGS_POST, "a=v|a=w|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_ARGS_NAMES, "a=a|a=a|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_FILES, "f=x|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_FILES_NAMES, "f=f|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_FILES_SIZES, "f=6|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_FILES_COMBINED_SIZE,
      "6|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_FILES_TMP_CONTENT, "" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_MULTIPART_NAME, "a|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_MULTIPART_FILENAME,
      "x|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_MULTIPART_PART_HEADERS,
      "a=Content-Disposition: form-data; name=\"a\"|"
      "f=Content-Disposition: form-data; name=\"f\"; filename=\"x\"|"
      "f=Content-Type: t/p|a=Content-Disposition: form-data; name=\"a\"|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--"), VARIABLE_MULTIPART_STRICT_ERROR,
      "0|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--\r\nx"),
      VARIABLE_MULTIPART_STRICT_ERROR, "1|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--\r\nx"),
      VARIABLE_MULTIPART_DATA_AFTER, "1|" },
    { "MULTIPART", SLICE_LIT(FORM "--B--\r\nx"), VARIABLE_REQBODY_ERROR,
      "0|" },
    { "MULTIPART", SLICE_LIT(FORM), VARIABLE_REQBODY_ERROR_MSG,
      "Multipart parsing error: the last boundary is missing|" },
    { "MULTIPART", SLICE_LIT(FORM), VARIABLE_MULTIPART_STRICT_ERROR, "1|" },
    { "MULTIPART", SLICE_LIT(FORM), VARIABLE_ARGS, "" },
    { "MULTIPART", SLICE_LIT(FORM), VARIABLE_FILES, "f=x|" },
    { "MULTIPART", SLICE_LIT(FORM FORM FORM "--B--"), VARIABLE_REQBODY_ERROR,
      "1|" },
    { "MULTIPART", SLICE_LIT(""), VARIABLE_REQBODY_ERROR, "0|" },
#ifdef HAVE_EXPAT
    { "XML", SLICE_LIT("<a b=\"&lt;\">x<c d='2'>y</c></a>"), VARIABLE_XML,
      "//@*=<|//@*=2|/*=xy|" },
    { "XML", SLICE_LIT("<a/>"), VARIABLE_XML, "/*=|" },
    { "XML", SLICE_LIT("<a>"), VARIABLE_REQBODY_ERROR_MSG,
      "XML parsing error: it is not well-formed|" },
    { "XML", SLICE_LIT("<a><a><a><a/></a></a></a>"), VARIABLE_REQBODY_ERROR_MSG,
      "XML parsing error: it is too deep|" },
#endif
};
/* clang-format on */

static const body_limits_t limits = { .arguments_most = 4,
                                      .depth_most = 3,
                                      .parts_most = 7 };

/* As a head leaves them. */
static values_t *make(void)
{
    waf_head_t head = { .uri_raw = SLICE_LIT("/") };
    values_t *values;

    plan.chains = transform_chains_make(pool);
    values = values_make(strings_make(&plan, 100000, pool), 1000, pool);
    assert_true(request_head_values(values, &head));
    return values;
}

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

/* In pieces of that size, each in memory of its own. */
static void read_in_pieces(values_t *values, const char *processor,
                           slice_t body, size_t size, const body_limits_t *with)
{
    body_reader_t *reader =
        body_reader_make(values, processor, SLICE_LIT(MULTIPART_TYPE), with);
    size_t from;

    for (from = 0; from < body.len; from += size) {
        size_t n = body.len - from < size ? body.len - from : size;
        char *piece = malloc(n);

        memcpy(piece, body.p + from, n);
        body_reader_add(reader, slice_make(piece, n));
        free(piece);
    }
    assert_true(body_reader_end(reader));
}

static void check_case(void **state)
{
    const case_t *c = *state;
    values_t *values = make();
    size_t size;

    assert_true(body_values(values, c->processor, c->body,
                            SLICE_LIT(MULTIPART_TYPE), &limits));
    check_variable(values, c->variable, c->expect);
    for (size = 1; size < 40; size += size) {
        values = make();
        read_in_pieces(values, c->processor, c->body, size, &limits);
        check_variable(values, c->variable, c->expect);
    }
}

static void check_forced(void **state)
{
    body_limits_t with = { .is_forced = 1, .is_cut = 1 };
    values_t *values = make();

    assert_true(
        body_values(values, "", SLICE_LIT("a=1"), slice_make(NULL, 0), &with));
    check_variable(values, VARIABLE_REQUEST_BODY, "a=1|");
    check_variable(values, VARIABLE_ARGS, "");
    check_variable(values, VARIABLE_INBOUND_DATA_ERROR, "1|");
    values = make();
    read_in_pieces(values, "", SLICE_LIT("a=1"), 1, &with);
    check_variable(values, VARIABLE_REQUEST_BODY, "a=1|");
}

static void check_files_kept(void **state)
{
    body_limits_t with = { .counts_files = 1,
                           .keeps_files = 1,
                           .files_most = 1 };
    size_t size;

    for (size = 1; size < 1000; size += size) {
        values_t *values = make();

        read_in_pieces(values, "MULTIPART", SLICE_LIT(FORM FORM "--B--"), size,
                       &with);
        check_variable(values, VARIABLE_FILES_TMP_CONTENT, "f=abc\r\nd|");
        check_variable(values, VARIABLE_MULTIPART_FILE_LIMIT_EXCEEDED, "1|");
        check_variable(values, VARIABLE_MULTIPART_STRICT_ERROR, "1|");
        check_variable(values, VARIABLE_REQBODY_ERROR, "0|");
        check_variable(values, VARIABLE_ARGS_POST, "a=v|a=w|a=v|a=w|");
    }
}

/* With a query's arguments before it. */
static void check_after_query(void **state)
{
    waf_head_t head = { .uri_raw = SLICE_LIT("/?q=1") };
    values_t *values =
        values_make(strings_make(&plan, 100000, pool), 1000, pool);

    assert_true(request_head_values(values, &head));
    assert_true(body_values(values, "URLENCODED", SLICE_LIT("a=1&b=2&c&d"),
                            slice_make(NULL, 0), &limits));
    check_variable(values, VARIABLE_ARGS, "q=1|a=1|b=2|c=|");
    check_variable(values, VARIABLE_ARGS_GET, "q=1|");
    check_variable(values, VARIABLE_ARGS_POST, "a=1|b=2|c=|");
    check_variable(values, VARIABLE_ARGS_COMBINED_SIZE, "7|");
    check_variable(values, VARIABLE_REQBODY_ERROR, "1|");
}

static void check_outside_most(void **state)
{
    body_limits_t with = { .outside_most =
                               sizeof(FORM) - 1 - 3 * 5 - 3 * 2 - 6 };
    values_t *values = make();

    assert_true(body_values(values, "MULTIPART", SLICE_LIT(FORM "--B--"),
                            SLICE_LIT(MULTIPART_TYPE), &with));
    check_variable(values, VARIABLE_REQBODY_ERROR, "0|");
    values = make();
    with.outside_most--;
    assert_true(body_values(values, "MULTIPART", SLICE_LIT(FORM "--B--"),
                            SLICE_LIT(MULTIPART_TYPE), &with));
    check_variable(values, VARIABLE_REQBODY_ERROR_MSG,
                   "SecRequestBodyNoFilesLimit exceeded|");
}

static void check_outside_of_files(void **state)
{
    values_t *values = make();
    body_reader_t *reader =
        body_reader_make(values, "MULTIPART", SLICE_LIT(MULTIPART_TYPE),
                         &limits);

    body_reader_add(reader, SLICE_LIT(FORM));
    assert_int_equal(body_reader_outside(reader),
                     sizeof(FORM) - 1 - 3 * 5 - 3 * 2 - 6);
    reader = body_reader_make(values, "JSON", slice_make(NULL, 0), &limits);
    body_reader_add(reader, SLICE_LIT("[1]"));
    assert_int_equal(body_reader_outside(reader), 3);
}

static void check_full(void **state)
{
    static const struct {
        const char *processor;
        slice_t body;
    } bodies[] = { { "URLENCODED", SLICE_LIT("a=1") },
                   { "JSON", SLICE_LIT("[1]") },
                   { "MULTIPART", SLICE_LIT(FORM "--B--") } };
    size_t i;
    int left;

    for (i = 0; i < UNIT_COUNT(bodies); i++) {
        for (left = 0; left < 2; left++) {
            values_t *values = make();

            values->left = left;
            assert_false(body_values(values, bodies[i].processor,
                                     bodies[i].body, SLICE_LIT(MULTIPART_TYPE),
                                     &limits));
            assert_int_equal(values->left, 0);
        }
    }
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].expect, check_case, &cases[i]);
    }
    unit_add("forced", check_forced, NULL);
    unit_add("files kept", check_files_kept, NULL);
    unit_add("after a query", check_after_query, NULL);
    unit_add("outside of files", check_outside_of_files, NULL);
    unit_add("too much outside", check_outside_most, NULL);
    unit_add("full", check_full, NULL);
    return unit_run("body_values");
}
