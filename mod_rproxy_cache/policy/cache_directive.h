/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_directive.h: the cache directives by name, and how each is put into a
 * cache_control_t.  For the readers of the two syntaxes: cache_control.c and
 * targeted.c.  Layer L0.  RFC 9111 section 5.2, RFC 5861, RFC 8246. */
#ifndef RPROXY_CACHE_DIRECTIVE_H
#define RPROXY_CACHE_DIRECTIVE_H

#include "cache_control.h"

typedef enum {
    DIRECTIVE_UNKNOWN,
    /* flags that forbid, or ask for more care */
    DIRECTIVE_NO_STORE,
    DIRECTIVE_MUST_REVALIDATE,
    DIRECTIVE_PROXY_REVALIDATE,
    DIRECTIVE_NO_TRANSFORM,
    DIRECTIVE_ONLY_IF_CACHED,
    /* flags that permit something */
    DIRECTIVE_PUBLIC,
    DIRECTIVE_IMMUTABLE,
    DIRECTIVE_MUST_UNDERSTAND,
    /* flags, or lists of field names */
    DIRECTIVE_NO_CACHE,
    DIRECTIVE_PRIVATE,
    /* times */
    DIRECTIVE_MAX_AGE,
    DIRECTIVE_S_MAXAGE,
    DIRECTIVE_MIN_FRESH,
    DIRECTIVE_MAX_STALE,
    DIRECTIVE_STALE_WHILE_REVALIDATE,
    DIRECTIVE_STALE_IF_ERROR
} cache_directive_e;

static inline int cache_directive_forbids(cache_directive_e id)
{
    return id >= DIRECTIVE_NO_STORE && id <= DIRECTIVE_ONLY_IF_CACHED;
}

static inline int cache_directive_permits(cache_directive_e id)
{
    return id >= DIRECTIVE_PUBLIC && id <= DIRECTIVE_MUST_UNDERSTAND;
}

static inline int cache_directive_has_fields(cache_directive_e id)
{
    return id == DIRECTIVE_NO_CACHE || id == DIRECTIVE_PRIVATE;
}

static inline int cache_directive_is_time(cache_directive_e id)
{
    return id >= DIRECTIVE_MAX_AGE;
}

/* Without case. */
cache_directive_e cache_directive_find(slice_t name);

/* Also the plain forms of those with fields. */
void cache_directive_set(cache_control_t *cc, cache_directive_e id, int on);

/* @param seconds 0 to DELTA_MAX; a second one only if it asks for more */
void cache_directive_set_time(cache_control_t *cc, cache_directive_e id,
                              int64_t seconds);

/* max-stale without a time. */
void cache_directive_set_any_stale(cache_control_t *cc);

/* A list that is empty, or has something that is no field name, or is a second
 * one, sets the plain form. */
void cache_directive_set_fields(cache_control_t *cc, cache_directive_e id,
                                slice_t list);

/* As if the directive, one of responses, had never been there. */
void cache_directive_clear(cache_control_t *cc, cache_directive_e id);

#endif
