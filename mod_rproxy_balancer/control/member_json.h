/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_json.h: members and upstreams as the verbs tell of them.  Layer L2. */
#ifndef RPROXY_BALANCER_MEMBER_JSON_H
#define RPROXY_BALANCER_MEMBER_JSON_H

#include "balanced.h"
#include "members/roster.h"
#include "status/status_write.h"

/* An object: configuration, run time, state, why, what differs; "null" for a
 * free place. */
void member_json_write(writer_t *w, const balanced_t *b, int number);

/* An object: the upstream and all its members. */
void member_json_upstream(writer_t *w, balanced_t *b);

/* What somebody changed of a member at run time, a phrase for each; nothing
 * where it is as configured, or as found. */
const apr_array_header_t *member_json_changes(const roster_entry_t *entry,
                                              const roster_standing_t *standing,
                                              int64_t now_us, apr_pool_t *pool);

/* Members in use but this one that get requests now. */
int member_json_others_up(const balanced_t *b, int number);

#endif
