/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* accept_encoding.c: Accept-Encoding and Content-Encoding as bits.  Layer L0.
 * RFC 9110 sections 8.4.1, 12.4.2 (weights) and 12.5.3. */
#include "accept_encoding.h"
#include "http1/h1_fields.h"

static unsigned coding_bit(slice_t name)
{
    if (slice_eq_nocase(name, SLICE_LIT("gzip"))
        || slice_eq_nocase(name, SLICE_LIT("x-gzip"))) {
        return CODING_GZIP;
    }
    if (slice_eq_nocase(name, SLICE_LIT("br"))) {
        return CODING_BROTLI;
    }
    if (slice_eq_nocase(name, SLICE_LIT("identity"))) {
        return CODING_IDENTITY;
    }
    return CODING_OTHER;
}

/* Cuts what is before the first ";" off *rest. */
static slice_t cut_part(slice_t *rest)
{
    const char *semicolon = memchr(rest->p, ';', rest->len);
    size_t len = semicolon ? (size_t)(semicolon - rest->p) : rest->len;
    size_t step = semicolon ? len + 1 : len;
    slice_t part = slice_trim(slice_make(rest->p, len));

    rest->p += step;
    rest->len -= step;
    return part;
}

/* "0.001" yes, "0.000" no; what is no weight at all: no. */
static int weight_is_positive(slice_t weight)
{
    int positive;
    size_t i;

    if (weight.len == 0 || (weight.p[0] != '0' && weight.p[0] != '1')
        || (weight.len > 1 && weight.p[1] != '.')) {
        return 0;
    }
    positive = weight.p[0] == '1';
    for (i = 2; i < weight.len; i++) {
        if (weight.p[i] < '0' || weight.p[i] > '9') {
            return 0;
        }
        positive |= weight.p[i] != '0';
    }
    return positive;
}

static int parameters_allow(slice_t parameters)
{
    while (parameters.len) {
        slice_t part = cut_part(&parameters);

        if (part.len >= 2 && slice_lower((unsigned char)part.p[0]) == 'q'
            && part.p[1] == '=') {
            return weight_is_positive(slice_make(part.p + 2, part.len - 2));
        }
    }
    return 1;
}

unsigned accept_encoding_read(slice_t value)
{
    const unsigned all = CODING_IDENTITY | CODING_GZIP | CODING_BROTLI;
    unsigned taken = 0, refused = 0;
    int star = 0, star_refused = 0;
    slice_t element;

    while (h1_list_next(&value, &element)) {
        slice_t name = cut_part(&element);
        int allowed = parameters_allow(element);

        if (slice_eq(name, SLICE_LIT("*"))) {
            star |= allowed;
            star_refused |= !allowed;
        }
        else if (allowed) {
            taken |= coding_bit(name);
        }
        else {
            refused |= coding_bit(name);
        }
    }
    if (star && !star_refused) {
        taken |= all;
    }
    else if (!star_refused) {
        taken |= CODING_IDENTITY; /* always, unless it is excluded */
    }
    return taken & ~refused & all;
}

unsigned content_encoding_read(slice_t value)
{
    slice_t coding, another;

    if (!h1_list_next(&value, &coding)) {
        return CODING_IDENTITY;
    }
    return h1_list_next(&value, &another) ? CODING_OTHER : coding_bit(coding);
}
