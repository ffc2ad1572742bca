/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sum_test.c: counters of several children, added up. */
#include "unit.h"

#include "engine/metrics.c"
#include "engine/recount.c"
#include "engine/shared.c"
#include "status/status_sum.c"

enum {
    CHILDREN = 4,
    MEMBERS = 2,
    ROUTES = 3
};

static apr_pool_t *pool;

/* Slots 0 to last are a child's. */
static status_slots_t *slots_of(shared_t **shared, int last)
{
    status_slots_t *slots;

    assert_int_equal(shared_create(shared, CHILDREN, 1, MEMBERS, ROUTES, pool),
                     APR_SUCCESS);
    assert_int_equal(status_slots_create(&slots, *shared, pool), APR_SUCCESS);
    own_child = last;
    status_slots_claimed(slots);
    own_child = -1;
    return slots;
}

static void check_nobody(void **state)
{
    shared_t *shared;
    status_slots_t *slots = slots_of(&shared, -1);
    metrics_child_t sum;

    shared->child[0].adopted = 1;
    status_sum_child(slots, &sum);
    assert_int_equal(sum.adopted, 0);
    assert_int_equal(status_slots_held(slots), 0);
}

static void check_children(void **state)
{
    shared_t *shared;
    status_slots_t *slots = slots_of(&shared, 1);
    metrics_child_t sum;

    shared->child[0].adopted = 5;
    shared->child[1].adopted = 7;
    shared->child[1].clients = 2;
    histogram_add(&shared->child[0].loop_lag, 1000);
    histogram_add(&shared->child[1].loop_lag, 1000);
    status_sum_child(slots, &sum);
    assert_int_equal(sum.adopted, 12);
    assert_int_equal(sum.clients, 2);
    assert_int_equal(sum.loop_lag.sum_us, 2000);
    status_sum_child(slots, &sum);
    assert_int_equal(sum.adopted, 12);
}

/* Memory of slots that were never used stays untouched. */
static void check_unused(void **state)
{
    shared_t *shared;
    status_slots_t *slots = slots_of(&shared, 1);
    metrics_child_t sum;

    shared->child[2].adopted = 100;
    status_sum_child(slots, &sum);
    assert_int_equal(sum.adopted, 0);
    own_child = 2;
    status_slots_claimed(slots);
    status_sum_child(slots, &sum);
    assert_int_equal(sum.adopted, 100);
}

/* A lower slot taken again does not hide the higher ones. */
static void check_taken_again(void **state)
{
    shared_t *shared;
    status_slots_t *slots = slots_of(&shared, 2);
    metrics_child_t sum;

    shared->child[2].adopted = 3;
    own_child = 0;
    status_slots_claimed(slots);
    status_sum_child(slots, &sum);
    assert_int_equal(sum.adopted, 3);
}

static void check_rows(void **state)
{
    shared_t *shared;
    status_slots_t *slots = slots_of(&shared, 1);
    metrics_route_t route;
    metrics_member_t member;

    shared->route_metrics[0 * ROUTES + 1].retries = 2;
    shared->route_metrics[1 * ROUTES + 1].retries = 3;
    shared->route_metrics[1 * ROUTES + 2].retries = 50;
    status_sum_route(slots, 1, &route);
    assert_int_equal(route.retries, 5);
    shared->member[0].asked = shared->member[1].asked = 1;
    shared->member_metrics[0 * MEMBERS + 1].attempts = 4;
    shared->member_metrics[1 * MEMBERS + 1].attempts = 6;
    shared->member_metrics[1 * MEMBERS + 0].attempts = 50;
    status_sum_member(slots, 1, &member);
    assert_int_equal(member.attempts, 10);
}

static void check_gauges(void **state)
{
    shared_t *shared;
    status_slots_t *slots = slots_of(&shared, 0);
    metrics_child_t child;
    metrics_route_t route;
    metrics_member_t member;

    shared->child[0].clients = -1;
    shared->child[0].handoffs_active = -1;
    shared->route_metrics[0].active = -2;
    shared->member[0].asked = 1;
    shared->member_metrics[0].active = -3;
    shared->member_metrics[0].idle = -3;
    status_sum_child(slots, &child);
    status_sum_route(slots, 0, &route);
    status_sum_member(slots, 0, &member);
    assert_int_equal(child.clients, 0);
    assert_int_equal(child.handoffs_active, 0);
    assert_int_equal(route.active, 0);
    assert_int_equal(member.active, 0);
    assert_int_equal(member.idle, 0);
}

static void check_held(void **state)
{
    shared_t *shared;
    status_slots_t *slots = slots_of(&shared, 2);

    shared->pid[0] = 100;
    shared->pid[1] = -101; /* being cleaned up */
    shared->pid[2] = 102;
    assert_int_equal(status_slots_held(slots), 2);
}

int main(void)
{
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    unit_add("no child yet", check_nobody, NULL);
    unit_add("children are added up", check_children, NULL);
    unit_add("slots never used are not read", check_unused, NULL);
    unit_add("a slot taken again", check_taken_again, NULL);
    unit_add("routes and members by their number", check_rows, NULL);
    unit_add("gauges are never negative", check_gauges, NULL);
    unit_add("slots that processes hold", check_held, NULL);
    failed = unit_run("status sums");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
