/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* form_find_test.c: a field's values, however the form is written and cut. */
#include "unit.h"

#include "login/form_find.c"

typedef struct {
    const char *name;
    form_kind_e kind;
    const char *field, *body;
    const char *values; /* each with "|" behind it */
} form_case_t;

#define URL FORM_URLENCODED
#define MULTI FORM_MULTIPART
#define PART(name, value)                                                     \
    "--b\r\nContent-Disposition: form-data; name=" name "\r\n\r\n" value "\r" \
    "\n"

/* clang-format off */
static const form_case_t cases[] = {
    { "a form", URL, "log", "log=admin&pwd=a", "admin|" },
    { "last of the body", URL, "log", "pwd=a&log=admin", "admin|" },
    { "not there", URL, "log", "pwd=a&blog=b&logs=c&lo=d", "" },
    { "nothing", URL, "log", "", "" },
    { "no value", URL, "log", "log&pwd=a", "" },
    { "an empty one", URL, "log", "log=&pwd=a", "|" },
    { "twice", URL, "log", "log=a&log=b", "a|b|" },
    { "an encoded value", URL, "log", "log=a%40b.c+d%2B", "a@b.c d+|" },
    { "broken encoding stays", URL, "log", "log=%4&log=%zz&log=100%", "|%zz|100|" },
    { "an encoded name", URL, "log", "%6Co%67=admin", "admin|" },
    { "spaces before the name", URL, "log", "+%20log=admin", "admin|" },
    { "a NUL behind the name", URL, "log", "log%00x=admin", "admin|" },
    { "what PHP names alike", URL, "user_name", "user.name=a&user+name=b", "a|b|" },
    { "= within", URL, "log", "log=a=b", "a=b|" },
    { "parts", MULTI, "log", PART("\"log\"", "admin") PART("\"pwd\"", "a") "--b--",
      "admin|" },
    { "a part without quotes", MULTI, "log", PART("log", "admin"), "admin|" },
    { "a part with others", MULTI, "log", PART("'log'", "admin"), "admin|" },
    { "an escaped name", MULTI, "log", PART("\"l\\og\"", "admin"), "admin|" },
    { "more header lines", MULTI, "log",
      "--b\r\nContent-Disposition: form-data; NAME=\"log\"\r\nX: y\r\n\r\nadmin\r\n",
      "admin|" },
    { "lines without CR", MULTI, "log",
      "--b\ncontent-disposition:form-data;name=log\n\nadmin\n", "admin|" },
    { "lines before the value", MULTI, "log", PART("\"log\"", "\r\nadmin"),
      "admin|" },
    { "a file", MULTI, "log",
      PART("\"x\"; filename=\"log\"", "admin") PART("\"log\"", "b"), "b|" },
    { "a part that is cut off", MULTI, "log",
      "--b\r\nContent-Disposition: form-data; name=\"log\"\r\n\r\nadm", "adm|" },
    { "an object", FORM_JSON, "user", "{\"user\": \"admin\", \"password\":\"a\"}",
      "admin|" },
    { "an object within", FORM_JSON, "user", "{\"a\":[{\"user\":\"b\"}]}", "b|" },
    { "a string that is no member", FORM_JSON, "user",
      "{\"a\":\"user\", \"b\":\"c\"}", "" },
    { "escapes", FORM_JSON, "user", "{\"\\u0075ser\":\"\\\"\\u0041\\n\\u00e9\"}",
      "\"A\n\xc3\xa9|" },
    { "a number", FORM_JSON, "user", "{\"user\":12}", "12|" },
    { "a number at the end", FORM_JSON, "user", "{\"user\":12", "12|" },
    { "twice in an object", FORM_JSON, "user", "{\"user\":\"a\",\"user\":\"b\"}",
      "a|b|" },
    { "what begins as JSON", FORM_UNKNOWN, "user", " {\"user\":\"a\"}", "a|" },
    { "what does not", FORM_UNKNOWN, "user", "user=a", "a|" },
};
/* clang-format on */

static void find_in_pieces(const form_case_t *row, size_t piece)
{
    slice_t rest = slice_str(row->body);
    unit_text_t text = { .len = 0 };
    form_find_t find;
    size_t used;

    form_find_init(&find, row->kind, slice_str(row->field));
    while (rest.len) {
        slice_t part =
            slice_make(rest.p, piece && piece < rest.len ? piece : rest.len);

        if (form_find_add(&find, part, &used)) {
            unit_text_add(&text, "%.*s|", (int)find.len, find.text);
        }
        rest = slice_make(rest.p + used, rest.len - used);
    }
    if (form_find_end(&find)) {
        unit_text_add(&text, "%.*s|", (int)find.len, find.text);
    }
    assert_string_equal(text.text, row->values);
}

static void check_case(void **state)
{
    size_t piece;

    for (piece = 0; piece < 8; piece++) {
        find_in_pieces(*state, piece);
    }
}

static void long_value(void **state)
{
    char body[FORM_TEXT_MAX + 100];
    form_find_t find;
    size_t used;

    memset(body, 'a', sizeof(body));
    memcpy(body, "log=", 4);
    form_find_init(&find, FORM_URLENCODED, slice_str("log"));
    assert_false(form_find_add(&find, slice_make(body, sizeof(body)), &used));
    assert_true(form_find_end(&find));
    assert_int_equal(find.len, FORM_TEXT_MAX);
}

static void kinds(void **state)
{
    assert_int_equal(form_kind_of(
                         slice_str(" Application/X-WWW-Form-Urlencoded; a=b")),
                     FORM_URLENCODED);
    assert_int_equal(form_kind_of(slice_str("multipart/form-data; boundary=b")),
                     FORM_MULTIPART);
    assert_int_equal(form_kind_of(slice_str("application/json")), FORM_JSON);
    assert_int_equal(form_kind_of(slice_str("text/plain")), FORM_UNKNOWN);
    assert_int_equal(form_kind_of(slice_str(NULL)), FORM_UNKNOWN);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("a value that is too long", long_value, NULL);
    unit_add("content types", kinds, NULL);
    return unit_run("form_find");
}
