/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_condition.c: see cache_condition.h.  Layer L2. */
#include "cache_condition.h"

#include "policy/accept_encoding.h"
#include "serve/cache_form.h"
#include "variants/variant_etag.h"

slice_t cache_condition_etag(const store_object_t *o)
{
    const store_meta_t *m = store_object_meta(o);

    return m->etag_len ? slice_make(store_object_raw_head(o).p + m->etag_at,
                                    m->etag_len)
                       : slice_make(NULL, 0);
}

precondition_e cache_condition(const cache_request_t *q,
                               const store_object_t *master,
                               const store_object_t *o, slice_t *held)
{
    const store_meta_t *m = store_object_meta(o);

    *held = slice_make(NULL, 0);
    if (!q->facts.has_condition || m->status != HTTP_OK) {
        return PRECONDITION_NONE;
    }
    if (!q->facts.if_match.p && !q->facts.conditions_lost
        && variant_etag_held(q->facts.if_none_match,
                             cache_condition_etag(master),
                             cache_form_coding(master),
                             accept_encoding_read(q->facts.accept_encoding),
                             held)) {
        return PRECONDITION_NOT_MODIFIED;
    }
    return precondition_decide(&q->facts, cache_condition_etag(o),
                               m->last_modified ? (int64_t)m->last_modified
                                                : -1,
                               m->date ? (int64_t)m->date : -1, q->begun_s);
}

void cache_condition_restore(cache_request_t *q)
{
    size_t i;

    if (!q->conditions_removed) {
        return;
    }
    q->conditions_removed = 0;
    for (i = 0; i < q->field_count; i++) {
        slice_t name = q->fields[i].name;
        if (name.len > 3 && (name.p[0] | 0x20) == 'i'
            && (name.p[1] | 0x20) == 'f' && name.p[2] == '-') {
            apr_table_setn(q->r->headers_in, name.p, q->fields[i].value.p);
        }
    }
}
