/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_thread.c: the thread of each process that may speak with Redis, and
 * the election of the one that does.  Layer L2.
 *
 * The owner is a process id in shared memory.  Others look now and then whether
 * it is gone, silent for long, or of a configuration of before, and one of them
 * takes over.  Two may believe for a moment that they are it: the ring gives
 * each what the other has not, and both tell Redis the truth. */
#include "guard_private.h"
#include "fleet_area.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <http_main.h>

#include "engine/thread.h"
#include "fleet_talk.h"

#define LOOK_INTERVAL apr_time_from_msec(500)
#define STUCK_TIME apr_time_from_sec(1)
#define SILENT_TIME apr_time_from_sec(30)
#define AGAIN_SHORTEST apr_time_from_msec(100)
#define AGAIN_LONGEST apr_time_from_sec(2)

enum {
    ROUNDS_MAX = 100
};

static struct {
    apr_thread_t *thread;
    int end[2]; /* a pipe; closed at its writing side: the thread ends */
    /* of the thread alone */
    fleet_area_t *area;
    uint64_t self; /* fleet_area_t.owner */
    fleet_talk_t talk;
    apr_time_t opened;
    apr_time_t again;         /* not before is Redis tried */
    apr_interval_time_t wait; /* the last time it was so long */
    uint64_t stuck;           /* the ring's place, since */
    apr_time_t stuck_since;
    consumed_batch_t batch;
} fleet;

/* ---- the election ---- */

static int is_at_work(uint64_t owner, apr_time_t now)
{
    pid_t pid = (pid_t)(uint32_t)owner;
    apr_time_t silent = now - FLEET_LOAD(fleet.area->beat_us);

    return pid && owner >> 32 >= fleet.self >> 32 && silent > -SILENT_TIME
           && silent < SILENT_TIME && kill(pid, 0) == 0;
}

/* @return 0: another process is it */
static int is_owner(apr_time_t now)
{
    uint64_t owner = FLEET_LOAD(fleet.area->owner);

    if (owner != fleet.self
        && (is_at_work(owner, now)
            || !__atomic_compare_exchange_n(&fleet.area->owner, &owner,
                                            fleet.self, 0, __ATOMIC_ACQ_REL,
                                            __ATOMIC_RELAXED))) {
        return 0;
    }
    FLEET_STORE(fleet.area->beat_us, now);
    return 1;
}

static void resign(void)
{
    uint64_t self = fleet.self;

    __atomic_compare_exchange_n(&fleet.area->owner, &self, 0, 0,
                                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* ---- whether Redis is there ---- */

/* @return 1: it was not so before */
static int turn(fleet_state_e state)
{
    return __atomic_exchange_n(&fleet.area->state, (uint32_t)state,
                               __ATOMIC_ACQ_REL)
           != (uint32_t)state;
}

static void is_away(const redis_fault_t *fault, apr_time_t now)
{
    int lasted = fleet.opened && now - fleet.opened > 2 * AGAIN_LONGEST;

    redis_link_close(&fleet.talk.link);
    fleet.wait = lasted || !fleet.wait            ? AGAIN_SHORTEST
                 : 2 * fleet.wait < AGAIN_LONGEST ? 2 * fleet.wait
                                                  : AGAIN_LONGEST;
    fleet.again = now + fleet.wait;
    fleet.opened = 0;
    FLEET_ADD(fleet.area->faults, 1);
    memcpy(fleet.area->fault.text, fault->text, REDIS_FAULT_MAX - 1);
    if (turn(FLEET_AWAY)) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     RPLOGNO(4411) "RProxyGuardRedis %s: %s; each server "
                                   "counts for itself until it is back",
                     guard_global->fleet.url, fault->text);
    }
}

/* ---- exchanges ---- */

static void collect(void)
{
    consumed_t consumed;

    consumed_batch_clear(&fleet.batch);
    while (!consumed_batch_is_full(&fleet.batch)
           && consumed_ring_take(&fleet.area->ring, &consumed)) {
        if (fleet_talk_limit(&fleet.talk, consumed.limit)) {
            consumed_batch_add(&fleet.batch, &consumed);
        }
    }
}

/* Redis said it after it was asked: what was forgotten since then is not
 * counted again. */
static void learn(const fleet_limit_t *of, uint64_t hash, uint64_t ahead,
                  int64_t age_us, void *data)
{
    apr_time_t now = apr_time_now();
    apr_interval_time_t since = now - *(const apr_time_t *)data;
    int i;

    for (i = 0; i < guard_global->limits->nelts; i++) {
        guard_limit_t *limit =
            APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *);

        if (limit->shared && limit->fleet_id == of->id
            && limit_table_raise(&limit->place.table, &limit->rate, hash, now,
                                 ahead, age_us + (since > 0 ? since : 0))) {
            FLEET_ADD(limit->place.counts->displaced, 1);
        }
    }
    FLEET_ADD(fleet.area->learned, 1);
}

/* @return 1: there may be more; 0: that was all; -1 and *fault */
static int exchange(redis_fault_t *fault)
{
    apr_time_t asked = apr_time_now();
    int news;

    collect();
    news = fleet_talk_exchange(&fleet.talk, &fleet.batch, learn, &asked, fault);
    if (news < 0) {
        return -1;
    }
    FLEET_ADD(fleet.area->exchanges, 1);
    FLEET_ADD(fleet.area->keys, (uint64_t)fleet.batch.count);
    FLEET_STORE(fleet.area->took_us, (uint64_t)(apr_time_now() - asked));
    return consumed_batch_is_full(&fleet.batch) || news >= NEWS_AT_ONCE;
}

/* For as long as others may be told at once.  @return 0 and *fault */
static int exchange_all(redis_fault_t *fault)
{
    int more, rounds = 0;

    do {
        more = exchange(fault);
    } while (more > 0 && ++rounds < ROUNDS_MAX);
    return more >= 0;
}

/* What was used up while nobody listened is counted here alone. */
static void empty_ring(void)
{
    consumed_t consumed;

    while (consumed_ring_take(&fleet.area->ring, &consumed)) {
    }
}

/* @return 0: it is away */
static int meet(apr_time_t now)
{
    const fleet_config_t *conf = &guard_global->fleet;
    siphash_key_t secret = { FLEET_LOAD(fleet.area->secret_low),
                             FLEET_LOAD(fleet.area->secret_high) };
    redis_fault_t fault = { { 0 } };

    fleet.talk.link = redis_link_open(&conf->server, &fault);
    if (!fleet.talk.link || !fleet_talk_begin(&fleet.talk, &secret, &fault)) {
        is_away(&fault, apr_time_now());
        return 0;
    }
    FLEET_STORE(fleet.area->secret_low, secret.low);
    FLEET_STORE(fleet.area->secret_high, secret.high);
    empty_ring();
    if (!exchange_all(&fault)) {
        is_away(&fault, apr_time_now());
        return 0;
    }
    fleet.opened = now;
    if (turn(FLEET_SHARED)) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(4410) "RProxyGuardRedis %s: limits are shared "
                                   "with all that use it",
                     conf->url);
    }
    return 1;
}

static void pass_stuck(apr_time_t now)
{
    uint64_t stuck = consumed_ring_stuck(&fleet.area->ring);

    if (stuck != fleet.stuck || now < fleet.stuck_since) {
        fleet.stuck = stuck;
        fleet.stuck_since = now;
    }
    else if (stuck != UINT64_MAX && now - fleet.stuck_since > STUCK_TIME) {
        consumed_ring_skip(&fleet.area->ring, stuck);
    }
}

/* ---- the thread ---- */

/* @return how long to wait */
static apr_interval_time_t work(apr_time_t now)
{
    redis_fault_t fault = { { 0 } };

    if (!is_owner(now)) {
        redis_link_close(&fleet.talk.link);
        return LOOK_INTERVAL;
    }
    if (!fleet.talk.link) {
        if (fleet.again > now && fleet.again - now <= AGAIN_LONGEST) {
            return fleet.again - now;
        }
        if (!meet(now)) {
            return fleet.wait;
        }
    }
    if (!exchange_all(&fault)) {
        is_away(&fault, apr_time_now());
        return fleet.wait;
    }
    pass_stuck(now);
    return guard_global->fleet.every;
}

/* By a clock that nobody sets.  @return 0: the end */
static int sleep_for(apr_interval_time_t time)
{
    struct pollfd fd = { .fd = fleet.end[0], .events = POLLIN };

    return poll(&fd, 1, (int)((time + 999) / 1000)) <= 0;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *unused)
{
    while (sleep_for(work(apr_time_now()))) {
    }
    redis_link_close(&fleet.talk.link);
    resign();
    return NULL;
}

static apr_status_t end(void *unused)
{
    apr_status_t rv;

    close(fleet.end[1]);
    apr_thread_join(&rv, fleet.thread);
    close(fleet.end[0]);
    return APR_SUCCESS;
}

apr_status_t fleet_thread_start(fleet_area_t *area, const fleet_limit_t *limits,
                                int count, apr_pool_t *pool)
{
    apr_status_t rv;

    fleet.area = area;
    fleet.self =
        (uint64_t)FLEET_LOAD(area->generation) << 32 | (uint32_t)getpid();
    fleet.talk = (fleet_talk_t){ .prefix = guard_global->fleet.prefix,
                                 .limit = limits,
                                 .count = count };
    fleet.stuck = UINT64_MAX;
    if (pipe2(fleet.end, O_CLOEXEC) != 0) {
        return errno;
    }
    rv = thread_start(&fleet.thread, run, NULL, pool);
    if (rv == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(pool, NULL, end);
    }
    return rv;
}
