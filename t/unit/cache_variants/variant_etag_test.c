/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* variant_etag_test.c: a tag for each form, and conditions with such tags. */
#include "unit.h"

#include "http1/h1_fields.c"
#include "policy/http_date.c"
#include "policy/validators.c"
#include "variants/variant_etag.c"

#define GZIP CODING_GZIP
#define BR CODING_BROTLI
#define PLAIN CODING_IDENTITY
#define ANY (PLAIN | GZIP | BR)

typedef struct {
    const char *etag;
    unsigned coding;
    const char *written; /* "": none */
} write_case_t;

static const write_case_t writes[] = {
    { "\"abc\"", GZIP, "\"abc+gzip\"" },
    { "\"abc\"", BR, "\"abc+br\"" },
    { "\"abc\"", PLAIN, "\"abc+identity\"" },
    { "W/\"abc\"", GZIP, "W/\"abc+gzip\"" },
    { "\"\"", BR, "\"+br\"" },
    { "W/\"\"", BR, "W/\"+br\"" },
    { "\"abc\"", CODING_OTHER, "" },
    { "abc", GZIP, "" },
    { "\"abc", GZIP, "" },
    { "\"", GZIP, "" },
    { "w/\"abc\"", GZIP, "" },
    { "\"a\"b\"", GZIP, "" },
    { "", GZIP, "" },
};

static void check_write(void **state)
{
    const write_case_t *row = *state;
    size_t size = strlen(row->etag) + VARIANT_ETAG_ROOM, len;
    char *out = malloc(size);

    len = variant_etag_write(out, slice_str(row->etag), row->coding);
    assert_true(len <= size);
    assert_int_equal(len, strlen(row->written));
    assert_memory_equal(out, row->written, len);
    if (len) {
        slice_t etag = slice_str(row->etag), tag = slice_make(out, len);

        assert_true(etag_is_valid(tag));
        assert_false(etag_matches(tag, etag, 0));
        assert_int_equal(etag_is_weak(tag), etag_is_weak(etag));
        assert_int_equal(variant_etag_form(tag, etag, 0), row->coding);
    }
    free(out);
}

typedef struct {
    const char *tag;
    const char *etag;
    unsigned master, form;
} form_case_t;

static const form_case_t tags[] = {
    { "\"abc\"", "\"abc\"", PLAIN, PLAIN },
    { "\"abc\"", "\"abc\"", GZIP, GZIP },
    { "W/\"abc\"", "\"abc\"", PLAIN, PLAIN },
    { "\"abc\"", "W/\"abc\"", PLAIN, PLAIN },
    { "\"abc+gzip\"", "\"abc\"", PLAIN, GZIP },
    { "W/\"abc+gzip\"", "\"abc\"", PLAIN, GZIP },
    { "\"abc-gzip\"", "\"abc\"", PLAIN, GZIP },
    { "W/\"abc-gzip\"", "W/\"abc\"", PLAIN, GZIP },
    { "\"abc-br\"", "\"abc\"", PLAIN, BR },
    { "\"abc+br\"", "\"abc\"", GZIP, BR },
    { "\"abc+identity\"", "\"abc\"", GZIP, PLAIN },
    { "\"abc+gzi\"", "\"abc\"", PLAIN, 0 },
    { "\"abc+gzip2\"", "\"abc\"", PLAIN, 0 },
    { "\"abc+GZIP\"", "\"abc\"", PLAIN, 0 },
    { "\"abd+gzip\"", "\"abc\"", PLAIN, 0 },
    { "\"abd\"", "\"abc\"", PLAIN, 0 },
    { "\"ab\"", "\"abc\"", PLAIN, 0 },
    { "\"\"", "\"much-longer\"", PLAIN, 0 },
    { "\"abc\"", "\"abc+gzip\"", PLAIN, 0 },
    { "\"abc+gzip\"", "\"abc+gzip\"", PLAIN, PLAIN },
    { "abc", "\"abc\"", PLAIN, 0 },
    { "\"abc\"", "abc", PLAIN, 0 },
    { "", "", PLAIN, 0 },
};

static void check_form(void **state)
{
    const form_case_t *row = *state;

    assert_int_equal(variant_etag_form(slice_str(row->tag),
                                       slice_str(row->etag), row->master),
                     row->form);
}

typedef struct {
    const char *list;
    unsigned acceptable, form;
    const char *held;
} list_case_t;

/* before a master "abc" without coding */
static const list_case_t lists[] = {
    { "\"abc\"", ANY, PLAIN, "\"abc\"" },
    { "\"abc+gzip\"", ANY, GZIP, "\"abc+gzip\"" },
    { "\"abc-gzip\"", PLAIN | GZIP, GZIP, "\"abc-gzip\"" },
    { "\"abc+gzip\"", PLAIN, 0, NULL },
    { "\"abc+gzip\"", PLAIN | BR, 0, NULL },
    { "\"abc\"", GZIP, 0, NULL },
    { "\"x\", \"abc+br\",W/\"abc\"", ANY, BR, "\"abc+br\"" },
    { "\"x\", \"abc+br\",W/\"abc\"", PLAIN, PLAIN, "W/\"abc\"" },
    { "\"x,y\" , , \"abc\"", ANY, PLAIN, "\"abc\"" },
    { "\"abc\", x", ANY, 0, NULL },
    { "abc", ANY, 0, NULL },
    { "*", ANY, 0, NULL },
    { "", ANY, 0, NULL },
};

static void check_list(void **state)
{
    const list_case_t *row = *state;
    slice_t held = { NULL, 0 };

    assert_int_equal(variant_etag_held(slice_str(row->list),
                                       SLICE_LIT("\"abc\""), PLAIN,
                                       row->acceptable, &held),
                     row->form);
    assert_true(slice_eq(held, slice_str(row->held)));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(writes); i++) {
        unit_add(writes[i].etag, check_write, &writes[i]);
    }
    for (i = 0; i < UNIT_COUNT(tags); i++) {
        unit_add(tags[i].tag, check_form, &tags[i]);
    }
    for (i = 0; i < UNIT_COUNT(lists); i++) {
        unit_add(lists[i].list, check_list, &lists[i]);
    }
    return unit_run("variant_etag");
}
