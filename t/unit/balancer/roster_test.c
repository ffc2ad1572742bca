/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* roster_test.c: members at run time: what is wanted of them, their weights. */
#include "unit.h"

#include <apr_general.h>

#include "engine/metrics.c"
#include "routing/siphash.c"
#include "health/health.c"
#include "health/outlier.c"
#include "members/balance.c"
#include "members/balance_health.c"
#include "members/balance_pause.c"
#include "members/plan.c"
#include "members/plans.c"
#include "members/response_time.c"
#include "members/roster.c"
#include "members/segment.c"
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

enum {
    MEMBERS = 3,
    CHILDREN = 4
};

static const balancer_member_t members[MEMBERS] = {
    { .url = "http://a", .weight = 1 },
    { .url = "http://b", .weight = 1 },
    { .url = "http://c", .weight = 1 },
};
static const balancer_upstream_t upstream = { "app", members, MEMBERS };

static apr_pool_t *pool;
static segment_t *segment;
static balance_t balance;
static member_facts_t facts[MEMBERS];
static health_rules_t rules[MEMBERS];
static int changes;

static void note_change(const balance_t *b, int member, const health_t *before,
                        const health_t *now)
{
    changes++;
}

/* A new one for each test, with room for max requests at each member. */
static void begin(uint32_t max)
{
    static const health_rules_t one = { .rise = 1,
                                        .fall = 1,
                                        .failures = 2,
                                        .eject_ms = 1000,
                                        .eject_max_ms = 8000,
                                        .trial_ms = 1000 };
    int i;

    if (pool) {
        apr_pool_destroy(pool);
    }
    apr_pool_create(&pool, NULL);
    memset(&balance, 0, sizeof(balance));
    for (i = 0; i < MEMBERS; i++) {
        member_facts_t f = { .id = (uint64_t)i + 1,
                             .weight = 1,
                             .max_connections = max,
                             .state = MEMBER_UP,
                             .ramp_percent = 100 };

        facts[i] = f;
        rules[i] = one;
    }
    balance.upstream = &upstream;
    balance.method = &method_least_conn;
    balance.outlier_rules.max_percent = 50;
    balance.facts = facts;
    balance.health_rules = rules;
    balance.changed = note_change;
    changes = 0;
    segment = segment_make(NULL, &upstream, 1, CHILDREN, clock_now(), pool);
    assert_non_null(segment);
    assert_int_equal(segment_child_claim(segment, pool), APR_SUCCESS);
    balance_open(&balance, segment, 0, 0, pool);
}

/* tried: bit n for member n */
static balancer_tried_t list_of(unsigned tried)
{
    balancer_tried_t list = { 0 };
    int i;

    for (i = 0; i < MEMBERS; i++) {
        if (tried >> i & 1) {
            balancer_tried_add(&list, i);
        }
    }
    return list;
}

static int choose(int session, unsigned bits, balancer_reason_e *reason)
{
    const balancer_tried_t tried = list_of(bits);
    const balancer_request_t request = { .session_member = session,
                                         .fit_for_trial = 1 };

    return balance_engine.choose(&balance, &request, &tried, clock_now(),
                                 reason);
}

static void test_drain(void **state)
{
    balancer_reason_e reason;
    int64_t now = clock_now();
    int i;

    begin(0);
    assert_null(roster_set_wanted(&balance, 1, MEMBER_DRAIN, now + 5000, now));
    for (i = 0; i < 20; i++) {
        assert_int_not_equal(choose(-1, 0, &reason), 1);
    }
    assert_int_equal(choose(1, 0, &reason), 1);
    assert_int_equal(reason, BALANCER_BY_SESSION);
    balance_tick(&balance, now + 4999);
    assert_int_equal(choose(1, 0, &reason), 1);
    balance_tick(&balance, now + 5000);
    assert_int_not_equal(choose(1, 0, &reason), 1);
    assert_null(roster_set_wanted(&balance, 1, MEMBER_UP, 0, now));
    assert_int_equal(choose(-1, 5, &reason), 1);
}

static void test_maintenance(void **state)
{
    balancer_reason_e reason;
    int64_t now = clock_now();

    begin(0);
    assert_null(roster_set_wanted(&balance, 0, MEMBER_MAINTENANCE, 0, now));
    assert_int_not_equal(choose(0, 0, &reason), 0);
    assert_int_equal(choose(-1, 6, &reason), BALANCER_NONE);
    assert_non_null(roster_set_wanted(&balance, 0, MEMBER_DOWN, 0, now));
    assert_non_null(roster_set_wanted(&balance, MEMBERS, MEMBER_UP, 0, now));
}

static void test_weight(void **state)
{
    balancer_reason_e reason;
    roster_entry_t entry;
    roster_standing_t standing;
    int i, seen[MEMBERS] = { 0 };

    begin(0);
    balance.method = &method_round_robin;
    assert_null(roster_set_weight(&balance, 0, 0, 0));
    assert_null(roster_set_weight(&balance, 1, 3, 0));
    for (i = 0; i < 40; i++) {
        seen[choose(-1, 0, &reason)]++;
    }
    assert_int_equal(seen[0], 0);
    assert_int_equal(seen[1], 30);
    assert_int_equal(roster_read(&balance, 1, &entry, &standing), 1);
    assert_int_equal(entry.weight, 3);
    assert_int_equal(standing.weight_configured, 1);
    assert_null(roster_set_weight(&balance, 1, -1, 0));
    assert_int_equal(segment->member[1].weight, 1);
    assert_non_null(roster_set_weight(&balance, 1, 1001, 0));
}

/* A weight somebody has set outlives a restart; another follows the file. */
static void test_weight_is_kept(void **state)
{
    balancer_member_t next[MEMBERS];
    const balancer_upstream_t u = { "app", next, MEMBERS };

    begin(0);
    memcpy(next, members, sizeof(next));
    next[0].weight = 7;
    next[1].weight = 7;
    roster_set_weight(&balance, 1, 3, 0);
    assert_ptr_equal(segment_make(segment, &u, 1, CHILDREN, 0, pool), segment);
    assert_int_equal(segment->member[0].weight, 7);
    assert_int_equal(segment->member[1].weight, 3);
    assert_int_equal(segment->member[1].weight_configured, 7);
}

int main(void)
{
    apr_initialize();
    unit_add("its sessions alone, and till then", test_drain, NULL);
    unit_add("nobody in maintenance", test_maintenance, NULL);
    unit_add("weights", test_weight, NULL);
    unit_add("weights after a restart", test_weight_is_kept, NULL);
    return unit_run("roster");
}
