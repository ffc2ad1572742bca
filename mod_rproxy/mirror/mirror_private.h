/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_private.h: a request that is copied, between mirror.c (the client's
 * side), mirror_copy.c (the other upstream's) and mirror_side.c (responses).
 * Layer L2. */
#ifndef RPROXY_MIRROR_PRIVATE_H
#define RPROXY_MIRROR_PRIVATE_H

#include "decoded.h"
#include "mirror.h"
#include "mirror_conf.h"

/* A response as it passes by; of one thread. */
typedef struct {
    mirror_view_t view;
    masked_digest_t body;
    decoded_t content; /* becomes body */
} mirror_side_t;

typedef struct mirror_t {
    apr_pool_t *pool; /* unmanaged; one thread after the other */
    const mirror_conf_t *conf;
    slice_t path, id;
    int halves; /* atomic: client and copy that have not ended */

    /* the request's body, of malloc(); written before the copy is sent */
    char *body;
    size_t body_len, body_cap;

    /* the client's thread */
    const sink_ops_t *sink;
    const source_ops_t *source;
    size_t source_at;
    int posted, lost;
    mirror_side_t original;

    /* the side loop's thread, once it is posted */
    exchange_t *x;
    reactor_task_t task;
    int cancelled;                   /* the child ends */
    struct mirror_t *next, **before; /* of those under way */
    size_t body_at;
    mirror_side_t copy;
} mirror_t;

void mirror_side_begin(mirror_t *m, mirror_side_t *side);
void mirror_side_head(const mirror_t *m, mirror_side_t *side,
                      const member_t *member, const h1_response_t *response);
void mirror_side_end(mirror_side_t *side, int complete);

/* Sends the copy.  p's request is complete. */
void mirror_copy_send(mirror_t *m, const proxied_t *p);

/* In child_init. */
void mirror_copy_child_init(apr_pool_t *pchild, const shared_t *shared);

/* One of the two has ended; the last one compares and frees. */
void mirror_half_done(mirror_t *m);

#endif
