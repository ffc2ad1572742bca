/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* unicode_file.c: see unicode_file.h.  Layer L1. */
#include "unicode_file.h"

#include <stdlib.h>

#include <apr_file_io.h>
#include <apr_strings.h>

/* @return the line, without its end; *text goes behind it */
static slice_t take_line(slice_t *text)
{
    const char *end = text->len ? memchr(text->p, '\n', text->len) : NULL;
    slice_t line = *text;

    if (end) {
        line.len = (size_t)(end - text->p);
    }
    text->p += line.len + (end != NULL);
    text->len -= line.len + (end != NULL);
    return line;
}

static int is_of_page(slice_t line, int page)
{
    size_t i = 0;
    int number = 0;

    while (i < line.len && i < 9 && line.p[i] >= '0' && line.p[i] <= '9') {
        number = number * 10 + line.p[i++] - '0';
    }
    return i > 0 && number == page && (i == line.len || line.p[i] != ':');
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* @return how many digits there are, 1 to 4, and *number; or 0 */
static size_t take_hex(slice_t text, unsigned *number)
{
    size_t i;

    *number = 0;
    for (i = 0; i < text.len && i < 4 && hex(text.p[i]) >= 0; i++) {
        *number = *number << 4 | (unsigned)hex(text.p[i]);
    }
    return i;
}

/* "00c0:41 00e9:65".  @return 0: it is not like that */
static int take_pairs(slice_t line, unsigned char *bytes)
{
    while (line.len) {
        unsigned code, byte;
        size_t n = take_hex(line, &code), m;

        if (n == 0 && (line.p[0] == ' ' || line.p[0] == '\r')) {
            line = slice_make(line.p + 1, line.len - 1);
            continue;
        }
        if (n == 0 || n == line.len || line.p[n] != ':') {
            return 0;
        }
        line = slice_make(line.p + n + 1, line.len - n - 1);
        m = take_hex(line, &byte);
        if (m == 0 || byte > 255) {
            return 0;
        }
        bytes[code] = (unsigned char)byte;
        line = slice_make(line.p + m, line.len - m);
    }
    return 1;
}

/* A file may say otherwise. */
static void put_dots(unsigned char *bytes)
{
    bytes[0x2e] = bytes[0x3002] = bytes[0xff0e] = bytes[0xff61] = '.';
}

const char *unicode_file_parse(slice_t text, int page, unicode_map_t *map,
                               apr_pool_t *pool)
{
    unsigned char *bytes;

    while (text.len) {
        if (!is_of_page(take_line(&text), page)) {
            continue;
        }
        bytes = apr_pcalloc(pool, 65536);
        put_dots(bytes);
        if (!take_pairs(take_line(&text), bytes)) {
            break;
        }
        map->byte = bytes;
        return NULL;
    }
    return apr_psprintf(pool,
                        "it has no code page %d with a line of code points as "
                        "00c0:41 behind it",
                        page);
}

const char *unicode_file_read(const char *path, int page, unicode_map_t *map,
                              apr_pool_t *pool)
{
    apr_file_t *file;
    apr_finfo_t info;
    apr_size_t len;
    char *text, why[120];
    apr_status_t rv =
        apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BINARY,
                      APR_FPROT_OS_DEFAULT, pool);

    if (rv == APR_SUCCESS) {
        rv = apr_file_info_get(&info, APR_FINFO_SIZE, file);
    }
    if (rv != APR_SUCCESS) {
        return apr_pstrdup(pool, apr_strerror(rv, why, sizeof(why)));
    }
    if (info.size > UNICODE_FILE_MAX) {
        return "it has more than 4 MB";
    }
    text = apr_palloc(pool, (apr_size_t)info.size + 1);
    len = (apr_size_t)info.size;
    rv = len ? apr_file_read_full(file, text, len, &len) : APR_SUCCESS;
    apr_file_close(file);
    return rv == APR_SUCCESS
               ? unicode_file_parse(slice_make(text, len), page, map, pool)
               : apr_pstrdup(pool, apr_strerror(rv, why, sizeof(why)));
}
