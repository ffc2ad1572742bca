/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance.h: a balanced upstream at run time: choosing members, and what
 * becomes of those chosen.  Layer L1.
 *
 * balance_engine is what mod_rproxy's engine calls, on any thread.  Health
 * changes in balance_event only. */
#ifndef RPROXY_BALANCER_BALANCE_H
#define RPROXY_BALANCER_BALANCE_H

#include "../health/outlier.h"
#include "engine/balancer.h"
#include "engine/recount.h"
#include "lookup.h"
#include "place.h"
#include "overload/queue.h"
#include "plans.h"

typedef struct balance_t balance_t;

/* A member's state has changed.  No lock is held. */
typedef void balance_changed_fn(const balance_t *balance, int member,
                                const health_t *before, const health_t *now);

struct balance_t {
    /* set by the configuration, constant afterwards */
    const char *name;
    const method_t *method;
    uint32_t bound_percent; /* of consistent hash */
    plan_rules_t plan_rules;
    outlier_rules_t outlier_rules;
    hedge_rules_t hedge_rules;
    health_rules_t health_rules; /* but for slow start: balance_rules */
    siphash_key_t secret;        /* of sessions' marks */
    balance_changed_fn *changed;
    queue_t *queue;         /* NULL: nobody waits for a member with room */
    uint32_t spare_percent; /* of the places; the rest is not for all */
    const concurrency_rules_t *adaptive_rules; /* NULL: limits are fixed */
    adaptive_limit_t *adaptive;                /* [place], shared */

    /* set by balance_open */
    segment_t *segment;
    int number;      /* in the segment */
    places_t places; /* a member's number is that of its place */
    segment_pool_t *shared;
    segment_member_t *member; /* [place] */
    member_load_t load;
    lookup_t lookup;
    plans_t plans;
    scratch_t next;           /* [place]: of the plan that is being made */
    outlier_count_t *counted; /* [place]: the elected process's */
    recount_t *recounted;     /* likewise, and one of all places */
    uint32_t *known;          /* [place]: the generation this process can send
                                 to; atomic */
    uint32_t known_version;   /* atomic: another one, other plans */
};

extern const balancer_t balance_engine;

/* In post_config.  @return 0: no memory */
int balance_open(balance_t *balance, segment_t *segment, int number,
                 apr_pool_t *pool);

/* In each process, on a thread of its own, some ten times a second: what is
 * found by hash follows the members. */
void balance_follow(balance_t *balance);

/* The rules of a member. */
health_rules_t balance_rules(const balance_t *balance, int member);

/* Does somebody have the place? */
static inline int balance_has(const balance_t *balance, int member)
{
    return __atomic_load_n(&balance->member[member].use, __ATOMIC_ACQUIRE)
           != PLACE_FREE;
}

/* The URL of a member; of one that has left it is another's some day. */
static inline const char *balance_url(const balance_t *balance, int member)
{
    return balance->places.text[member].url;
}

/* News of a member. */
void balance_event(const balance_t *balance, int member, health_event_e event,
                   int64_t now_us);

/* In the elected process, some ten times a second: what time alone changes, and
 * the places of those who have left. */
void balance_tick(const balance_t *balance, int64_t now_us);

/* The same, each some seconds: members that fail more than others. */
void balance_find_outliers(const balance_t *balance, int64_t now_us);

/* The same, each second: forgets slowly how slow idle members were. */
void balance_fade(const balance_t *balance, int64_t now_us);

/* The same: what is in flight, after processes that were killed. */
void balance_recount(const balance_t *balance);

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

/* The plan as things are now; plans_let_go when done. */
const plan_t *balance_plan(balance_t *balance, uint32_t *place);

/* ---- limits that follow the time of answers, where they do ---- */

/* Under the lock.  @return what may be in flight there; 0: no limit */
uint32_t balance_adaptive_limit(const balance_t *balance, int member,
                                int64_t now_us);

/* An answer has come after so long, or an attempt has failed. */
void balance_adaptive_sample(const balance_t *balance, int member,
                             int64_t took_us, int failed, int64_t now_us);

/* In the elected process. */
void balance_adaptive_tick(const balance_t *balance, int64_t now_us);

/* ---- the queue, where there is one ---- */

/* Calls as many of those that wait as the members have room for. */
void balance_call(balance_t *balance, int64_t now_us);

/* Some ten times a second in the elected process: what only time tells. */
void balance_queue_tick(balance_t *balance, int64_t now_us);

/* Have the members nothing to spare for requests that get only that? */
int balance_spares_none(balance_t *balance);

/* So long has a request taken. */
void balance_note_service(const balance_t *balance, int64_t took_us);

/* As in balancer_t. */
balancer_entry_e balance_wait(void *balance, balancer_waiter_t *waiter,
                              const balancer_request_t *request,
                              apr_time_t now);
void balance_stop_waiting(void *balance, balancer_waiter_t *waiter,
                          balancer_exit_e why, apr_time_t now);

/* Are ejected members asked, because too few others are left? */
int balance_panic(balance_t *balance);

#endif
