/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_why.c: see cache_why.h.  Layer L2. */
#include "cache_why.h"

static uint64_t mix(uint64_t hash, slice_t text)
{
    return (hash ^ store_tag_hash(cache.store, text)) * 0x9e3779b97f4a7c15u;
}

/* Of the URL as the client wrote it: a key there may not be. */
static uint64_t url_of(const cache_request_t *q)
{
    const key_uri_t *uri = &q->uri;
    uint64_t hash = mix(uri->port, uri->scheme);

    hash = mix(mix(hash, uri->host), uri->path);
    return uri->query.p ? mix(hash, uri->query) : hash;
}

void cache_why_note(const cache_request_t *q, refusal_e kind, int status)
{
    const char *reason = kind == REFUSAL_QUICK ? q->checked_why : q->reason;
    const cache_rule_t *rule = kind == REFUSAL_QUICK ? NULL : q->rule;

    if (reason) {
        cache_refusals_note(kind, url_of(q), status, reason,
                            rule ? rule->text : NULL, rule ? rule->where : NULL,
                            (uint32_t)apr_time_sec(q->r->request_time));
    }
}

int cache_why_find(const cache_request_t *q, refusal_e kind, refusal_t *found)
{
    return cache_refusals_find(kind, url_of(q), found);
}
