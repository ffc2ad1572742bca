/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* prober.c: the election, the thread and its timers.  Layer L1. */
#include "prober.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "engine/periodic.h"
#include "engine/resolver.h"
#include "engine/thread.h"
#include "engine/upstream_places.h"
#include "probe_protocol.h"
#include "rproxy_random.h"

#define TICK_INTERVAL apr_time_from_msec(100)
#define SECOND_TICKS 10
#define OUTLIER_TICKS 20
#define RECLAIM_TICKS 3
#define RESOLVE_INTERVAL apr_time_from_sec(30)

/* A place, and probes of who has it. */
typedef struct {
    probe_t probe; /* first */
    timer_entry_t timer;
    prober_t *prober;
    balance_t *balance;
    int number;
    member_t *member; /* held; NULL: nobody is probed */
    upstream_t upstream;
} probed_t;

/* An upstream whose members are probed. */
typedef struct {
    const prober_pool_t *of;
    upstream_t upstream; /* its members as the engine knows them */
    probed_t **probed;   /* [place]; NULL: nobody was there yet */
} probed_pool_t;

struct prober_t {
    segment_t *segment;
    const prober_pool_t *pools;
    int count;
    const prober_calls_t *calls;
    shared_t *shared; /* what the engine counts; nobody looks */
    reactor_t *reactor;
    apr_pool_t *pool;        /* the thread's alone */
    apr_pool_t *places_pool; /* its resolver's */
    apr_thread_t *thread;
    reactor_task_t stop_task;
    int stopping; /* atomic */
    timer_entry_t timer;
    int elected;
    unsigned ticks;
    probed_pool_t *probed; /* [probed_count] */
    int probed_count;
    apr_array_header_t *upstreams; /* of these */
    apr_pool_t *resolver_pool;     /* while elected */
};

/* ---- members ---- */

static uint32_t random_number(void)
{
    const unsigned char *bytes = rproxy_random_bytes(sizeof(uint32_t));
    uint32_t number = 0;

    if (bytes) {
        memcpy(&number, bytes, sizeof(number));
    }
    return number;
}

static void probe_later(probed_t *p, int64_t after_us)
{
    reactor_t *reactor = p->prober->reactor;

    timer_set(&reactor->timers, &p->timer, reactor->now + after_us);
}

static void begin_probe(timer_entry_t *entry, int64_t now)
{
    probed_t *p = (probed_t *)((char *)entry - offsetof(probed_t, timer));

    probe_start(&p->probe, p->prober->reactor, p->prober->pool);
}

static void note(segment_member_t *m, probe_result_e result, int status,
                 apr_interval_time_t took, int64_t now)
{
    __atomic_store_n(&m->probed_at, now, __ATOMIC_RELAXED);
    __atomic_store_n(&m->probe_us, (uint32_t)took, __ATOMIC_RELAXED);
    __atomic_store_n(&m->probe_status, (uint16_t)status, __ATOMIC_RELAXED);
    __atomic_store_n(&m->probe_result, (uint8_t)result, __ATOMIC_RELAXED);
}

static void probe_done(probe_t *probe, probe_result_e result, int status,
                       apr_interval_time_t took)
{
    probed_t *p = (probed_t *)probe;
    int64_t now = p->prober->reactor->now;
    health_rules_t rules;
    health_t health;

    note(&p->balance->member[p->number], result, status, took, now);
    balance_event(p->balance, p->number,
                  result == PROBE_GOOD ? HEALTH_PROBE_PASSED
                                       : HEALTH_PROBE_FAILED,
                  now);
    balance_state(p->balance, p->number, &health, now);
    rules = balance_rules(p->balance, p->number);
    probe_later(p,
                INT64_C(1000)
                    * health_probe_after_ms(&health, &rules, random_number()));
}

static const protocol_t *protocol_of(const member_t *member, int kind)
{
    return kind == PROBE_TCP   ? &probe_protocol_tcp
           : kind == PROBE_TLS ? &probe_protocol_tls
                               : member->protocol;
}

static probed_t *make_probed(prober_t *prober, const prober_pool_t *of,
                             int number)
{
    probed_t *p = apr_pcalloc(prober->pool, sizeof(*p));

    p->upstream.name = of->balance->name;
    p->upstream.members = apr_array_make(prober->pool, 1, sizeof(member_t *));
    APR_ARRAY_PUSH(p->upstream.members, member_t *) = NULL;
    p->upstream.shared = &prober->shared->upstream[0];
    p->probe.rules = &of->rules->probe;
    p->probe.upstream = &p->upstream;
    p->probe.done = probe_done;
    p->timer.fire = begin_probe;
    p->prober = prober;
    p->balance = of->balance;
    p->number = number;
    return p;
}

static void end_probes(probed_t *p)
{
    if (p->member) {
        timer_remove(&p->prober->reactor->timers, &p->timer);
        probe_cancel(&p->probe);
        member_let_go(p->member);
        p->member = NULL;
    }
}

/* A member of the engine for the probes alone: its number is that of the one
 * in an upstream of one. */
static void begin_probes(probed_t *p, member_t *member, int64_t after_us)
{
    member_hold(member);
    p->member = member;
    member->protocol = protocol_of(member, p->probe.rules->kind);
    member->max_idle = 0;
    APR_ARRAY_IDX(p->upstream.members, 0, member_t *) = member;
    probe_later(p, after_us);
}

/* Those with an address; a name without one is not asked for either. */
static member_t *member_to_probe(const probed_pool_t *pool, int number)
{
    member_t *m = upstream_member(&pool->upstream, number);

    return m && __atomic_load_n(&m->addresses, __ATOMIC_ACQUIRE) ? m : NULL;
}

/* The first probes at once, but not all in the same moment. */
static void follow_pool(prober_t *prober, probed_pool_t *pool)
{
    int i, begun = 0;

    for (i = 0; i < pool->upstream.places; i++) {
        member_t *m = member_to_probe(pool, i);
        probed_t *p = pool->probed[i];

        if ((p ? p->member : NULL) == m) {
            continue;
        }
        if (!p) {
            p = pool->probed[i] = make_probed(prober, pool->of, i);
        }
        end_probes(p);
        if (m) {
            begin_probes(p, m, begun++ * INT64_C(1000) + 1);
        }
    }
}

static int members_to_probe(const prober_pool_t *pools, int count)
{
    int i, n = 0;

    for (i = 0; i < count; i++) {
        if (pools[i].rules->enabled) {
            n += pools[i].balance->places.count;
        }
    }
    return n;
}

/* What the engine asks of a balancer where it looks for members alone: that a
 * probe can be sent says nothing about requests. */
static void not_ready(void *pool, int member, uint32_t generation)
{
}

static void make_pools(prober_t *prober)
{
    balancer_t *balancer = apr_palloc(prober->pool, sizeof(*balancer));
    int i, id = 0;

    *balancer = balance_engine;
    balancer->ready = not_ready;
    prober->upstreams = apr_array_make(prober->pool, 4, sizeof(upstream_t *));
    prober->probed =
        apr_pcalloc(prober->pool,
                    sizeof(probed_pool_t) * (size_t)(prober->count + 1));
    for (i = 0; i < prober->count; i++) {
        const prober_pool_t *of = &prober->pools[i];
        probed_pool_t *pool = &prober->probed[prober->probed_count];

        if (!of->rules->enabled) {
            continue;
        }
        pool->of = of;
        pool->upstream.name = of->balance->name;
        pool->upstream.balancer = balancer;
        pool->upstream.balancer_pool = of->balance;
        upstream_places_create(&pool->upstream, id, prober->places_pool);
        pool->probed =
            apr_pcalloc(prober->pool,
                        sizeof(probed_t *) * (size_t)pool->upstream.places);
        id += pool->upstream.places;
        APR_ARRAY_PUSH(prober->upstreams, upstream_t *) = &pool->upstream;
        prober->probed_count++;
    }
}

/* ---- the elected process ---- */

static void tick(prober_t *prober)
{
    int64_t now = prober->reactor->now;
    unsigned n = prober->ticks++;
    int i;

    if (n % RECLAIM_TICKS == 0) {
        segment_reclaim(prober->segment);
    }
    prober->calls->tick(now);
    if (n % SECOND_TICKS == 0) {
        prober->calls->second(now);
    }
    for (i = 0; i < prober->probed_count; i++) {
        follow_pool(prober, &prober->probed[i]);
    }
    for (i = 0; i < prober->count; i++) {
        balance_t *b = prober->pools[i].balance;

        balance_tick(b, now);
        balance_adaptive_tick(b, now);
        balance_queue_tick(b, now);
        if (n % SECOND_TICKS == 0) {
            balance_fade(b, now);
            balance_recount(b);
        }
        if (n % OUTLIER_TICKS == OUTLIER_TICKS - 1) {
            balance_find_outliers(b, now);
        }
    }
}

static void begin(prober_t *prober)
{
    segment_head_t *head = prober->segment->head;

    prober->elected = 1;
    __atomic_store_n(&head->elected, (int32_t)getpid(), __ATOMIC_RELAXED);
    __atomic_store_n(&head->elected_at, prober->reactor->now, __ATOMIC_RELAXED);
    prober->resolver_pool = thread_pool_create();
    if (prober->resolver_pool) {
        resolver_start(prober->upstreams, prober->shared, RESOLVE_INTERVAL,
                       prober->resolver_pool);
    }
    prober->calls->elected();
}

/* @return 1 when this process is to be the one */
static int win(prober_t *prober)
{
    pthread_mutex_t *lock = &prober->segment->head->election;
    int rv = pthread_mutex_trylock(lock);

    if (rv == EOWNERDEAD) {
        rv = pthread_mutex_consistent(lock);
    }
    return rv == 0;
}

static void wake(timer_entry_t *entry, int64_t now)
{
    prober_t *prober = (prober_t *)((char *)entry - offsetof(prober_t, timer));

    if (!prober->elected && win(prober)) {
        begin(prober);
    }
    if (prober->elected) {
        tick(prober);
    }
    timer_set(&prober->reactor->timers, entry,
              now + (prober->elected ? TICK_INTERVAL : ELECTION_INTERVAL));
}

static void end_all_probes(const probed_pool_t *pool)
{
    int i;

    for (i = 0; i < pool->upstream.places; i++) {
        if (pool->probed[i]) {
            end_probes(pool->probed[i]);
        }
    }
}

static void resign(prober_t *prober)
{
    int i;

    for (i = 0; i < prober->probed_count; i++) {
        end_all_probes(&prober->probed[i]);
    }
    if (prober->elected) {
        prober->calls->resigned();
        __atomic_store_n(&prober->segment->head->elected, 0, __ATOMIC_RELAXED);
        pthread_mutex_unlock(&prober->segment->head->election);
    }
    if (prober->resolver_pool) {
        apr_pool_destroy(prober->resolver_pool);
    }
}

/* ---- the thread ---- */

static void stop_run(reactor_task_t *task, reactor_t *reactor)
{
    reactor->stop = 1;
}

/* In every process, by a thread that nothing waits for. */
static void follow_all(void *data)
{
    prober_t *prober = data;
    int i;

    for (i = 0; i < prober->count; i++) {
        balance_follow(prober->pools[i].balance);
    }
}

static void *APR_THREAD_FUNC prober_main(apr_thread_t *thread, void *data)
{
    prober_t *prober = data;
    apr_pool_t *follow_pool = thread_pool_create();

    if (follow_pool) {
        periodic_start(follow_all, prober, TICK_INTERVAL, follow_pool);
    }
    prober->timer.fire = wake;
    timer_set(&prober->reactor->timers, &prober->timer, prober->reactor->now);
    reactor_run(prober->reactor);
    resign(prober);
    if (follow_pool) {
        apr_pool_destroy(follow_pool);
    }
    return NULL;
}

void prober_stop(prober_t *prober)
{
    if (!__atomic_exchange_n(&prober->stopping, 1, __ATOMIC_ACQ_REL)) {
        reactor_post(prober->reactor, &prober->stop_task);
    }
}

static apr_status_t end(void *data)
{
    prober_t *prober = data;
    apr_status_t rv;

    prober_stop(prober);
    apr_thread_join(&rv, prober->thread);
    return APR_SUCCESS;
}

prober_t *prober_start(segment_t *segment, const prober_pool_t *pools,
                       int count, const prober_calls_t *calls, apr_pool_t *pool)
{
    prober_t *prober = apr_pcalloc(pool, sizeof(*prober));

    prober->segment = segment;
    prober->pools = pools;
    prober->count = count;
    prober->calls = calls;
    prober->stop_task.run = stop_run;
    prober->pool = thread_pool_create();
    prober->places_pool = thread_pool_create();
    if (!prober->pool || !prober->places_pool
        || shared_create(&prober->shared, 1, 1, members_to_probe(pools, count),
                         0, prober->pool)
               != APR_SUCCESS
        || shared_child_claim(prober->shared, pool) != APR_SUCCESS
        || reactor_create(&prober->reactor, 0, prober->shared, prober->pool)
               != APR_SUCCESS) {
        return NULL;
    }
    make_pools(prober);
    if (thread_start(&prober->thread, prober_main, prober, pool)
        != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_pre_cleanup_register(pool, prober, end);
    return prober;
}
