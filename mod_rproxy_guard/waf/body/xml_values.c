/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* xml_values.c: see xml_values.h.  Layer L1. */
#include "xml_values.h"

#ifdef HAVE_EXPAT

#include <limits.h>

#include <expat.h>

typedef struct {
    XML_Parser parser;
    char *room;
    size_t length, size;
    int depth, depth_max;
    pair_fn *pair;
    void *ctx;
    xml_values_e status;
} reader_t;

static void stop(reader_t *r, xml_values_e status)
{
    if (r->status == XML_VALUES_GOOD) {
        r->status = status;
    }
    XML_StopParser(r->parser, XML_FALSE);
}

static void XMLCALL element_begins(void *data, const XML_Char *name,
                                   const XML_Char **attributes)
{
    reader_t *r = data;

    (void)name;
    if (++r->depth > r->depth_max) {
        stop(r, XML_VALUES_DEEP);
        return;
    }
    for (; attributes[0]; attributes += 2) {
        if (!r->pair(r->ctx, slice_str(attributes[0]),
                     slice_str(attributes[1]))) {
            stop(r, XML_VALUES_STOPPED);
            return;
        }
    }
}

static void XMLCALL element_ends(void *data, const XML_Char *name)
{
    reader_t *r = data;

    (void)name;
    r->depth--;
}

static void XMLCALL text_comes(void *data, const XML_Char *text, int length)
{
    reader_t *r = data;

    if ((size_t)length > r->size - r->length) {
        stop(r, XML_VALUES_STOPPED);
        return;
    }
    memcpy(r->room + r->length, text, (size_t)length);
    r->length += (size_t)length;
}

static void XMLCALL entity_declared(void *data, const XML_Char *name,
                                    int is_parameter, const XML_Char *value,
                                    int length, const XML_Char *base,
                                    const XML_Char *system,
                                    const XML_Char *public,
                                    const XML_Char *notation)
{
    (void)name;
    (void)is_parameter;
    (void)value;
    (void)length;
    (void)base;
    (void)system;
    (void)public;
    (void)notation;
    stop(data, XML_VALUES_ENTITY);
}

static void set_handlers(reader_t *r)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, element_begins, element_ends);
    XML_SetCharacterDataHandler(r->parser, text_comes);
    XML_SetEntityDeclHandler(r->parser, entity_declared);
    XML_SetParamEntityParsing(r->parser, XML_PARAM_ENTITY_PARSING_NEVER);
}

xml_values_e xml_values(slice_t text, int depth, char *room, slice_t *out,
                        pair_fn *pair, void *ctx)
{
    reader_t r = { .parser = XML_ParserCreate(NULL),
                   .room = room,
                   .size = text.len * 3,
                   .depth_max = depth,
                   .pair = pair,
                   .ctx = ctx };

    *out = slice_make(room, 0);
    if (!r.parser || text.len > INT_MAX / 4) {
        XML_ParserFree(r.parser);
        return XML_VALUES_STOPPED;
    }
    set_handlers(&r);
    if (XML_Parse(r.parser, text.p, (int)text.len, 1) != XML_STATUS_OK
        && r.status == XML_VALUES_GOOD) {
        r.status = XML_VALUES_BAD;
    }
    XML_ParserFree(r.parser);
    out->len = r.length;
    return r.status;
}

#else

xml_values_e xml_values(slice_t text, int depth, char *room, slice_t *out,
                        pair_fn *pair, void *ctx)
{
    return XML_VALUES_MISSING;
}

#endif
