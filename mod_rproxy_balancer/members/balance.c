/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance.c: choosing a member, counting what it has to do.  Layer L1. */
#include "balance.h"

#include <string.h>
#include <unistd.h>

#include "driver/clock.h"
#include "members/response_time.h"

#define HALF_LIFE_US 5000000

static uint64_t random_number(void)
{
    static __thread uint64_t state;

    if (!state) {
        state = method_scatter((uint64_t)clock_now() ^ (uint64_t)getpid() << 40
                               ^ (uintptr_t)&state);
    }
    state += 0x9e3779b97f4a7c15u;
    return method_scatter(state);
}

/* ---- plans ---- */

static const plan_t *make_plan(void *ctx, void *memory, uint32_t *version)
{
    const balance_t *b = ctx;
    uint32_t i, count = (uint32_t)b->upstream->count;
    member_facts_t *facts = b->next;
    int64_t now = clock_now();

    segment_lock(b->segment, b->number);
    *version = __atomic_load_n(&b->shared->version, __ATOMIC_RELAXED);
    for (i = 0; i < count; i++) {
        const segment_member_t *m = &b->member[i];

        facts[i] = b->facts[i];
        facts[i].weight = m->weight;
        facts[i].state = (uint8_t)segment_member_state(m, now);
        facts[i].ramp_percent =
            health_ramp_percent(&m->health, &b->health_rules[i], now);
    }
    segment_unlock(b->segment, b->number);
    balance_apply_pauses(b, facts, (int)count, now);
    return plan_make(memory, facts, count, &b->plan_rules);
}

static const plan_t *hold_plan(balance_t *b, uint32_t *place)
{
    uint32_t version = __atomic_load_n(&b->shared->version, __ATOMIC_ACQUIRE);

    return plans_hold(&b->plans, version, make_plan, b, place);
}

int balance_panic(balance_t *b)
{
    uint32_t place;
    int panic = hold_plan(b, &place)->panic;

    plans_let_go(&b->plans, place);
    return panic;
}

/* ---- in flight ---- */

/* A child without a slot cannot be reclaimed: it counts nowhere else. */
static uint32_t *held(const balance_t *b, int member)
{
    static uint32_t nowhere;
    const segment_t *s = b->segment;
    int child = segment_child();

    return child < 0 ? &nowhere
                     : &s->held[child * s->members + b->first + member];
}

/* What this process holds is counted last and taken off first: of one killed in
 * between a count stays too high by one at most, never too low.
 * @return 0 when others have taken what the limit had left */
static int enter(const balance_t *b, int member, uint32_t limit)
{
    uint32_t *in_flight = &b->segment->in_flight[b->first + member];
    uint32_t n = __atomic_add_fetch(in_flight, 1, __ATOMIC_RELAXED);

    if (n > limit) {
        __atomic_fetch_sub(in_flight, 1, __ATOMIC_RELAXED);
        return 0;
    }
    __atomic_fetch_add(&b->shared->total, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(held(b, member), 1, __ATOMIC_RELAXED);
    return 1;
}

static void leave(const balance_t *b, int member)
{
    __atomic_fetch_sub(held(b, member), 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&b->shared->total, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&b->segment->in_flight[b->first + member], 1,
                       __ATOMIC_RELAXED);
}

/* ---- choosing ---- */

/* One request at a time finds out about a member that was ejected. */
static int take_trial(const balance_t *b, uint32_t member, int64_t now)
{
    segment_member_t *m = &b->member[member];
    int taken;

    segment_lock(b->segment, b->number);
    taken = m->wanted == MEMBER_UP && health_trial_free(&m->health, now);
    if (taken) {
        m->health = health_next(m->health, &b->health_rules[member],
                                HEALTH_TRIAL_TAKEN, 0, now);
        __atomic_fetch_add(&b->shared->version, 1, __ATOMIC_RELEASE);
    }
    segment_unlock(b->segment, b->number);
    return taken && enter(b, (int)member, UINT32_MAX);
}

static int choose_trial(const balance_t *b, const plan_t *plan,
                        const balancer_request_t *request,
                        const balancer_tried_t *tried, int64_t now)
{
    return plan->trial != PLAN_NONE && request->fit_for_trial
           && !balancer_is_tried(tried, (int)plan->trial)
           && take_trial(b, plan->trial, now);
}

static int choose_session(const balance_t *b, const plan_t *plan, int member,
                          const balancer_tried_t *tried)
{
    return member >= 0 && !balancer_is_tried(tried, member)
           && sticky_admit(plan, &b->load, (uint32_t)member) == STICKY_TAKES
           && enter(b, member, plan->session_limit[member]);
}

/* Again without a member whose last place somebody else has taken. */
static int choose_by_method(const balance_t *b, const plan_t *plan,
                            const balancer_request_t *request,
                            const balancer_tried_t *tried)
{
    balancer_tried_t more;
    int session = request->session_member;
    method_in_t in = { .plan = plan,
                       .load = &b->load,
                       .ring = b->ring,
                       .excluded = tried->member,
                       .excluded_count = balancer_tried_count(tried),
                       .random = random_number(),
                       .hash = request->hash,
                       .bound_percent = b->bound_percent,
                       .group = session >= 0 ? b->facts[session].group : 0 };
    int full = 0;

    for (;;) {
        int n = method_pick(b->method, &in);

        if (n < 0) {
            return n == METHOD_FULL || full ? BALANCER_FULL : BALANCER_NONE;
        }
        if (enter(b, n, plan->limit[plan->position[n]])) {
            return n;
        }
        more = full ? more : *tried;
        full = 1;
        balancer_tried_add(&more, n);
        in.excluded = more.member;
        in.excluded_count = balancer_tried_count(&more);
    }
}

static int engine_choose(void *pool, const balancer_request_t *request,
                         const balancer_tried_t *tried, apr_time_t now,
                         balancer_reason_e *reason)
{
    balance_t *b = pool;
    uint32_t place;
    const plan_t *plan = hold_plan(b, &place);
    int n;

    if (choose_trial(b, plan, request, tried, now)) {
        *reason = BALANCER_BY_TRIAL;
        n = (int)plan->trial;
    }
    else if (choose_session(b, plan, request->session_member, tried)) {
        *reason = BALANCER_BY_SESSION;
        n = request->session_member;
    }
    else {
        *reason = BALANCER_BY_METHOD;
        n = choose_by_method(b, plan, request, tried);
    }
    plans_let_go(&b->plans, place);
    return n;
}

static void engine_again(void *pool, int member)
{
    enter(pool, member, UINT32_MAX);
}

static int engine_is_left(void *pool, const balancer_tried_t *tried,
                          apr_time_t now)
{
    balance_t *b = pool;
    uint32_t place, i;
    const plan_t *plan = hold_plan(b, &place);
    int left = 0;

    (void)now;
    for (i = 0; i < plan->level_count && !left; i++) {
        const plan_level_t *level = &plan->level[i];
        uint32_t k;

        for (k = level->first; k < level->first + level->count && !left; k++) {
            const uint32_t *load = &b->load.in_flight[plan->member[k]];

            left = !balancer_is_tried(tried, (int)plan->member[k])
                   && method_load(load) < plan->limit[k];
        }
    }
    plans_let_go(&b->plans, place);
    return left;
}

/* ---- what became of it ---- */

static void engine_answered(void *pool, int member,
                            apr_interval_time_t first_byte, apr_time_t now)
{
    const balance_t *b = pool;
    uint32_t *average = &b->segment->first_byte_us[b->first + member];
    int64_t *at = &b->member[member].sampled_at;
    int64_t elapsed = now - __atomic_load_n(at, __ATOMIC_RELAXED);
    uint32_t sample = first_byte < RESPONSE_TIME_MAX_US ? (uint32_t)first_byte
                                                        : RESPONSE_TIME_MAX_US;
    uint32_t next =
        response_time_next(__atomic_load_n(average, __ATOMIC_RELAXED), sample,
                           elapsed > 0 ? (uint64_t)elapsed : 0, HALF_LIFE_US);

    __atomic_store_n(average, next, __ATOMIC_RELAXED);
    __atomic_store_n(at, now, __ATOMIC_RELAXED);
    member_record_first_byte(&b->member[member].record, first_byte);
}

static void engine_ended(void *pool, int member,
                         const balancer_attempt_t *attempt, apr_time_t now)
{
    const balance_t *b = pool;

    member_record_attempt(&b->member[member].record, attempt, now);
}

static void count(segment_member_t *m, balancer_result_e result)
{
    if (result == BALANCER_UNKNOWN) {
        return;
    }
    __atomic_fetch_add(&m->requests, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&m->all_requests, 1, __ATOMIC_RELAXED);
    if (result == BALANCER_FAILED) {
        __atomic_fetch_add(&m->failed, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&m->all_failed, 1, __ATOMIC_RELAXED);
    }
}

static void engine_leave(void *pool, int member, balancer_reason_e reason,
                         balancer_result_e result, apr_time_t now)
{
    static const health_event_e of_trial[] = { HEALTH_TRIAL_ANSWERED,
                                               HEALTH_TRIAL_LOST,
                                               HEALTH_TRIAL_UNKNOWN };
    const balance_t *b = pool;

    leave(b, member);
    count(&b->member[member], result);
    if (reason == BALANCER_BY_TRIAL) {
        balance_event(b, member, of_trial[result], now);
    }
    else if (result == BALANCER_FAILED) {
        balance_event(b, member, HEALTH_REQUEST_FAILED, now);
    }
    else if (result == BALANCER_PASSED
             && !health_unmoved(&b->member[member].health)) {
        balance_event(b, member, HEALTH_REQUEST_PASSED, now);
    }
}

void balance_fade(const balance_t *b, int64_t now)
{
    int i;

    for (i = 0; i < b->upstream->count; i++) {
        uint32_t *average = &b->segment->first_byte_us[b->first + i];
        uint32_t old = __atomic_load_n(average, __ATOMIC_RELAXED);
        int64_t *at = &b->member[i].sampled_at;
        int64_t elapsed = now - __atomic_load_n(at, __ATOMIC_RELAXED);

        if (old && elapsed > 0 && method_load(&b->load.in_flight[i]) == 0) {
            __atomic_store_n(average,
                             response_time_fade(old, (uint64_t)elapsed,
                                                HALF_LIFE_US),
                             __ATOMIC_RELAXED);
            __atomic_store_n(at, now, __ATOMIC_RELAXED);
        }
    }
}

/* ---- at the start ---- */

static const hash_ring_t *make_ring(const balance_t *b, apr_pool_t *pool)
{
    uint32_t count = (uint32_t)b->upstream->count;

    return b->method->wants_hash
               ? hash_ring_make(apr_palloc(pool, hash_ring_room(count)),
                                b->facts, count, b->plan_rules.zone)
               : NULL;
}

void balance_open(balance_t *b, segment_t *segment, int number, int first,
                  apr_pool_t *pool)
{
    b->segment = segment;
    b->number = number;
    b->first = first;
    b->shared = &segment->pool[number];
    b->member = &segment->member[first];
    b->load.in_flight = &segment->in_flight[first];
    b->load.first_byte_us = &segment->first_byte_us[first];
    b->load.total = &b->shared->total;
    b->load.turn = &b->shared->turn;
    b->ring = make_ring(b, pool);
    b->next = apr_palloc(pool, sizeof(*b->next) * (size_t)b->upstream->count);
    b->counted =
        apr_palloc(pool, sizeof(*b->counted) * (size_t)b->upstream->count);
    plans_create(&b->plans, (uint32_t)b->upstream->count, pool);
}

static void engine_pause(void *pool, int member, apr_time_t until,
                         apr_time_t now)
{
    balance_pause(pool, member, until, now);
}

const balancer_t balance_engine = {
    .choose = engine_choose,
    .again = engine_again,
    .is_left = engine_is_left,
    .answered = engine_answered,
    .pause = engine_pause,
    .ended = engine_ended,
    .leave = engine_leave,
};
