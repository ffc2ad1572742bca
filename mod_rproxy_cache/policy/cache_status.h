/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_status.h: the Cache-Status field.  Layer L0.  RFC 9211. */
#ifndef RPROXY_CACHE_STATUS_H
#define RPROXY_CACHE_STATUS_H

#include "http1/h1_slice.h"

typedef struct {
    const char *cache; /* its name: "rproxy" */
    int hit;
    const char *fwd; /* uri-miss, vary-miss, miss, stale, partial, request,
                            method, bypass; NULL with hit */
    int fwd_status;  /* 0: not known or same */
    int stored, collapsed;
    int has_ttl;
    int64_t ttl;    /* may be negative */
    slice_t key;    /* p NULL: not shown */
    slice_t detail; /* token or text; p NULL: none */
} cache_status_t;

#define CACHE_STATUS_ROOM 512

/* One list member, written as a structured field (RFC 8941: strings escaped,
 * bytes that none can hold replaced by "?"; a key too long is cut).
 * @return its length, at most CACHE_STATUS_ROOM - 1, NUL added */
size_t cache_status_write(char *out, const cache_status_t *s);

#endif
