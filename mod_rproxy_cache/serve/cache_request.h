/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_request.h: what the cache knows of one request.  Layer L2.
 *
 * It belongs to the request that the client sent; requests that httpd makes
 * out of it (internal redirects, error documents) use that one's. */
#ifndef RPROXY_CACHE_REQUEST_H
#define RPROXY_CACHE_REQUEST_H

#include <httpd.h>

#include "config/cache_config.h"
#include "cache_private.h"
#include "policy/byte_range.h"
#include "policy/facts.h"
#include "policy/reuse.h"

typedef enum {
    CACHE_UNDECIDED,
    CACHE_BYPASS, /* the cache has nothing to do with it */
    CACHE_SERVE,  /* pin is to be sent */
    CACHE_WAIT,   /* pin is somebody else's fetch */
    CACHE_FETCH,  /* goes to its handler; stored if fill, or if it may be */
    CACHE_PASS    /* goes to its handler; only invalidation is of interest */
} cache_way_e;

typedef struct cache_saving_t cache_saving_t;

typedef struct {
    request_rec *r; /* as the client sent it */
    cache_way_e way;
    const cache_settings_t *settings;
    const h1_field_t *fields; /* of the request */
    size_t field_count;
    request_facts_t facts;
    unsigned is_overridden : 1, has_upgrade : 1, has_spoken_of : 1;
    unsigned names_fields : 1;
    unsigned offers_h2c : 1; /* an Upgrade that changes no response */
    slice_t host_field;      /* as it was sent */
    key_uri_t uri;
    store_key_t key;     /* primary */
    store_key_t variant; /* in use: primary, or with the Vary part */
    uint32_t clock;      /* of purges, when the request came */
    int64_t begun_s;

    store_pin_t pin;     /* CACHE_SERVE, CACHE_WAIT */
    store_pin_t stale;   /* being validated, or for when the origin fails */
    store_pin_t part;    /* of a response in parts, to be joined with more */
    byte_range_t joined; /* what the new part makes of it */
    int64_t part_first, part_last; /* the new part alone */
    store_fill_t *fill;            /* CACHE_FETCH */
    cache_saving_t *saving;
    slice_t body;         /* first bytes of the request's body, if kept */
    const void *stripped; /* see cache_strip.c */
    const char *handler;  /* what r->handler was: CACHE_WAIT */

    reuse_e verdict;          /* of pin or stale */
    const char *fwd;          /* Cache-Status fwd=, NULL with a hit */
    const char *reason;       /* for log and Cache-Status detail; NULL: none */
    const cache_rule_t *rule; /* that reason comes from, or NULL */
    const char *checked_why;  /* why what is stored is not for the quick way */
    int collapsed, stored, validating, waited, background, served_stale,
        conditions_removed;
    int fwd_status;
    int64_t ttl;
} cache_request_t;

/* That of the client's request, or NULL. */
cache_request_t *cache_request_of(const request_rec *r);

/* The one that the client sent. */
request_rec *cache_request_root(request_rec *r);

/* Reads fields and target of the client's request; from its pool.  The key is
 * not yet made. */
cache_request_t *cache_request_create(request_rec *root,
                                      const cache_settings_t *settings);

/* Makes the primary key by the settings.  @return 0, or -1: too long */
int cache_request_key(cache_request_t *q);

/* A key for a variant of a response that varies by names. */
int cache_request_variant_key(cache_request_t *q, slice_t names);

/* Is it one that the cache looks at (NULL), or why not? */
const char *cache_request_bypass(cache_request_t *q);

/* The fields of a table, as policy functions take them; from pool. */
const h1_field_t *cache_fields_of(apr_pool_t *pool, const apr_table_t *table,
                                  size_t *count);

/* Environment, notes and log fields that say how it went.  result: "hit",
 * "miss", "stale", "revalidated", "bypass", ... */
void cache_request_say(cache_request_t *q, request_rec *r, const char *result);

/* The Cache-Status field's value for this response, from r->pool. */
const char *cache_request_status(const cache_request_t *q, int hit);

/* Lets go of pins and fill, when the request is over; safe to call again. */
void cache_request_end(cache_request_t *q);

#endif
