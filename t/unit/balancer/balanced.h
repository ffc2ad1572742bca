/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balanced.h: an upstream of three members in shared memory. */
#include <apr_general.h>

#include "engine/metrics.c"
#include "routing/siphash.c"
#include "health/health.c"
#include "health/outlier.c"
#include "members/balance.c"
#include "members/balance_health.c"
#include "members/balance_hedge.c"
#include "members/balance_pause.c"
#include "members/balance_adaptive.c"
#include "members/balance_queue.c"
#include "engine/recount.c"
#include "members/balance_recount.c"
#include "overload/concurrency_limit.c"
#include "overload/queue.c"
#include "overload/queue_line.c"
#include "overload/queue_order.c"
#include "members/lookup.c"
#include "members/place.c"
#include "members/removed.c"
#include "members/plan.c"
#include "members/plans.c"
#include "members/response_time.c"
#include "members/roster.c"
#include "members/segment.c"
#include "members/segment_merge.c"
#include "methods/consistent_hash.c"
#include "methods/hash_ring.c"
#include "methods/least_conn.c"
#include "methods/least_time.c"
#include "methods/method.c"
#include "methods/random_two.c"
#include "methods/round_robin.c"
#include "status/member_record.c"
#include "status/recent.c"
#include "sticky/sticky_table.c"
#include "traffic/hedge.c"
#include "traffic/hedging.c"

enum {
    MEMBERS = 3,
    ROOM = 5,
    CHILDREN = 4
};

static balancer_member_t members[MEMBERS];
static balancer_upstream_t upstream = { "app", members, MEMBERS, ROOM };

static apr_pool_t *pool;
static segment_t *segment;
static balance_t balance;
static int changes;

static void note_change(const balance_t *b, int member, const health_t *before,
                        const health_t *now)
{
    changes++;
}

/* This process has what it needs to send to all there are. */
static inline void know_all(void)
{
    balancer_place_t place;
    int i;

    for (i = 0; i < balance_engine.places(&balance); i++) {
        if (balance_engine.place(&balance, i, &place)) {
            balance_engine.ready(&balance, i, place.generation);
        }
    }
}

static inline void open_balance(void)
{
    static const health_rules_t rules = { .rise = 1,
                                          .fall = 1,
                                          .failures = 2,
                                          .eject_ms = 1000,
                                          .eject_max_ms = 8000,
                                          .trial_ms = 1000 };

    memset(&balance, 0, sizeof(balance));
    balance.name = "app";
    balance.method = &method_least_conn;
    balance.outlier_rules.max_percent = 50;
    balance.health_rules = rules;
    balance.changed = note_change;
    assert_int_equal(balance_open(&balance, segment, 0, pool), 1);
    know_all();
}

/* A new one for each test, with room for max requests at each member. */
static inline void begin(int max)
{
    static const char *const urls[] = { "http://a", "http://b", "http://c" };
    int i;

    if (pool) {
        apr_pool_destroy(pool);
    }
    apr_pool_create(&pool, NULL);
    for (i = 0; i < MEMBERS; i++) {
        const balancer_member_t m = { .url = urls[i],
                                      .weight = 1,
                                      .max_connections = max };

        members[i] = m;
    }
    changes = 0;
    segment = segment_make(NULL, &upstream, 1, CHILDREN, clock_now(), pool);
    assert_non_null(segment);
    assert_int_equal(segment_child_claim(segment, pool), APR_SUCCESS);
    open_balance();
}

/* tried: bit n for member n */
static inline balancer_tried_t list_of(unsigned tried)
{
    balancer_tried_t list = { 0 };
    int i;

    for (i = 0; i < ROOM; i++) {
        if (tried >> i & 1) {
            balancer_tried_add(&list, i);
        }
    }
    return list;
}

static inline int choose(int session, unsigned bits, balancer_reason_e *reason)
{
    const balancer_tried_t tried = list_of(bits);
    const balancer_request_t request = { .session_member = session,
                                         .fit_for_trial = 1 };

    return balance_engine.choose(&balance, &request, &tried, clock_now(),
                                 reason);
}

static inline int is_left(unsigned bits)
{
    const balancer_tried_t tried = list_of(bits);

    return balance_engine.is_left(&balance, &tried, clock_now());
}

static inline void leave_member(int member, balancer_reason_e reason,
                                balancer_result_e result)
{
    balance_engine.leave(&balance, member, reason, result, clock_now());
}
