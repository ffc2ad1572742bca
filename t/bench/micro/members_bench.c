/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* members_bench.c: what a request pays for its member in all: choosing it in
 * shared memory by the present plan, being counted, leaving; of 16 to 10,000
 * members, by each method.  Then what comes with a change: the plan, made anew
 * by the next request; who comes and goes; ring and marks, which are made by
 * another thread.  Lines beginning with # tell memory. */
#include "micro.h"

#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "engine/metrics.c"
#include "routing/siphash.c"
#include "health/health.c"
#include "health/outlier.c"
#include "members/balance.c"
#include "members/balance_health.c"
#include "members/balance_pause.c"
#include "members/balance_queue.c"
#include "engine/recount.c"
#include "members/balance_recount.c"
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

enum {
    CHILDREN = 16,
    SPARE = 32,
    PAGE = 4096
};

static apr_pool_t *pool;
static segment_t *segment;
static balance_t balance;
static balancer_member_t member[BALANCER_MEMBERS];
static int64_t now;
static uint64_t random_state;

static void changed(const balance_t *b, int number, const health_t *before,
                    const health_t *after)
{
    (void)b;
    (void)number;
    (void)before;
    (void)after;
}

static void know_all(void)
{
    balancer_place_t place;
    int i;

    for (i = 0; i < balance.places.count; i++) {
        if (balance_engine.place(&balance, i, &place)) {
            balance_engine.ready(&balance, i, place.generation);
        }
    }
}

static void open_balance(const method_t *method)
{
    memset(&balance, 0, sizeof(balance));
    balance.name = "app";
    balance.method = method;
    balance.bound_percent = 150;
    balance.changed = changed;
    if (!balance_open(&balance, segment, 0, pool)) {
        abort();
    }
    know_all();
}

static void make_members(int count)
{
    balancer_upstream_t upstream = { "app", member, count, count + SPARE };
    int i;

    if (pool) {
        apr_pool_destroy(pool);
    }
    apr_pool_create(&pool, NULL);
    for (i = 0; i < count; i++) {
        member[i].url =
            apr_psprintf(pool, "http://10.0.%d.%d:8080", i / 250, i % 250 + 1);
        member[i].weight = 1;
    }
    if (upstream.room > BALANCER_MEMBERS) {
        upstream.room = BALANCER_MEMBERS;
    }
    segment = segment_make(NULL, &upstream, 1, CHILDREN, now, pool);
    if (!segment || segment_child_claim(segment, pool) != APR_SUCCESS) {
        abort();
    }
}

static void one_request(void)
{
    static const balancer_tried_t none;
    const balancer_request_t request = { .hash = method_scatter(random_state++),
                                         .session_member = -1 };
    balancer_reason_e reason;
    int n = balance_engine.choose(&balance, &request, &none, now, &reason);

    if (n < 0) {
        abort();
    }
    balance_engine.leave(&balance, n, reason, BALANCER_PASSED, now);
    micro_use((size_t)n);
}

/* As after each change of a member's health. */
static void one_plan(void)
{
    places_changed(&balance.places, 0);
    one_request();
}

static void come_and_go(void)
{
    roster_entry_t entry = { .weight = 1, .source = ROSTER_ADDED };
    int number;

    strcpy(entry.url, "http://10.9.9.9:8080");
    if (roster_add(&balance, &entry, &number, now)
        || roster_remove(&balance, number, now)) {
        abort();
    }
    balance_tick(&balance, now + 2000000);
}

static void follow(void)
{
    places_changed(&balance.places, 1);
    balance_follow(&balance);
}

static void tick(void)
{
    balance_tick(&balance, now);
}

/* Resident memory of this process, shared memory included. */
static double resident(void)
{
    long pages = 0;
    FILE *in = fopen("/proc/self/statm", "r");

    if (!in || fscanf(in, "%*d %ld", &pages) != 1) {
        abort();
    }
    fclose(in);
    return (double)pages * PAGE;
}

static void bench(int count)
{
    char name[80];
    double before, after;
    size_t i;

    before = resident();
    make_members(count);
    open_balance(&method_least_conn);
    one_request();
    after = resident();
    printf("# bytes a member of %d, segment and plan: %.0f\n", count,
           (after - before) / count);
    for (i = 0; method_at(i); i++) {
        open_balance(method_at(i));
        snprintf(name, sizeof(name), "%s, request of %d members",
                 balance.method->name, count);
        micro_run(name, one_request);
    }
    snprintf(name, sizeof(name), "request after a change, %d members", count);
    micro_run(name, one_plan);
    snprintf(name, sizeof(name), "a tick, %d members", count);
    micro_run(name, tick);
    if (count < BALANCER_MEMBERS) {
        snprintf(name, sizeof(name), "one comes and goes, %d members", count);
        micro_run(name, come_and_go);
    }
    snprintf(name, sizeof(name), "ring and marks, %d members", count);
    make_members(count);
    before = resident();
    open_balance(&method_consistent_hash);
    micro_run(name, follow);
    after = resident();
    printf("# bytes a member of %d, two rings and marks beside: %.0f\n", count,
           (after - before) / count);
}

int main(void)
{
    apr_initialize();
    now = clock_now();
    bench(16);
    bench(1000);
    bench(BALANCER_MEMBERS);
    return 0;
}
