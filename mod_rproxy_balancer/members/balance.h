/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance.h: a balanced upstream at run time: choosing members, and what
 * becomes of those chosen.  Layer L1.
 *
 * balance_engine is what mod_rproxy's engine calls, on any thread.  Health
 * changes in balance_event only. */
#ifndef RPROXY_BALANCER_BALANCE_H
#define RPROXY_BALANCER_BALANCE_H

#include "../health/outlier.h"
#include "../methods/hash_ring.h"
#include "../sticky/sticky_table.h"
#include "engine/balancer.h"
#include "plans.h"
#include "segment.h"

typedef struct balance_t balance_t;

/* A member's state has changed.  No lock is held. */
typedef void balance_changed_fn(const balance_t *balance, int member,
                                const health_t *before, const health_t *now);

struct balance_t {
    /* set by the configuration, constant afterwards */
    const balancer_upstream_t *upstream;
    const method_t *method;
    uint32_t bound_percent; /* of consistent hash */
    plan_rules_t plan_rules;
    outlier_rules_t outlier_rules;
    const health_rules_t *health_rules; /* [member] */
    const member_facts_t *facts;        /* [member]; state and ramp are not
                                           the configuration's */
    balance_changed_fn *changed;

    /* set by balance_open */
    segment_t *segment;
    int number; /* in the segment */
    int first;  /* its first member there */
    segment_pool_t *shared;
    segment_member_t *member; /* [member] */
    member_load_t load;
    const hash_ring_t *ring; /* NULL where the method wants none */
    plans_t plans;
    member_facts_t *next;     /* [member]: of the plan that is being made */
    outlier_count_t *counted; /* [member]: the elected process's */
};

extern const balancer_t balance_engine;

/* In post_config.  first: the number of its first member in the segment */
void balance_open(balance_t *balance, segment_t *segment, int number, int first,
                  apr_pool_t *pool);

/* News of a member. */
void balance_event(const balance_t *balance, int member, health_event_e event,
                   int64_t now_us);

/* In the elected process, some ten times a second: what time alone changes. */
void balance_tick(const balance_t *balance, int64_t now_us);

/* The same, each some seconds: members that fail more than others. */
void balance_find_outliers(const balance_t *balance, int64_t now_us);

/* The same, each second: forgets slowly how slow idle members were. */
void balance_fade(const balance_t *balance, int64_t now_us);

/* The state of a member for people, and copies of its health. */
member_state_e balance_state(const balance_t *balance, int member,
                             health_t *health, int64_t now_us);

/* Members that do not want to be asked now (Retry-After) are only given their
 * own sessions, while another one is up.  facts: [count], of this upstream */
void balance_apply_pauses(const balance_t *balance, member_facts_t *facts,
                          int count, int64_t now_us);

/* The member's own word on that; any thread. */
void balance_pause(const balance_t *balance, int member, int64_t until_us,
                   int64_t now_us);

/* Is such a time over?  Then it is forgotten. */
int balance_pause_over(const balance_t *balance, int member, int64_t now_us);

/* Are ejected members asked, because too few others are left? */
int balance_panic(balance_t *balance);

#endif
