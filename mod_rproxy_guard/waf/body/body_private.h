/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* body_private.h: what the files of body_values.h share.  Layer L1. */
#ifndef RPROXY_GUARD_BODY_PRIVATE_H
#define RPROXY_GUARD_BODY_PRIVATE_H

#include "body_values.h"
#include "multipart.h"
#include "waf/inspect/arguments.h"

/* Text of unknown length in memory of a pool. */
typedef struct {
    char *p;
    size_t len, size;
} body_text_t;

void body_text_add(body_text_t *text, slice_t piece, apr_pool_t *pool);

/* What was added since the last one; it stays where it is. */
slice_t body_text_take(body_text_t *text);

/* Parts of a multipart body on their way into values. */
typedef struct {
    values_t *values;
    const body_limits_t *limits;
    multipart_t parser;
    slice_t whole;    /* the body, where it is in one piece; p NULL: not */
    body_text_t text; /* contents that are kept */
    slice_t name, filename; /* of the part */
    slice_t last_filename;
    apr_array_header_t *arguments; /* of part_value_t, for when all is good */
    int64_t files_size;
    int parts, files;
    int is_over_files; /* more than SecUploadFileLimit */
    int is_full;       /* the values are */
} body_parts_t;

void body_parts_init(body_parts_t *parts, values_t *values, slice_t type,
                     const body_limits_t *limits);
void body_parts_end(body_parts_t *parts);

#endif
