/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* surrogate.h: what an application tells its cache by fields of its own:
 * Surrogate-Control, Surrogate-Key, xkey, Cache-Tag, RProxy-Tag, RProxy-TTL,
 * RProxy-Purge.  Layer L0.  They are taken out of the response. */
#ifndef RPROXY_CACHE_SURROGATE_H
#define RPROXY_CACHE_SURROGATE_H

#include "http1/h1_fields.h"

typedef enum {
    SURROGATE_NONE, /* not one of them */
    SURROGATE_CONTROL,
    SURROGATE_TAGS,
    SURROGATE_TTL,
    SURROGATE_PURGE
} surrogate_e;

surrogate_e surrogate_kind(slice_t name);

typedef struct {
    int64_t ttl_s; /* -1: says nothing; 0 with no-store */
    int64_t while_revalidate_s, if_error_s; /* -1 */
    unsigned no_store : 1;
    int capabilities; /* ESI content= etc.: ignored */
} surrogate_control_t;

/* Surrogate-Control: max-age=3600, max-age=60+30 (fresh plus stale),
 * no-store, stale-while-revalidate, stale-if-error, content="..." ignored;
 * targeting parameters behind ";" are respected only if they name "rproxy". */
void surrogate_control_read(surrogate_control_t *out, slice_t value);

/* RProxy-TTL: "60", "5m", "2h", "1d", "0".  @return 0 and *seconds, or -1 */
int surrogate_ttl_read(slice_t value, int64_t *seconds);

/* One command of RProxy-Purge: a comma-separated list of
 *   tag=NAME  url=/path?query  prefix=/path  host  all, each with ";soft". */
typedef enum {
    PURGE_TAG,
    PURGE_URL,
    PURGE_PREFIX,
    PURGE_HOST,
    PURGE_ALL
} purge_e;
typedef struct {
    purge_e kind;
    slice_t text;
    int soft;
} purge_command_t;

/* @return 1 and *command, 0 at the end, -1: cannot be read (element skipped) */
int purge_command_next(slice_t *rest, purge_command_t *command);

#endif
