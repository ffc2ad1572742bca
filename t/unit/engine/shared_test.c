/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shared_test.c: counts that several processes share: slots of children that
 * are killed, limits, the retry budget.  Children are forked and told by pipes
 * what to do next. */
#include "unit.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <apr_general.h>

#include "engine/metrics.c"
#include "engine/recount.c"
#include "engine/shared.c"

#define CHILDREN 4
#define MEMBERS 2
#define ROUTES 3

static apr_pool_t *pool;
static shared_t *shared;
static upstream_t upstream;
static member_t member[MEMBERS];

/* A new segment for each test. */
static void begin(void)
{
    int i;

    if (pool) {
        apr_pool_destroy(pool);
    }
    apr_pool_create(&pool, NULL);
    assert_int_equal(shared_create(&shared, CHILDREN, 1, MEMBERS, ROUTES, pool),
                     APR_SUCCESS);
    memset(member, 0, sizeof(member));
    for (i = 0; i < MEMBERS; i++) {
        member[i].id = i;
        member[i].upstream = &upstream;
        member[i].shared = &shared->member[i];
    }
    upstream.shared = &shared->upstream[0];
    upstream.retry_budget_percent = 20;
}

/* ---- children ---- */

typedef struct {
    pid_t pid;
    int from, to; /* a byte each way: ready, go on */
    int slot;     /* what shared_child() was there, -1: none */
} child_t;

typedef void child_fn(void);

static child_fn *last_work; /* of a child that is told to end */

static void child_main(child_fn *work, int in, int out)
{
    apr_pool_t *own;
    signed char slot = -1;
    char byte;

    apr_pool_create(&own, NULL);
    if (shared_child_claim(shared, own) == APR_SUCCESS) {
        slot = (signed char)shared_child();
        if (work) {
            work();
        }
    }
    if (write(out, &slot, 1) == 1 && read(in, &byte, 1) == 1) {
        if (last_work) {
            last_work();
        }
        apr_pool_destroy(own); /* an orderly end */
    }
    _exit(0);
}

static child_t child_start(child_fn *work)
{
    child_t child;
    int down[2], up[2];
    signed char slot;

    assert_int_equal(pipe2(down, O_CLOEXEC), 0);
    assert_int_equal(pipe2(up, O_CLOEXEC), 0);
    child.pid = fork();
    if (child.pid == 0) {
        close(down[1]);
        close(up[0]);
        child_main(work, down[0], up[1]);
    }
    close(down[0]);
    close(up[1]);
    child.to = down[1];
    child.from = up[0];
    assert_int_equal(read(child.from, &slot, 1), 1);
    child.slot = slot;
    return child;
}

static void child_gone(const child_t *child)
{
    assert_int_equal(waitpid(child->pid, NULL, 0), child->pid);
    close(child->from);
    close(child->to);
}

static void child_tell(const child_t *child)
{
    assert_int_equal(write(child->to, "x", 1), 1);
}

static void child_end(const child_t *child)
{
    child_tell(child);
    child_gone(child);
}

/* The same work in all of them at once. */
static void children_run(child_fn *work)
{
    child_t child[CHILDREN];
    int i;

    last_work = work;
    for (i = 0; i < CHILDREN; i++) {
        child[i] = child_start(NULL);
    }
    last_work = NULL;
    for (i = 0; i < CHILDREN; i++) {
        child_tell(&child[i]);
    }
    for (i = 0; i < CHILDREN; i++) {
        child_gone(&child[i]);
    }
}

static void child_kill(const child_t *child)
{
    assert_int_equal(kill(child->pid, SIGKILL), 0);
    child_gone(child);
}

/* ---- the segment ---- */

static void fill(void *array, size_t size, int byte)
{
    memset(array, byte, size);
}

static void holds(const void *array, size_t size, int byte)
{
    const unsigned char *p = array;
    size_t i;

    for (i = 0; i < size; i++) {
        assert_int_equal(p[i], byte);
    }
}

static void each_array(void (*visit)(void *, size_t, int))
{
    visit(shared->upstream, sizeof(*shared->upstream), 1);
    visit(shared->member, MEMBERS * sizeof(*shared->member), 2);
    visit(shared->pid, CHILDREN * sizeof(*shared->pid), 3);
    visit(shared->held, CHILDREN * MEMBERS * sizeof(*shared->held), 4);
    visit(shared->child, CHILDREN * sizeof(*shared->child), 5);
    visit(shared->route_metrics,
          CHILDREN * ROUTES * sizeof(*shared->route_metrics), 6);
    visit(shared->member_metrics,
          CHILDREN * MEMBERS * sizeof(*shared->member_metrics), 7);
}

static void check_const(void *array, size_t size, int byte)
{
    holds(array, size, byte);
}

/* No two parts of it overlap, and none ends outside. */
static void check_layout(void **state)
{
    begin();
    assert_int_equal(shared_child(), -1);
    assert_int_equal((uintptr_t)shared->member % 64, 0);
    assert_int_equal((uintptr_t)shared->member_metrics % 64, 0);
    each_array(fill);
    each_array(check_const);
    fill(shared->pid, CHILDREN * sizeof(*shared->pid), 0);
}

static void check_empty(void **state)
{
    shared_t *empty;

    begin();
    assert_int_equal(shared_create(&empty, 1, 0, 0, 0, pool), APR_SUCCESS);
    assert_int_equal(shared_child_claim(empty, pool), APR_SUCCESS);
    assert_int_equal(shared_child(), 0);
}

/* ---- slots of children ---- */

static void check_claims(void **state)
{
    child_t child[CHILDREN + 1];
    int i;

    begin();
    for (i = 0; i < CHILDREN; i++) {
        child[i] = child_start(NULL);
        assert_int_equal(child[i].slot, i);
        assert_int_equal(shared->pid[i], child[i].pid);
    }
    child[CHILDREN] = child_start(NULL);
    assert_int_equal(child[CHILDREN].slot, -1); /* APR_ENOSPC */
    child_end(&child[2]);
    assert_int_equal(shared->pid[2], 0);
    child_end(&child[CHILDREN]);
    child[2] = child_start(NULL);
    assert_int_equal(child[2].slot, 2);
    for (i = 0; i < CHILDREN; i++) {
        child_end(&child[i]);
        assert_int_equal(shared->pid[i], 0);
    }
    assert_int_equal(shared_child(), -1); /* here nobody claimed one */
}

static void take_some(void)
{
    const int at = shared_child();
    int i;

    for (i = 0; i < 5; i++) {
        member_slot_take(shared, &member[0]);
    }
    for (i = 0; i < 3; i++) {
        member_slot_take(shared, &member[1]);
    }
    member_slot_give(shared, &member[1]);
    METRIC_ADD(shared->member_metrics[at * MEMBERS].active, 4);
    METRIC_ADD(shared->member_metrics[at * MEMBERS].idle, 1);
    METRIC_ADD(shared->member_metrics[at * MEMBERS].attempts, 100);
    METRIC_ADD(shared->route_metrics[at * ROUTES + 2].active, 4);
    METRIC_ADD(shared->route_metrics[at * ROUTES + 2].retries, 7);
    METRIC_ADD(shared->child[at].clients, 9);
    METRIC_ADD(shared->child[at].handoffs_active, 1);
    METRIC_ADD(shared->child[at].adopted, 50);
}

static void holds_connections(int first, int second)
{
    assert_int_equal(shared->member[0].connections, first);
    assert_int_equal(shared->member[1].connections, second);
}

/* What was under way is taken back, what was counted stays. */
static void slot_is_clean(int at)
{
    assert_int_equal(shared->held[at * MEMBERS], 0);
    assert_int_equal(shared->held[at * MEMBERS + 1], 0);
    assert_int_equal(shared->member_metrics[at * MEMBERS].active, 0);
    assert_int_equal(shared->member_metrics[at * MEMBERS].idle, 0);
    assert_int_equal(shared->member_metrics[at * MEMBERS].attempts, 100);
    assert_int_equal(shared->route_metrics[at * ROUTES + 2].active, 0);
    assert_int_equal(shared->route_metrics[at * ROUTES + 2].retries, 7);
    assert_int_equal(shared->child[at].clients, 0);
    assert_int_equal(shared->child[at].handoffs_active, 0);
    assert_int_equal(shared->child[at].adopted, 50);
}

static void check_killed(void **state)
{
    child_t first, second, third;

    begin();
    first = child_start(take_some);
    second = child_start(take_some);
    holds_connections(10, 4);
    child_kill(&first);
    holds_connections(10, 4); /* nobody has come by yet */
    third = child_start(NULL);
    assert_int_equal(third.slot, 0);
    holds_connections(5, 2);
    slot_is_clean(0);
    assert_int_equal(shared->held[MEMBERS], 5); /* of the second */
    child_end(&third);
    child_end(&second);
    holds_connections(0, 0);
    slot_is_clean(1);
}

/* A process was killed after it had counted a connection, or while it took back
 * what another one had; of another member it never saw one. */
static void recount(void)
{
    int i;

    for (i = 0; i < RECOUNT_LOOKS; i++) {
        shared_recount(shared);
    }
}

static void check_killed_between_counts(void **state)
{
    child_t first, second;

    begin();
    first = child_start(take_some);
    shared->member[0].connections += 3;
    shared->member[1].connections -= 1;
    second = child_start(recount);
    holds_connections(8, 1); /* the first one looks after it */
    child_kill(&first);
    child_end(&second);
    second = child_start(recount);
    assert_int_equal(second.slot, 0);
    holds_connections(0, 0);
    child_end(&second);
}

/* What comes and goes is not off each time. */
static void come_and_go(void)
{
    int i;

    for (i = 0; i < 10 * RECOUNT_LOOKS; i++) {
        shared->member[0].connections = 5 + (i % RECOUNT_LOOKS != 0);
        shared_recount(shared);
    }
}

static void check_recounted_meanwhile(void **state)
{
    child_t child;

    begin();
    child = child_start(take_some);
    child_kill(&child);
    shared->pid[0] = 0;
    child = child_start(come_and_go);
    holds_connections(6, 2);
    child_end(&child);
}

/* No other child begins after it. */
static void check_killed_with_no_successor(void **state)
{
    child_t child;
    int slot;

    begin();
    child = child_start(take_some);
    slot = child.slot;
    holds_connections(5, 2);
    child_kill(&child);
    holds_connections(5, 2);
    shared_reclaim(shared);
    holds_connections(0, 0);
    slot_is_clean(slot);
    assert_int_equal(shared->pid[slot], 0);
}

static void check_several_killed(void **state)
{
    child_t child[CHILDREN], next;
    int i;

    begin();
    for (i = 0; i < CHILDREN; i++) {
        child[i] = child_start(take_some);
    }
    holds_connections(20, 8);
    for (i = 0; i < CHILDREN; i++) {
        child_kill(&child[i]);
    }
    next = child_start(NULL);
    assert_int_equal(next.slot, 0);
    holds_connections(0, 0);
    for (i = 0; i < CHILDREN; i++) {
        slot_is_clean(i);
        assert_int_equal(shared->pid[i], i ? 0 : next.pid);
    }
    child_end(&next);
}

/* A process killed while it cleaned a slot leaves its negative id there. */
static void check_killed_while_cleaning(void **state)
{
    child_t child, next;

    begin();
    child = child_start(take_some);
    child_kill(&child);
    shared->pid[0] = -(int32_t)child.pid;
    next = child_start(NULL);
    assert_int_equal(next.slot, 0);
    holds_connections(0, 0);
    child_end(&next);
}

static void check_cleaning_goes_on(void **state)
{
    child_t child;

    begin();
    shared->pid[0] = -(int32_t)getpid(); /* somebody alive is at it */
    child = child_start(NULL);
    assert_int_equal(child.slot, 1);
    assert_int_equal(shared->pid[0], -(int32_t)getpid());
    child_end(&child);
    shared->pid[0] = 0;
}

/* ---- limits ---- */

static void check_limit(void **state)
{
    int i;

    begin();
    assert_int_equal(shared_child_claim(shared, pool), APR_SUCCESS);
    member[0].max_connections = 3;
    for (i = 0; i < 3; i++) {
        assert_int_equal(member_slots_used_up(&member[0]), 0);
        assert_int_equal(member_slot_take(shared, &member[0]), 1);
    }
    assert_int_equal(member_slots_used_up(&member[0]), 1);
    assert_int_equal(member_slot_take(shared, &member[0]), 0);
    holds_connections(3, 0);
    assert_int_equal(shared->held[0], 3);
    member_slot_give(shared, &member[0]);
    assert_int_equal(member_slots_used_up(&member[0]), 0);
    assert_int_equal(member_slot_take(shared, &member[0]), 1);
    for (i = 0; i < 100; i++) { /* the other has no limit */
        assert_int_equal(member_slot_take(shared, &member[1]), 1);
        assert_int_equal(member_slots_used_up(&member[1]), 0);
    }
    holds_connections(3, 100);
}

#define LIMIT 3
#define ROUNDS 5000

/* In shared counters that nothing else uses here: how many are in use, how
 * often there were too many, how often one was had. */
static void contend(void)
{
    int64_t *used = &shared->member_metrics[MEMBERS * CHILDREN - 1].idle;
    int i, taken = 0;

    for (i = 0; i < ROUNDS; i++) {
        if (!member_slot_take(shared, &member[0])) {
            continue;
        }
        taken++;
        if (METRIC_ADD(*used, 1) >= LIMIT) {
            METRIC_ADD(shared->child[0].handoffs, 1); /* must not be */
        }
        sched_yield(); /* the others come while it is held */
        METRIC_ADD(*used, -1);
        member_slot_give(shared, &member[0]);
    }
    METRIC_ADD(shared->child[0].requests, (uint64_t)taken);
}

static void check_contention(void **state)
{
    begin();
    member[0].max_connections = LIMIT;
    children_run(contend);
    assert_int_equal(shared->child[0].handoffs, 0);
    assert_true(shared->child[0].requests >= ROUNDS);
    holds_connections(0, 0);
}

/* ---- the retry budget ---- */

static void check_budget(void **state)
{
    int i;

    begin();
    for (i = 0; i < 10; i++) { /* ten at the start */
        assert_int_equal(retry_budget_spend(&upstream), 1);
    }
    assert_int_equal(retry_budget_spend(&upstream), 0);
    assert_int_equal(upstream.shared->retry_credit, 0);
    for (i = 0; i < 4; i++) { /* 20 % each */
        retry_budget_earn(&upstream, 0);
        assert_int_equal(retry_budget_spend(&upstream), 0);
    }
    retry_budget_earn(&upstream, 0);
    assert_int_equal(retry_budget_spend(&upstream), 1);
    assert_int_equal(retry_budget_spend(&upstream), 0);
}

static void earn(int requests, int second)
{
    while (requests-- > 0) {
        retry_budget_earn(&upstream, apr_time_from_sec(second));
    }
}

static int spend_what_is_there(void)
{
    int n = 0;

    while (retry_budget_spend(&upstream)) {
        n++;
    }
    return n;
}

static void check_budget_cap(void **state)
{
    begin();
    earn(1000, 0);
    assert_int_equal(spend_what_is_there(), 10);
}

/* 100 requests a second earn 20 retries: 40 lie ready in the end. */
static void check_budget_busy(void **state)
{
    int second;

    begin();
    for (second = 0; second < 9; second++) {
        earn(100, second);
    }
    assert_int_equal(spend_what_is_there(), 40);
    earn(100, 9);
    assert_int_equal(spend_what_is_there(), 20);
}

static void check_budget_after_rest(void **state)
{
    begin();
    earn(1000, 0);
    earn(1000, 1);
    earn(1, 2);
    assert_int_equal(upstream.shared->retry_credit, 1000 + 20000 + 20);
    earn(1, 3); /* few requests in the second before */
    assert_int_equal(spend_what_is_there(), 10);
    earn(1000, 4);
    earn(1000, 5);
    earn(1, 60);
    assert_int_equal(spend_what_is_there(), 10);
}

static void check_budget_percent(void **state)
{
    static const int percents[] = { 0, 1, 20, 100 };
    size_t k;
    int i;

    for (k = 0; k < UNIT_COUNT(percents); k++) {
        int n = 0;

        begin();
        upstream.shared->retry_credit = 0;
        upstream.retry_budget_percent = percents[k];
        for (i = 0; i < 1000; i++) {
            retry_budget_earn(&upstream, 0);
            n += retry_budget_spend(&upstream);
        }
        assert_int_equal(n, 1000 * percents[k] / 100);
    }
}

static void spend_all(void)
{
    int i, spent = 0;

    for (i = 0; i < 20000; i++) {
        spent += retry_budget_spend(&upstream);
    }
    METRIC_ADD(shared->child[0].requests, (uint64_t)spent);
}

static void check_budget_contention(void **state)
{
    begin();
    upstream.shared->retry_credit = 50000 * RETRY_COST;
    children_run(spend_all);
    assert_int_equal(shared->child[0].requests, 50000);
    assert_int_equal(upstream.shared->retry_credit, 0);
}

/* ---- members that fail ---- */

static void check_pause(void **state)
{
    begin();
    member[0].fail_pause = 10;
    assert_int_equal(member_paused(&member[0], 100), 0);
    member_failed(&member[0], 100);
    member_failed(&member[0], 105);
    assert_int_equal(shared->member[0].failures, 2);
    assert_int_equal(member_paused(&member[0], 114), 1);
    assert_int_equal(member_paused(&member[0], 115), 0);
    assert_int_equal(member_paused(&member[1], 105), 0);
    member_answered(&member[0]);
    assert_int_equal(shared->member[0].failures, 0);
    assert_int_equal(member_paused(&member[0], 106), 0);
}

int main(void)
{
    int failed;

    apr_initialize();
    unit_add("parts of the segment", check_layout, NULL);
    unit_add("nothing configured", check_empty, NULL);
    unit_add("children and their slots", check_claims, NULL);
    unit_add("a child killed", check_killed, NULL);
    unit_add("a child killed between two counts", check_killed_between_counts,
             NULL);
    unit_add("connections that come and go", check_recounted_meanwhile, NULL);
    unit_add("a child killed, and none that follows it",
             check_killed_with_no_successor, NULL);
    unit_add("all children killed", check_several_killed, NULL);
    unit_add("killed while cleaning", check_killed_while_cleaning, NULL);
    unit_add("a slot being cleaned", check_cleaning_goes_on, NULL);
    unit_add("limit", check_limit, NULL);
    unit_add("limit, several processes at once", check_contention, NULL);
    unit_add("budget", check_budget, NULL);
    unit_add("budget: ten at first", check_budget_cap, NULL);
    unit_add("budget: of a busy upstream", check_budget_busy, NULL);
    unit_add("budget: after a rest", check_budget_after_rest, NULL);
    unit_add("budget: percent", check_budget_percent, NULL);
    unit_add("budget, several processes", check_budget_contention, NULL);
    unit_add("pause after a failure", check_pause, NULL);
    failed = unit_run("shared");
    apr_pool_destroy(pool);
    return failed;
}
