/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_act.h: what rules do with a request that they speak against: the other
 * half of config/rule_action.h.  Layer L2. */
#ifndef RPROXY_GUARD_ACT_H
#define RPROXY_GUARD_ACT_H

#include "checks/verdict.h"

/* Does it go on all the same?  Then what its action says was done: a line in
 * the log, a class.
 * @return 1: it goes on to the next check; 0: guard_act ends it */
int guard_act_lets_pass(request_rec *r, const guard_verdict_t *verdict);

/* Ends it.  @return what the hook returns: the status */
int guard_act(request_rec *r, const guard_verdict_t *verdict);

#endif
