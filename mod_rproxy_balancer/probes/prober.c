/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* prober.c: the election, the thread and its timers.  Layer L1. */
#include "prober.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "engine/resolver.h"
#include "engine/thread.h"
#include "probe_protocol.h"
#include "rproxy_random.h"

#define TICK_INTERVAL apr_time_from_msec(100)
#define SECOND_TICKS 10
#define OUTLIER_TICKS 20
#define RECLAIM_TICKS 3
#define RESOLVE_INTERVAL apr_time_from_sec(30)

/* A member and its probes. */
typedef struct {
    probe_t probe; /* first */
    timer_entry_t timer;
    prober_t *prober;
    balance_t *balance;
    int member;
    upstream_t upstream;
} probed_t;

struct prober_t {
    segment_t *segment;
    const prober_pool_t *pools;
    int count;
    const prober_calls_t *calls;
    shared_t *shared; /* what the engine counts; nobody looks */
    reactor_t *reactor;
    apr_pool_t *pool; /* the thread's alone */
    apr_thread_t *thread;
    reactor_task_t stop_task;
    int stopping; /* atomic */
    timer_entry_t timer;
    int elected;
    unsigned ticks;
    probed_t *probed;
    int probed_count;
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
    health_t health;

    note(&p->balance->member[p->member], result, status, took, now);
    balance_event(p->balance, p->member,
                  result == PROBE_GOOD ? HEALTH_PROBE_PASSED
                                       : HEALTH_PROBE_FAILED,
                  now);
    balance_state(p->balance, p->member, &health, now);
    probe_later(p, 1000
                       * (int64_t)
                           health_probe_after_ms(&health,
                                                 &p->balance
                                                      ->health_rules[p->member],
                                                 random_number()));
}

static const protocol_t *protocol_of(const member_t *member, int kind)
{
    return kind == PROBE_TCP   ? &probe_protocol_tcp
           : kind == PROBE_TLS ? &probe_protocol_tls
                               : member->protocol;
}

/* A member of the engine for the probes alone. */
static int make_probed(prober_t *prober, const prober_pool_t *of, int number)
{
    int id = prober->probed_count;
    probed_t *p = &prober->probed[id];
    member_t *m;

    if (member_parse(prober->pool, of->balance->upstream->member[number].url,
                     &m)) {
        return 0; /* it was good before */
    }
    m->upstream = &p->upstream;
    m->protocol = protocol_of(m, of->rules->probe.kind);
    m->id = id;
    m->number = 0;
    m->max_idle = 0;
    m->shared = &prober->shared->member[id];
    p->upstream.name = of->balance->upstream->name;
    p->upstream.members = apr_array_make(prober->pool, 1, sizeof(member_t *));
    APR_ARRAY_PUSH(p->upstream.members, member_t *) = m;
    p->upstream.shared = &prober->shared->upstream[0];
    p->probe.rules = &of->rules->probe;
    p->probe.upstream = &p->upstream;
    p->probe.done = probe_done;
    p->timer.fire = begin_probe;
    p->prober = prober;
    p->balance = of->balance;
    p->member = number;
    prober->probed_count++;
    return 1;
}

static int members_to_probe(const prober_t *prober)
{
    int i, n = 0;

    for (i = 0; i < prober->count; i++) {
        if (prober->pools[i].rules->enabled) {
            n += prober->pools[i].balance->upstream->count;
        }
    }
    return n;
}

/* @return of member_t *: all that are probed */
static apr_array_header_t *make_all(prober_t *prober)
{
    int i, k, n = members_to_probe(prober);
    apr_array_header_t *members =
        apr_array_make(prober->pool, n + 1, sizeof(member_t *));

    prober->probed =
        apr_pcalloc(prober->pool, sizeof(probed_t) * (size_t)(n + 1));
    for (i = 0; i < prober->count; i++) {
        const prober_pool_t *of = &prober->pools[i];

        for (k = 0; of->rules->enabled && k < of->balance->upstream->count;
             k++) {
            if (make_probed(prober, of, k)) {
                const probed_t *p = &prober->probed[prober->probed_count - 1];
                APR_ARRAY_PUSH(members, member_t *) =
                    APR_ARRAY_IDX(p->upstream.members, 0, member_t *);
            }
        }
    }
    return members;
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
    for (i = 0; i < prober->count; i++) {
        const balance_t *b = prober->pools[i].balance;

        balance_tick(b, now);
        if (n % SECOND_TICKS == 0) {
            balance_fade(b, now);
        }
        if (n % OUTLIER_TICKS == OUTLIER_TICKS - 1) {
            balance_find_outliers(b, now);
        }
    }
}

/* The first probes at once, but not all in the same moment. */
static void begin(prober_t *prober)
{
    segment_head_t *head = prober->segment->head;
    int i;

    prober->elected = 1;
    __atomic_store_n(&head->elected, (int32_t)getpid(), __ATOMIC_RELAXED);
    __atomic_store_n(&head->elected_at, prober->reactor->now, __ATOMIC_RELAXED);
    for (i = 0; i < prober->probed_count; i++) {
        probe_later(&prober->probed[i], i * INT64_C(1000) + 1);
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

static void resign(prober_t *prober)
{
    int i;

    for (i = 0; i < prober->probed_count; i++) {
        timer_remove(&prober->reactor->timers, &prober->probed[i].timer);
        probe_cancel(&prober->probed[i].probe);
    }
    if (prober->elected) {
        prober->calls->resigned();
        __atomic_store_n(&prober->segment->head->elected, 0, __ATOMIC_RELAXED);
        pthread_mutex_unlock(&prober->segment->head->election);
    }
}

/* ---- the thread ---- */

static void stop_run(reactor_task_t *task, reactor_t *reactor)
{
    reactor->stop = 1;
}

/* Names are looked up before the first probe, and then now and then by a thread
 * that may wait. */
static void *APR_THREAD_FUNC prober_main(apr_thread_t *thread, void *data)
{
    prober_t *prober = data;
    apr_array_header_t *members = make_all(prober);
    apr_pool_t *resolver_pool = thread_pool_create();
    int i;

    for (i = 0; i < members->nelts; i++) {
        member_resolve(APR_ARRAY_IDX(members, i, member_t *), prober->pool);
    }
    if (resolver_pool) {
        resolver_start(members, RESOLVE_INTERVAL, resolver_pool);
    }
    prober->timer.fire = wake;
    timer_set(&prober->reactor->timers, &prober->timer, prober->reactor->now);
    reactor_run(prober->reactor);
    resign(prober);
    if (resolver_pool) {
        apr_pool_destroy(resolver_pool);
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
    if (!prober->pool
        || shared_create(&prober->shared, 1, 1, members_to_probe(prober), 0,
                         prober->pool)
               != APR_SUCCESS
        || shared_child_claim(prober->shared, pool) != APR_SUCCESS
        || reactor_create(&prober->reactor, 0, prober->shared, prober->pool)
               != APR_SUCCESS
        || thread_start(&prober->thread, prober_main, prober, pool)
               != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_pre_cleanup_register(pool, prober, end);
    return prober;
}
