/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_write.h: text into a brigade, in blocks, for the renderers.
 * Layer L1.  Whatever comes from a configuration goes through one of the
 * escaping functions; the others are for constants and numbers. */
#ifndef RPROXY_STATUS_WRITE_H
#define RPROXY_STATUS_WRITE_H

#include <apr_buckets.h>

#include "escape.h"

typedef struct writer_t {
    apr_pool_t *pool; /* the brigade's, of the text too */
    apr_bucket_brigade *bb;
    char *block, *at, *end;
} writer_t;

writer_t writer_make(apr_bucket_brigade *bb);

/* The last of the text goes into the brigade. */
void writer_end(writer_t *w);

void write_bytes(writer_t *w, const char *bytes, size_t len);
void write_text(writer_t *w, const char *text);
void write_number(writer_t *w, int64_t n);

/* At most 511 bytes. */
void write_format(writer_t *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void write_html(writer_t *w, const char *text);

/* With the quotes. */
void write_json(writer_t *w, const char *text);

/* A label's value, for what writes it often. */
const char *label_escaped(apr_pool_t *pool, const char *text);

/* Microseconds as milliseconds, "12.345", or as seconds, "0.012345". */
void write_ms(writer_t *w, int64_t usec);
void write_seconds(writer_t *w, int64_t usec);

#endif
