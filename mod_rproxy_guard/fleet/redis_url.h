/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_url.h: where a Redis is.  Layer L0.
 *
 *   redis://HOST[:PORT][/DATABASE]      HOST a name or address, [v6] likewise
 *   unix:///PATH[?db=DATABASE]          as most clients of Redis write it
 *   unix:/PATH */
#ifndef RPROXY_GUARD_REDIS_URL_H
#define RPROXY_GUARD_REDIS_URL_H

#include "http1/h1_slice.h"

enum {
    REDIS_PORT = 6379,
    REDIS_DATABASE_MAX = 9999
};

typedef struct {
    slice_t host; /* in text, without brackets; empty: path is there */
    slice_t path; /* likewise */
    int port;
    int database;
} redis_url_t;

/* @return NULL and *out, or what would be right */
const char *redis_url_parse(redis_url_t *out, slice_t text);

#endif
