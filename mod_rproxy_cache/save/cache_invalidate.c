/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_invalidate.c: see cache_invalidate.h.  Layer L2. */
#include "cache_invalidate.h"

#include "policy/invalidation.h"
#include "purge/cache_purge.h"

static void invalidate_reference(cache_request_t *q, request_rec *r,
                                 slice_t reference)
{
    key_uri_t target;
    char *buf;
    size_t cap;

    if (!reference.len) {
        return;
    }
    cap = reference.len + q->uri.path.len + 16;
    buf = apr_palloc(r->pool, cap);
    if (invalidation_target(reference, &q->uri, buf, cap, &target)) {
        cache_purge_uri(r, &target, 0);
    }
}

/* RFC 9111 section 4.4. */
void cache_invalidate(cache_request_t *q, request_rec *r,
                      const response_facts_t *facts)
{
    if (!invalidation_due(slice_str(q->r->method), r->status)) {
        return;
    }
    cache_purge_uri(r, &q->uri, 0);
    invalidate_reference(q, r, facts->location);
    invalidate_reference(q, r, facts->content_location);
    cache_request_say(q, r, "invalidated");
}
