/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* unicode_file.h: the file of SecUnicodeMapFile.  Layer L1 (memory of a pool).
 *
 * A code page is a line that begins with its number; the next one has what code
 * points stand for, "00c0:41 00e9:65": both in hexadecimal digits.  What IDNA
 * takes for a dot (RFC 3490 section 3.1) is one. */
#ifndef RPROXY_GUARD_UNICODE_FILE_H
#define RPROXY_GUARD_UNICODE_FILE_H

#include "transform/transform.h"

#include <apr_pools.h>

enum {
    UNICODE_PAGE_DEFAULT = 20127,
    UNICODE_FILE_MAX = 4 * 1024 * 1024
};

/* The map of one page of a file's text.
 * @return NULL, or what is wrong */
const char *unicode_file_parse(slice_t text, int page, unicode_map_t *map,
                               apr_pool_t *pool);

const char *unicode_file_read(const char *path, int page, unicode_map_t *map,
                              apr_pool_t *pool);

#endif
