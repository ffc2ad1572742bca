/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_form_find.c: a form's field, and the user's name in it.  Byte 0: the
 * kind; byte 1: how the body is cut.  Promises: in pieces the same values as in
 * one; a folded name is no longer than it was. */
#include "fuzz.h"

#include "login/form_find.c"
#include "login/user_name.c"

typedef struct {
    char text[4096];
    size_t len;
} values_t;

static void keep(values_t *values, const form_find_t *find)
{
    char name[FORM_TEXT_MAX];

    FUZZ_CHECK(find->len <= FORM_TEXT_MAX);
    FUZZ_CHECK(user_name_fold(name, slice_make(find->text, find->len))
               <= find->len);
    if (values->len + find->len < sizeof(values->text)) {
        memcpy(values->text + values->len, find->text, find->len);
        values->len += find->len;
        values->text[values->len++] = '|';
    }
}

static void find_all(values_t *values, form_kind_e kind, slice_t body,
                     uint8_t seed)
{
    form_find_t find;
    size_t at = 0, used;

    form_find_init(&find, kind, slice_str("log"));
    while (at < body.len) {
        size_t piece = fuzz_piece(seed, at, body.len - at);
        char *copy = fuzz_copy(body.p + at, piece);
        int found = form_find_add(&find, slice_make(copy, piece), &used);

        FUZZ_CHECK(used <= piece && used > 0);
        if (found) {
            keep(values, &find);
        }
        free(copy);
        at += used;
    }
    if (form_find_end(&find)) {
        keep(values, &find);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    values_t whole = { .len = 0 }, pieces = { .len = 0 };
    slice_t body;

    if (size < 2) {
        return 0;
    }
    body = slice_make((const char *)data + 2, size - 2);
    find_all(&whole, (form_kind_e)(data[0] % 4), body, 255);
    find_all(&pieces, (form_kind_e)(data[0] % 4), body, data[1]);
    FUZZ_CHECK(whole.len == pieces.len
               && memcmp(whole.text, pieces.text, whole.len) == 0);
    return 0;
}
