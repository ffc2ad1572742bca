/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_framing.c: where does the body of a response end?  Layer L0.
 * RFC 9112 sections 6.1 to 6.3 and 9.3.  Gathers the three fields that count
 * in one pass, then decides; whatever can be read in two ways is refused. */
#include "h1_framing.h"

typedef struct {
    h1_result_e length_result; /* of the Content-Length fields */
    int64_t length;            /* -1: none */
    int codings;               /* Transfer-Encoding field lines */
    int chunked;               /* the last of them is exactly "chunked" */
    int close;                 /* Connection options */
    int keep_alive;
} framing_fields_t;

/* "5", "5, 5": every element a length and all the same.  An empty element is
 * no length, so the lists of h1_fields.h would be too generous. */
static void take_length(framing_fields_t *f, slice_t value)
{
    for (;;) {
        const char *comma = value.len ? memchr(value.p, ',', value.len) : NULL;
        size_t len = comma ? (size_t)(comma - value.p) : value.len;
        int64_t length;

        if (h1_parse_length(slice_trim(slice_make(value.p, len)), &length)) {
            f->length_result = H1_BAD_LENGTH;
            return;
        }
        if (f->length >= 0 && f->length != length
            && f->length_result == H1_DONE) {
            f->length_result = H1_TWO_LENGTHS;
        }
        f->length = length;
        if (!comma) {
            return;
        }
        value.len -= len + 1;
        value.p += len + 1;
    }
}

static void take_connection(framing_fields_t *f, slice_t value)
{
    slice_t option;

    while (h1_list_next(&value, &option)) {
        f->close |= slice_eq_nocase(option, SLICE_LIT("close"));
        f->keep_alive |= slice_eq_nocase(option, SLICE_LIT("keep-alive"));
    }
}

static void take_field(framing_fields_t *f, const h1_field_t *field)
{
    static const slice_t connection = { "connection", 10 };
    static const slice_t content_length = { "content-length", 14 };
    static const slice_t transfer_encoding = { "transfer-encoding", 17 };

    switch (field->name.len) {
    case 10:
        if (slice_eq_nocase(field->name, connection)) {
            take_connection(f, field->value);
        }
        break;
    case 14:
        if (slice_eq_nocase(field->name, content_length)) {
            take_length(f, field->value);
        }
        break;
    case 17:
        if (slice_eq_nocase(field->name, transfer_encoding)) {
            f->codings++;
            f->chunked = slice_eq_nocase(field->value, SLICE_LIT("chunked"));
        }
        break;
    default:
        break;
    }
}

/* The fields by themselves, for a message that may have a body. */
static h1_result_e judge(const framing_fields_t *f, int minor)
{
    if (f->codings && minor == 0) {
        return H1_CODING_ON_1_0;
    }
    if (f->codings && (f->codings > 1 || !f->chunked)) {
        return H1_BAD_CODING;
    }
    if (f->length_result != H1_DONE) {
        return f->length_result;
    }
    return f->codings && f->length >= 0 ? H1_LENGTH_AND_CHUNKED : H1_DONE;
}

static h1_body_kind_e body_kind(const framing_fields_t *f)
{
    if (f->codings) {
        return H1_BODY_CHUNKED;
    }
    return f->length >= 0 ? H1_BODY_LENGTH : H1_BODY_UNTIL_CLOSE;
}

/* 1xx and 204: no body and no fields about one.  A peer that announces a
 * length may send it all the same, so its connection is not used again. */
static h1_framing_t decide_bodiless(h1_framing_t out, const framing_fields_t *f,
                                    int status)
{
    if (f->codings) {
        out.result = H1_CODING_WITHOUT_BODY;
    }
    if (status == 101 || f->codings || f->length > 0
        || f->length_result != H1_DONE) {
        out.keep_alive = 0;
    }
    return out;
}

h1_framing_t h1_framing_decide(int is_head, const h1_response_t *response)
{
    framing_fields_t f = { H1_DONE, -1, 0, 0, 0, 0 };
    h1_framing_t out = { H1_DONE, H1_BODY_NONE, -1, 0 };
    size_t i;

    for (i = 0; i < response->field_count; i++) {
        take_field(&f, &response->fields[i]);
    }
    out.keep_alive = !f.close && (response->minor > 0 || f.keep_alive);
    if (response->status < 200 || response->status == 204) {
        return decide_bodiless(out, &f, response->status);
    }
    out.result = judge(&f, response->minor);
    out.length = f.length;
    if (!is_head && response->status != 304) {
        out.kind = body_kind(&f);
    }
    if (out.kind == H1_BODY_UNTIL_CLOSE || out.result != H1_DONE) {
        out.keep_alive = 0;
    }
    return out;
}
