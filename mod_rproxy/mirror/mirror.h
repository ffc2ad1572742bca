/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror.h: copies of requests to another upstream.  Layer L2.
 *
 *   client's thread: exchange with the upstream --- its request body and
 *                      |        |                   response pass by here
 *                      v        v
 *                   mirror_t: request, two views ---> equal? ---> mirror_table
 *                      |        ^
 *                      v        |
 *   side loop:       exchange of the copy, its response is dropped
 *
 * The copy is sent when the request is complete, and then both go on by
 * themselves; whoever ends last compares.  The client's exchange waits for
 * nothing of it. */
#ifndef RPROXY_MIRROR_H
#define RPROXY_MIRROR_H

#include "../rproxy_handler.h"
#include "mirror_table.h"

/* NULL: there is no RProxyMirror. */
extern mirror_table_t *mirror_shared;

/* In post_config.  @return APR_SUCCESS, or an error that was logged */
apr_status_t mirror_configure(server_rec *s);

/* In child_init. */
void mirror_child_init(apr_pool_t *pchild, const shared_t *shared);

/* p->x is ready to begin: looks at what passes through it from now on, if its
 * request is to be copied. */
void mirror_prepare(proxied_t *p);

/* p->x is done. */
void mirror_end(proxied_t *p);

#endif
