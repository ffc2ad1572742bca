/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* suggest_write.h: an exception as a directive.  Layer L1 (memory of a pool).
 */
#ifndef RPROXY_GUARD_SUGGEST_WRITE_H
#define RPROXY_GUARD_SUGGEST_WRITE_H

#include "waf/rule/rule_list.h"
#include "waf/seen/hit_ring.h"

/* Is it in what a client or an application sends (not a score, a counter of
 * values, an address)? */
int suggest_is_of_value(const hit_t *hit);

/* @param id    of the directive
 * @param read  what the server would make of it
 * @return NULL: no directive can be written for this hit */
const char *suggest_write(const hit_t *hit, uint64_t id, const rule_t **read,
                          apr_pool_t *pool);

#endif
