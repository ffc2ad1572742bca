/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* seen.h: what the guard has done, counted for those who ask.  Layer L2. */
#ifndef RPROXY_GUARD_SEEN_H
#define RPROXY_GUARD_SEEN_H

#include "../checks/verdict.h"
#include "rule_counts.h"
#include "top_keys.h"

/* In post_config.  @return 0: no memory, and the log says so */
int seen_open(server_rec *s);

/* A rule spoke: counts it, and its key where it is a limit's.
 * @return the word for what became of the request, a constant: "refuse", "log",
 *         "ban", ...
 * @param refused  0: it goes on, whatever the rule's action is */
const char *seen_add(request_rec *r, const guard_verdict_t *verdict,
                     int refused);

const rule_counts_t *seen_rules(void);

/* Of limit number i of guard_global. */
top_keys_t *seen_keys(int i);

#endif
