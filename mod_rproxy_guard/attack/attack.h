/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* attack.h: RProxyGuardAttack: stricter limits come on while the server
 * suffers.  Layer L2.
 *
 *   area:  | order, state, gauges of the last second | counts of slot 0 | ...
 *
 * Once a second one process, whichever comes first, looks at the gauges and
 * changes the state that all processes read. */
#ifndef RPROXY_GUARD_ATTACK_H
#define RPROXY_GUARD_ATTACK_H

#include <httpd.h>

#include "attack_mode.h"

/* The directive; where NULL: there is none. */
typedef struct {
    const char *where;
    attack_rules_t rules;
    int responses; /* so many in a second make a rate of errors */
} guard_attack_t;

/* What is known now. */
typedef struct {
    attack_order_e order;
    int active;
    attack_gauge_e reason;
    int64_t since_us;
    uint64_t begun; /* so often */
    attack_sample_t sample;
} attack_report_t;

/* In post_config, behind child_slots_open.  @return 0: no memory */
int attack_open(server_rec *s);

/* Each second, in any process. */
void attack_tick(void);

/* Does it count as attacked?  Any thread. */
int attack_is_on(void);

/* By somebody: holds at once, for all processes, over graceful restarts. */
void attack_give_order(attack_order_e order);

attack_report_t attack_report(void);

void attack_register(apr_pool_t *pool);

#endif
