/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_refusals.h: what was lately not stored, or not looked up, and why.
 * Layer L1.
 *
 * A table of fixed size in shared memory, for those who ask about one URL: each
 * keeps its last refusal of each kind until others that fall on the same place
 * have pushed it out.  Nothing is decided by it; a note that would have to wait
 * is left out. */
#ifndef RPROXY_CACHE_REFUSALS_H
#define RPROXY_CACHE_REFUSALS_H

#include <stdint.h>

#include <apr_pools.h>

typedef enum {
    REFUSAL_RESPONSE, /* a response was not stored */
    REFUSAL_REQUEST,  /* a request was let past the cache */
    REFUSAL_QUICK     /* stored, but hits wait for all phases */
} refusal_e;

typedef struct {
    uint64_t url; /* hash */
    refusal_e kind;
    int status;      /* of the response; 0: none */
    uint32_t when_s; /* Unix time */
    char reason[120];
    char rule[160];  /* as it was written; "": none */
    char where[160]; /* file:line of it, the end of longer ones */
} refusal_t;

/* Before the children; goes with pool, until then further calls change
 * nothing. */
apr_status_t cache_refusals_create(apr_pool_t *pool);

/* rule, where: may be NULL. */
void cache_refusals_note(refusal_e kind, uint64_t url, int status,
                         const char *reason, const char *rule,
                         const char *where, uint32_t now_s);

/* @return 1 and *found, or 0 */
int cache_refusals_find(refusal_e kind, uint64_t url, refusal_t *found);

#endif
