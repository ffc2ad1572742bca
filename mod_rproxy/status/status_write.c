/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_write.c: text into a brigade.  Layer L1.
 * Digits are made here and not by printf: a scrape of the metrics has some ten
 * thousand numbers, on the thread of an event loop. */
#include "status_write.h"

#include <apr_strings.h>
#include <stdarg.h>

#define BLOCK_SIZE 16384

writer_t writer_make(apr_bucket_brigade *bb)
{
    writer_t w = { bb->p, bb, NULL, NULL, NULL };

    return w;
}

void writer_end(writer_t *w)
{
    if (w->at != w->block) {
        APR_BRIGADE_INSERT_TAIL(w->bb,
                                apr_bucket_pool_create(w->block,
                                                       (apr_size_t)(w->at
                                                                    - w->block),
                                                       w->pool,
                                                       w->bb->bucket_alloc));
    }
    w->block = w->at = w->end = NULL;
}

void write_bytes(writer_t *w, const char *bytes, size_t len)
{
    while (len) {
        size_t room = (size_t)(w->end - w->at);
        size_t n = len < room ? len : room;

        if (!room) {
            writer_end(w);
            w->block = w->at = apr_palloc(w->pool, BLOCK_SIZE);
            w->end = w->block + BLOCK_SIZE;
            continue;
        }
        memcpy(w->at, bytes, n);
        w->at += n;
        bytes += n;
        len -= n;
    }
}

void write_text(writer_t *w, const char *text)
{
    write_bytes(w, text, strlen(text));
}

/* At least so many digits, with zeros in front. */
static void write_digits(writer_t *w, uint64_t n, int least)
{
    char digits[24], *end = digits + sizeof(digits), *p = end;

    do {
        *--p = (char)('0' + n % 10);
        n /= 10;
    } while (n || end - p < least);
    write_bytes(w, p, (size_t)(end - p));
}

void write_number(writer_t *w, int64_t n)
{
    if (n < 0) {
        write_bytes(w, "-", 1);
    }
    write_digits(w, n < 0 ? -(uint64_t)n : (uint64_t)n, 1);
}

void write_format(writer_t *w, const char *format, ...)
{
    char text[512];
    va_list args;
    int n;

    va_start(args, format);
    n = apr_vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    write_bytes(w, text, n < 0 ? 0 : (size_t)n);
}

static void write_escaped(writer_t *w, escape_fn *escape, const char *text)
{
    slice_t slice = slice_str(text);
    char *out = apr_palloc(w->pool, ESCAPE_ROOM(slice.len) + 1);

    write_bytes(w, out, escape(out, slice));
}

void write_html(writer_t *w, const char *text)
{
    write_escaped(w, escape_html, text);
}

void write_json(writer_t *w, const char *text)
{
    write_bytes(w, "\"", 1);
    write_escaped(w, escape_json, text);
    write_bytes(w, "\"", 1);
}

const char *label_escaped(apr_pool_t *pool, const char *text)
{
    slice_t slice = slice_str(text);
    char *out = apr_palloc(pool, ESCAPE_ROOM(slice.len) + 1);

    out[escape_label(out, slice)] = '\0';
    return out;
}

static void write_fraction(writer_t *w, int64_t usec, int64_t unit, int digits)
{
    write_number(w, usec / unit);
    write_bytes(w, ".", 1);
    write_digits(w, (uint64_t)(usec % unit), digits);
}

void write_ms(writer_t *w, int64_t usec)
{
    write_fraction(w, usec, 1000, 3);
}

void write_seconds(writer_t *w, int64_t usec)
{
    write_fraction(w, usec, 1000000, 6);
}
