/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* body_values.c: see body_values.h.  Layer L1. */
#include "body_private.h"

#include <apr_strings.h>

#include "json_values.h"
#include "xml_values.h"

enum {
    DEPTH_MOST = 512,
    TEXT_FIRST = 8192
};

typedef enum {
    BODY_NONE,
    BODY_FORM,
    BODY_MULTIPART,
    BODY_JSON,
    BODY_XML,
    BODY_ODD /* a processor that there is not */
} body_e;

struct body_reader_t {
    values_t *values;
    body_e kind;
    body_limits_t limits;
    body_parts_t *parts; /* of a multipart body */
    body_text_t text;    /* of the others */
    size_t length;
};

static const struct {
    const char *name;
    body_e kind;
} processors[] = {
    { "", BODY_NONE },
    { "URLENCODED", BODY_FORM },
    { "MULTIPART", BODY_MULTIPART },
    { "JSON", BODY_JSON },
    { "XML", BODY_XML },
};

/* ---- texts that grow ---- */

void body_text_add(body_text_t *text, slice_t piece, apr_pool_t *pool)
{
    if (piece.len > text->size - text->len) {
        size_t size = 2 * (text->len + piece.len);
        char *p = apr_palloc(pool, size < TEXT_FIRST ? TEXT_FIRST : size);

        memcpy(p, text->p ? text->p : "", text->len);
        text->p = p;
        text->size = size < TEXT_FIRST ? TEXT_FIRST : size;
    }
    memcpy(text->p + text->len, piece.p, piece.len);
    text->len += piece.len;
}

slice_t body_text_take(body_text_t *text)
{
    slice_t taken = slice_make(text->p ? text->p : "", text->len);

    text->p = text->p ? text->p + text->len : NULL;
    text->size -= text->len;
    text->len = 0;
    return taken;
}

/* ---- processors ---- */

static int type_begins(slice_t text, slice_t with)
{
    return text.len >= with.len
           && slice_eq_nocase(slice_make(text.p, with.len), with);
}

const char *body_processor_of(slice_t content_type)
{
    if (type_begins(content_type,
                    SLICE_LIT("application/x-www-form-urlencoded"))) {
        return "URLENCODED";
    }
    return type_begins(content_type, SLICE_LIT("multipart/form-data"))
               ? "MULTIPART"
               : "";
}

static int read_form(body_reader_t *reader, slice_t body)
{
    arguments_t arguments = arguments_of(reader->values, ARGUMENTS_POST,
                                         reader->limits.arguments_most);

    arguments_add_form(&arguments, body, reader->limits.separator);
    return arguments_end(&arguments);
}

static int say_error(body_reader_t *reader, const char *what, const char *how)
{
    return arguments_say_error(reader->values,
                               slice_str(apr_pstrcat(reader->values->pool, what,
                                                     how, NULL)));
}

/* Names are only there during the call. */
static int add_json_pair(void *ctx, slice_t name, slice_t value)
{
    arguments_t *arguments = ctx;

    name.p = apr_pmemdup(arguments->values->pool, name.p, name.len);
    return arguments_add(arguments, name, value);
}

static int read_json(body_reader_t *reader, slice_t body)
{
    static const char *const how[] = {
        NULL,
        "it is not JSON",
        "it is too deep",
        "there is more than is looked at",
    };
    arguments_t arguments = arguments_of(reader->values, ARGUMENTS_OTHER,
                                         reader->limits.arguments_most);
    json_values_e status;
    size_t at;
    int fits;

    status = json_values(body, reader->limits.depth_most,
                         apr_palloc(reader->values->pool, body.len),
                         add_json_pair, &arguments, &at);
    fits = arguments_end(&arguments);
    return fits
           && (status == JSON_VALUES_GOOD
               || say_error(reader, "JSON parsing error: ", how[status]));
}

static int add_attribute(void *ctx, slice_t name, slice_t value)
{
    values_t *values = ctx;

    (void)name;
    value.p = apr_pmemdup(values->pool, value.p, value.len);
    return values_add(values, VARIABLE_XML, SLICE_LIT("//@*"), value);
}

static int read_xml(body_reader_t *reader, slice_t body)
{
    static const char *const how[] = {
        NULL,
        "it is not well-formed",
        "it declares an entity",
        "it is too deep",
        "there is more than is looked at",
        "there is no parser for it",
    };
    values_t *values = reader->values;
    xml_values_e status;
    slice_t text;

    status = xml_values(body, reader->limits.depth_most,
                        apr_palloc(values->pool, body.len * 3), &text,
                        add_attribute, values);
    return values_add(values, VARIABLE_XML, SLICE_LIT("/*"), text)
           && (status == XML_VALUES_GOOD
               || say_error(reader, "XML parsing error: ", how[status]));
}

/* What is read when it is all there. */
static int read_whole(body_reader_t *reader, slice_t body)
{
    if (reader->kind == BODY_FORM
        || (reader->kind == BODY_NONE && reader->limits.is_forced)) {
        if (!values_set(reader->values, VARIABLE_REQUEST_BODY, VALUE_ALONE,
                        body)) {
            return 0;
        }
    }
    if (body.len == 0) {
        return 1;
    }
    switch (reader->kind) {
    case BODY_FORM:
        return read_form(reader, body);
    case BODY_JSON:
        return read_json(reader, body);
    case BODY_XML:
        return read_xml(reader, body);
    case BODY_ODD:
        return say_error(reader, "There is no such body processor", "");
    default:
        return 1;
    }
}

/* ---- the whole ---- */

static body_e kind_of(const char *processor)
{
    size_t i;

    for (i = 0; i < sizeof(processors) / sizeof(processors[0]); i++) {
        if (slice_eq_nocase(slice_str(processor),
                            slice_str(processors[i].name))) {
            return processors[i].kind;
        }
    }
    return BODY_ODD;
}

body_reader_t *body_reader_make(values_t *values, const char *processor,
                                slice_t content_type,
                                const body_limits_t *limits)
{
    body_reader_t *reader = apr_pcalloc(values->pool, sizeof(*reader));

    reader->values = values;
    reader->kind = kind_of(processor);
    reader->limits = *limits;
    if (reader->limits.depth_most <= 0) {
        reader->limits.depth_most = DEPTH_MOST;
    }
    if (reader->kind == BODY_MULTIPART) {
        reader->parts = apr_palloc(values->pool, sizeof(*reader->parts));
        body_parts_init(reader->parts, values, content_type, &reader->limits);
    }
    values_set(values, VARIABLE_REQBODY_PROCESSOR, VALUE_ALONE,
               reader->kind == BODY_ODD
                   ? slice_str(apr_pstrdup(values->pool, processor))
                   : slice_str(processors[reader->kind].name));
    return reader;
}

int body_reader_add(body_reader_t *reader, slice_t piece)
{
    reader->length += piece.len;
    if (reader->parts) {
        return multipart_add(&reader->parts->parser, piece);
    }
    if (reader->kind != BODY_NONE || reader->limits.is_forced) {
        body_text_add(&reader->text, piece, reader->values->pool);
    }
    return reader->kind != BODY_ODD;
}

/* With the text, where it was kept. */
static int finish(body_reader_t *reader, slice_t body)
{
    int fits =
        arguments_say_number(reader->values, VARIABLE_REQUEST_BODY_LENGTH,
                             (int64_t)reader->length)
        && (!reader->limits.is_cut
            || values_set(reader->values, VARIABLE_INBOUND_DATA_ERROR,
                          VALUE_ALONE, SLICE_LIT("1")));

    if (!reader->parts) {
        return fits && read_whole(reader, body);
    }
    if (reader->length) {
        body_parts_end(reader->parts);
    }
    return fits && !reader->parts->is_full;
}

int body_reader_end(body_reader_t *reader)
{
    return finish(reader, body_text_take(&reader->text));
}

size_t body_reader_outside(const body_reader_t *reader)
{
    return reader->parts ? reader->parts->parser.outside : reader->length;
}

int body_values(values_t *values, const char *processor, slice_t body,
                slice_t content_type, const body_limits_t *limits)
{
    body_reader_t *reader =
        body_reader_make(values, processor, content_type, limits);

    reader->length = body.len;
    if (reader->parts) {
        reader->parts->whole = body;
        multipart_add(&reader->parts->parser, body);
    }
    return finish(reader, body);
}
