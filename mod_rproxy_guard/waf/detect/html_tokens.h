/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_tokens.h: what a browser finds in a page (the HTML standard, 13.2.5
 * Tokenization), as far as it can make a script run: text and what is well
 * known to be harmless are not told.  Layer L0. */
#ifndef RPROXY_GUARD_HTML_TOKENS_H
#define RPROXY_GUARD_HTML_TOKENS_H

#include "http1/h1_slice.h"

typedef enum {
    HTML_TAG,         /* name: of an opening tag */
    HTML_ATTRIBUTE,   /* name, and value if it has one */
    HTML_COMMENT,     /* value */
    HTML_DECLARATION, /* value: behind "<!" */
    HTML_INSTRUCTION, /* value: behind "<?" */
} html_kind_e;

typedef struct {
    html_kind_e kind;
    slice_t name, value;
    int has_value; /* of an attribute: there is something behind its "=" */
} html_token_t;

typedef struct {
    const char *p, *end;
    int is_in_tag;  /* attributes come next */
    int is_foreign; /* as in SVG: "]]>" ends CDATA, in HTML the first ">" */
    int has_cdata;  /* there was some: the other way may find more */
} html_reader_t;

/* Leaves the value of an attribute.
 * @param quote  in which it stands; 0: none
 * @return 0: the text does not end it */
int html_reader_leave(html_reader_t *reader, char quote);

/* @return 0: the end */
int html_reader_next(html_reader_t *reader, html_token_t *token);

#endif
