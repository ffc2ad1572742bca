/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* variant_etag.c: a suffix within the quotes, written and recognised.  Layer
 * L0. */
#include "variant_etag.h"

#include "http1/h1_fields.h"
#include "policy/validators.h"

typedef struct {
    unsigned coding;
    slice_t suffix;
} form_t;

/* clang-format off */
static const form_t forms[] = {
    /* ours */
    { CODING_IDENTITY, { "+identity", 9 } },
    { CODING_GZIP,     { "+gzip", 5 } },
    { CODING_BROTLI,   { "+br", 3 } },
    /* mod_deflate's and mod_brotli's */
    { CODING_GZIP,     { "-gzip", 5 } },
    { CODING_BROTLI,   { "-br", 3 } },
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

size_t variant_etag_write(char *out, slice_t etag, unsigned coding)
{
    const form_t *form = forms;

    if (!etag_is_valid(etag)) {
        return 0;
    }
    while (form->coding != coding) {
        if (++form == forms + COUNT(forms)) {
            return 0;
        }
    }
    memcpy(out, etag.p, etag.len - 1);
    out += etag.len - 1;
    memcpy(out, form->suffix.p, form->suffix.len);
    out[form->suffix.len] = '"';
    return etag.len + form->suffix.len;
}

/* Between the quotes. */
static slice_t opaque(slice_t etag)
{
    size_t skip = etag_is_weak(etag) ? 3 : 1;

    return slice_make(etag.p + skip, etag.len - skip - 1);
}

unsigned variant_etag_form(slice_t tag, slice_t etag, unsigned master)
{
    slice_t end;
    size_t i;

    if (!etag_is_valid(tag) || !etag_is_valid(etag)) {
        return 0;
    }
    tag = opaque(tag);
    etag = opaque(etag);
    if (tag.len < etag.len || memcmp(tag.p, etag.p, etag.len) != 0) {
        return 0;
    }
    end = slice_make(tag.p + etag.len, tag.len - etag.len);
    if (end.len == 0) {
        return master;
    }
    for (i = 0; i < COUNT(forms); i++) {
        if (slice_eq(end, forms[i].suffix)) {
            return forms[i].coding;
        }
    }
    return 0;
}

unsigned variant_etag_held(slice_t list, slice_t etag, unsigned master,
                           unsigned acceptable, slice_t *held)
{
    unsigned found = 0;
    slice_t tag, first = { NULL, 0 };

    while (h1_list_next(&list, &tag)) {
        unsigned form = variant_etag_form(tag, etag, master) & acceptable;

        if (!etag_is_valid(tag)) {
            return 0;
        }
        if (form && !found) {
            found = form;
            first = tag;
        }
    }
    if (found) {
        *held = first;
    }
    return found;
}
