/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shared.c: the segment and the counts in it.  Layer L1. */
#include "shared.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RETRY_COST 100
#define RETRY_CREDIT_READY (10 * RETRY_COST)
#define RETRY_SECONDS 2 /* what they earn lies ready too */
/* Long enough for every pool to be tidied once. */
#define CROWDED_TIME apr_time_from_sec(2)

typedef struct {
    void *base;
    size_t size;
} mapping_t;

static int own_child = -1;

static apr_status_t unmap(void *data)
{
    mapping_t *mapping = data;

    munmap(mapping->base, mapping->size);
    return APR_SUCCESS;
}

static size_t aligned(size_t size)
{
    return (size + 63) & ~(size_t)63;
}

apr_status_t shared_create(shared_t **out, int children, int upstreams,
                           int members, int routes, apr_pool_t *pool)
{
    shared_t *s = apr_pcalloc(pool, sizeof(*s));
    mapping_t *mapping = apr_palloc(pool, sizeof(*mapping));
    size_t n = (size_t)children, at[8];
    char *base;
    int i;

    at[0] = 0;
    at[1] = at[0] + aligned(sizeof(upstream_shared_t) * (size_t)upstreams);
    at[2] = at[1] + aligned(sizeof(member_shared_t) * (size_t)members);
    at[3] = at[2] + aligned(sizeof(int32_t) * n * (size_t)members);
    at[4] = at[3] + aligned(sizeof(metrics_child_t) * n);
    at[5] = at[4] + aligned(sizeof(metrics_route_t) * n * (size_t)routes);
    at[6] = at[5] + aligned(sizeof(metrics_member_t) * n * (size_t)members);
    at[7] = at[6] + aligned(sizeof(int32_t) * (n + 1));
    mapping->size = at[7] + aligned(sizeof(metrics_member_t) * (size_t)members);
    base = mmap(NULL, mapping->size, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return errno;
    }
    mapping->base = base;
    apr_pool_cleanup_register(pool, mapping, unmap, apr_pool_cleanup_null);
    s->children = children;
    s->members = members;
    s->routes = routes;
    s->upstreams = upstreams;
    s->upstream = (upstream_shared_t *)(base + at[0]);
    s->member = (member_shared_t *)(base + at[1]);
    s->held = (int32_t *)(base + at[2]);
    s->child = (metrics_child_t *)(base + at[3]);
    s->route_metrics = (metrics_route_t *)(base + at[4]);
    s->member_metrics = (metrics_member_t *)(base + at[5]);
    s->pid = (int32_t *)(base + at[6]);
    s->used = s->pid + n;
    s->member_base = (metrics_member_t *)(base + at[7]);
    s->recounted = apr_pcalloc(pool, sizeof(*s->recounted) * (size_t)members);
    for (i = 0; i < upstreams; i++) {
        s->upstream[i].retry_credit = RETRY_CREDIT_READY;
        s->upstream[i].retry_credit_max = RETRY_CREDIT_READY;
    }
    *out = s;
    return APR_SUCCESS;
}

int shared_child(void)
{
    return own_child;
}

static int32_t *held_by_me(const shared_t *shared, const member_t *member)
{
    return &shared->held[own_child * shared->members + member->id];
}

static void reclaim(const shared_t *shared, int child)
{
    int i;

    for (i = 0; i < shared->members; i++) {
        int at = child * shared->members + i;
        int32_t n = __atomic_exchange_n(&shared->held[at], 0, __ATOMIC_RELAXED);

        if (!n) {
            continue; /* without a connection nothing is active or idle */
        }
        __atomic_fetch_sub(&shared->member[i].connections, n, __ATOMIC_RELAXED);
        __atomic_store_n(&shared->member_metrics[at].active, 0,
                         __ATOMIC_RELAXED);
        __atomic_store_n(&shared->member_metrics[at].idle, 0, __ATOMIC_RELAXED);
    }
    for (i = 0; i < shared->routes; i++) {
        __atomic_store_n(&shared->route_metrics[child * shared->routes + i]
                              .active,
                         0, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&shared->child[child].clients, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&shared->child[child].handoffs_active, 0,
                     __ATOMIC_RELAXED);
}

static apr_status_t release_slot(void *data)
{
    shared_t *shared = data;

    if (own_child >= 0) {
        reclaim(shared, own_child);
        __atomic_store_n(&shared->pid[own_child], 0, __ATOMIC_RELEASE);
        own_child = -1;
    }
    return APR_SUCCESS;
}

/* A negative id is that of a process that was cleaning the slot up. */
static int is_gone(int32_t pid)
{
    return pid && kill(pid < 0 ? -pid : pid, 0) != 0 && errno == ESRCH;
}

/* Takes back what the process held that had this slot, if it is gone.
 * @return its process id, 0: the slot is free */
static int32_t reclaim_if_gone(const shared_t *shared, int child)
{
    int32_t pid = __atomic_load_n(&shared->pid[child], __ATOMIC_ACQUIRE);

    if (is_gone(pid)
        && __atomic_compare_exchange_n(&shared->pid[child], &pid,
                                       -(int32_t)getpid(), 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED)) {
        reclaim(shared, child); /* ours while we clean up */
        pid = 0;
        __atomic_store_n(&shared->pid[child], 0, __ATOMIC_RELEASE);
    }
    return pid;
}

void shared_reclaim(const shared_t *shared)
{
    int i;

    for (i = 0; i < shared->children; i++) {
        reclaim_if_gone(shared, i);
    }
}

static int is_first_process(const shared_t *shared)
{
    int i;

    for (i = 0; i < own_child; i++) {
        if (__atomic_load_n(&shared->pid[i], __ATOMIC_RELAXED)) {
            return 0;
        }
    }
    return own_child >= 0;
}

static uint32_t sum_held(const shared_t *shared, int member)
{
    int32_t used = METRIC_READ(*shared->used), i;
    uint32_t sum = 0;

    for (i = 0; i < used; i++) {
        const int32_t *held = &shared->held[i * shared->members + member];

        sum += (uint32_t)__atomic_load_n(held, __ATOMIC_RELAXED);
    }
    return sum;
}

static void recount_member(const shared_t *shared, int member)
{
    int32_t *all = &shared->member[member].connections, off;
    uint32_t before = (uint32_t)__atomic_load_n(all, __ATOMIC_SEQ_CST), held;

    if (!before) {
        shared->recounted[member].looks = 0;
        return;
    }
    held = sum_held(shared, member);
    off = recount_look(&shared->recounted[member], before, held,
                       (uint32_t)__atomic_load_n(all, __ATOMIC_SEQ_CST));
    if (off) {
        __atomic_fetch_sub(all, off, __ATOMIC_RELAXED);
    }
}

void shared_recount(const shared_t *shared)
{
    int i;

    for (i = 0; is_first_process(shared) && i < shared->members; i++) {
        recount_member(shared, i);
    }
}

static void note_used(const shared_t *shared, int32_t slots)
{
    int32_t used = METRIC_READ(*shared->used);

    while (used < slots
           && !__atomic_compare_exchange_n(shared->used, &used, slots, 0,
                                           __ATOMIC_RELAXED,
                                           __ATOMIC_RELAXED)) {
    }
}

apr_status_t shared_child_claim(shared_t *shared, apr_pool_t *pool)
{
    int32_t self = (int32_t)getpid();
    int i;

    for (i = 0; i < shared->children; i++) {
        int32_t pid = reclaim_if_gone(shared, i);

        if (!pid && own_child < 0
            && __atomic_compare_exchange_n(&shared->pid[i], &pid, self, 0,
                                           __ATOMIC_ACQ_REL,
                                           __ATOMIC_RELAXED)) {
            own_child = i;
            note_used(shared, i + 1);
        }
    }
    if (own_child < 0) {
        return APR_ENOSPC;
    }
    apr_pool_cleanup_register(pool, shared, release_slot,
                              apr_pool_cleanup_null);
    return APR_SUCCESS;
}

/* The child's own share is counted last and taken back first: of a child killed
 * in between, at most what it took is reclaimed.  The count may then be one too
 * high, never too low, until shared_recount has seen it. */
int member_slot_take(const shared_t *shared, const member_t *member)
{
    int32_t *all = &member->shared->connections;
    int32_t n = __atomic_add_fetch(all, 1, __ATOMIC_RELAXED);

    if (member->max_connections && n > member->max_connections) {
        __atomic_fetch_sub(all, 1, __ATOMIC_RELAXED);
        return 0;
    }
    __atomic_fetch_add(held_by_me(shared, member), 1, __ATOMIC_RELAXED);
    return 1;
}

void member_slot_give(const shared_t *shared, const member_t *member)
{
    __atomic_fetch_sub(held_by_me(shared, member), 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&member->shared->connections, 1, __ATOMIC_RELAXED);
}

static void add_counts(metrics_member_t *sum, const metrics_member_t *m)
{
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)m;
    size_t i;

    for (i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++) {
        to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
    }
}

void member_shared_begin(const shared_t *shared, int id, uint32_t generation)
{
    member_shared_t *m = &shared->member[id];
    uint32_t before = __atomic_load_n(&m->generation, __ATOMIC_RELAXED);
    metrics_member_t sum;
    int i;

    if (before == generation
        || !__atomic_compare_exchange_n(&m->generation, &before, generation, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
        return;
    }
    if (!before || !__atomic_load_n(&m->asked, __ATOMIC_RELAXED)) {
        return; /* nobody had it */
    }
    memset(&sum, 0, sizeof(sum));
    for (i = 0; i < METRIC_READ(*shared->used); i++) {
        add_counts(&sum, &shared->member_metrics[i * shared->members + id]);
    }
    sum.active = sum.idle = 0;
    shared->member_base[id] = sum;
    __atomic_store_n(&m->has_base, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&m->failures, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&m->paused_until, 0, __ATOMIC_RELAXED);
}

int member_slots_used_up(const member_t *member)
{
    return member->max_connections
           && __atomic_load_n(&member->shared->connections, __ATOMIC_RELAXED)
                  >= member->max_connections;
}

void member_turned_away(const member_t *member, apr_time_t now)
{
    __atomic_store_n(&member->shared->crowded_until, now + CROWDED_TIME,
                     __ATOMIC_RELAXED);
}

int member_crowded(const member_t *member, apr_time_t now)
{
    return __atomic_load_n(&member->shared->crowded_until, __ATOMIC_RELAXED)
           > now;
}

/* The first one in a second counts what the last second has earned.  Where
 * credit changes meanwhile it is cut a second later. */
static void renew_credit_max(upstream_shared_t *s, apr_time_t now)
{
    const int64_t second = apr_time_sec(now);
    int64_t last = __atomic_load_n(&s->retry_second, __ATOMIC_RELAXED);
    const int is_next = second == last + 1;
    int32_t most, credit;

    if (second == last
        || !__atomic_compare_exchange_n(&s->retry_second, &last, second, 0,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        return;
    }
    most = __atomic_exchange_n(&s->retry_earned, 0, __ATOMIC_RELAXED);
    most = is_next ? most * RETRY_SECONDS : 0;
    most = most > RETRY_CREDIT_READY ? most : RETRY_CREDIT_READY;
    __atomic_store_n(&s->retry_credit_max, most, __ATOMIC_RELAXED);
    credit = __atomic_load_n(&s->retry_credit, __ATOMIC_RELAXED);
    if (credit > most) {
        __atomic_compare_exchange_n(&s->retry_credit, &credit, most, 0,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
}

void retry_budget_earn(upstream_t *upstream, apr_time_t now)
{
    upstream_shared_t *s = upstream->shared;
    const int32_t percent = upstream->retry_budget_percent;

    renew_credit_max(s, now);
    __atomic_fetch_add(&s->retry_earned, percent, __ATOMIC_RELAXED);
    if (__atomic_load_n(&s->retry_credit, __ATOMIC_RELAXED)
        < __atomic_load_n(&s->retry_credit_max, __ATOMIC_RELAXED)) {
        __atomic_fetch_add(&s->retry_credit, percent, __ATOMIC_RELAXED);
    }
}

int retry_budget_spend(upstream_t *upstream)
{
    int32_t *credit = &upstream->shared->retry_credit;

    if (__atomic_sub_fetch(credit, RETRY_COST, __ATOMIC_RELAXED) < 0) {
        __atomic_fetch_add(credit, RETRY_COST, __ATOMIC_RELAXED);
        return 0;
    }
    return 1;
}

void member_failed(member_t *member, apr_time_t now)
{
    int64_t *paused_until = &member->shared->paused_until;
    int64_t until = now + member->fail_pause;

    __atomic_fetch_add(&member->shared->failures, 1, __ATOMIC_RELAXED);
    if (__atomic_load_n(paused_until, __ATOMIC_RELAXED) < until) {
        __atomic_store_n(paused_until, until, __ATOMIC_RELAXED);
    }
}

void member_pause(member_t *member, apr_time_t until)
{
    __atomic_store_n(&member->shared->failures, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&member->shared->paused_until, until, __ATOMIC_RELAXED);
}

void member_answered(member_t *member)
{
    if (__atomic_load_n(&member->shared->failures, __ATOMIC_RELAXED)) {
        __atomic_store_n(&member->shared->failures, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&member->shared->paused_until, 0, __ATOMIC_RELAXED);
    }
}

int member_paused(const member_t *member, apr_time_t now)
{
    return __atomic_load_n(&member->shared->paused_until, __ATOMIC_RELAXED)
           > now;
}
