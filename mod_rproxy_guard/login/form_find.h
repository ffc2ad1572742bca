/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* form_find.h: the values of one field in a form's body as it passes by: of
 * application/x-www-form-urlencoded, multipart/form-data (RFC 7578) and JSON
 * (RFC 8259).  Layer L0.
 *
 * Nothing but one value is kept, and any length of body is looked at.  Where
 * readers differ in what they take for a field (an encoded name, a name twice,
 * an object within another) all that one of them might take is found. */
#ifndef RPROXY_GUARD_FORM_FIND_H
#define RPROXY_GUARD_FORM_FIND_H

#include "http1/h1_slice.h"

enum {
    FORM_TEXT_MAX = 256 /* of a name or value; what is behind is dropped */
};

typedef enum {
    FORM_UNKNOWN, /* JSON if it begins so, else urlencoded */
    FORM_URLENCODED,
    FORM_MULTIPART,
    FORM_JSON
} form_kind_e;

typedef struct {
    form_kind_e kind;
    slice_t name;             /* of the field */
    char text[FORM_TEXT_MAX]; /* a name, then a value */
    size_t len;
    int state;
    /* within a state */
    unsigned char matched, quote, last, escape, digits;
    unsigned code;
} form_find_t;

form_kind_e form_kind_of(slice_t content_type);

/* @param name  is kept for as long as *find */
void form_find_init(form_find_t *find, form_kind_e kind, slice_t name);

/* Takes bytes until a value is there: find->text and find->len.
 * @return 1: a value, and *used: so many bytes were taken; 0: all were */
int form_find_add(form_find_t *find, slice_t bytes, size_t *used);

/* The body is over.  @return 1: there is one more value */
int form_find_end(form_find_t *find);

#endif
