/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_members.h: members as they are now, and as they were.  Layer L2. */
#ifndef RPROXY_BALANCER_STATE_MEMBERS_H
#define RPROXY_BALANCER_STATE_MEMBERS_H

#include "balanced.h"
#include "state_file.h"

/* What differs from the configuration, of all balanced upstreams: of
 * state_upstream_t, in pool. */
apr_array_header_t *state_members_collect(apr_pool_t *pool);

/* Changes members back to that.  What the configuration does not know any more
 * is logged and left out.  @return how many members it changed */
int state_members_apply(server_rec *s, const apr_array_header_t *upstreams,
                        apr_pool_t *pool);

#endif
