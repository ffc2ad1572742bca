/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance.c: choosing a member, counting what it has to do.  Layer L1. */
#include "balance.h"
#include "balance_hedge.h"

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

health_rules_t balance_rules(const balance_t *b, int member)
{
    health_rules_t rules = b->health_rules;

    rules.slow_start_ms = b->member[member].slow_start_ms;
    return rules;
}

/* Under the lock.  Members this process does not know yet count as none. */
static member_facts_t facts_of(const balance_t *b, int member, int64_t now)
{
    const segment_member_t *m = &b->member[member];
    const health_rules_t rules = balance_rules(b, member);
    const member_facts_t facts = {
        .id = m->id,
        .max_connections = balance_adaptive_limit(b, member, now),
        .weight = m->weight,
        .zone = m->zone,
        .group = m->group,
        .tier = m->tier,
        .backup = m->backup,
        .state = (uint8_t)segment_member_state(m, now),
        .ramp_percent = health_ramp_percent(&m->health, &rules, now),
    };
    const member_facts_t none = { .state = MEMBER_NONE };

    return __atomic_load_n(&b->known[member], __ATOMIC_RELAXED) == m->generation
               ? facts
               : none;
}

/* Of the facts of all and of what is known here; both only count up. */
static uint32_t version_of(const balance_t *b)
{
    return __atomic_load_n(&b->shared->version, __ATOMIC_ACQUIRE)
           + __atomic_load_n(&b->known_version, __ATOMIC_ACQUIRE);
}

static const plan_t *make_plan(void *ctx, void *memory, uint32_t *version)
{
    balance_t *b = ctx;
    member_facts_t *facts = b->next.memory;
    int64_t now = clock_now();
    const plan_t *plan;
    int i;

    segment_lock(b->segment, b->number);
    *version = version_of(b);
    for (i = 0; i < b->places.count; i++) {
        facts[i] = facts_of(b, i, now);
    }
    segment_unlock(b->segment, b->number);
    balance_apply_pauses(b, facts, b->places.count, now);
    plan = plan_make(memory, facts, (uint32_t)b->places.count, &b->plan_rules);
    scratch_drop(&b->next);
    return plan;
}

const plan_t *balance_plan(balance_t *b, uint32_t *place)
{
    return plans_hold(&b->plans, version_of(b), make_plan, b, place);
}

int balance_panic(balance_t *b)
{
    uint32_t place;
    int panic = balance_plan(b, &place)->panic;

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
                     : &s->held[child * s->members + b->places.first + member];
}

/* What this process holds is counted last and taken off first: of one killed in
 * between a count stays too high by one at most, never too low, until
 * balance_recount has seen it.
 * @return 0 when others have taken what the limit had left */
static int enter(const balance_t *b, int member, uint32_t limit)
{
    uint32_t *in_flight = &b->segment->in_flight[b->places.first + member];
    uint32_t n = __atomic_add_fetch(in_flight, 1, __ATOMIC_RELAXED);

    if (n > limit) {
        __atomic_fetch_sub(in_flight, 1, __ATOMIC_RELAXED);
        return 0;
    }
    __atomic_fetch_add(&b->shared->total, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(held(b, member), 1, __ATOMIC_RELAXED);
    return 1;
}

/* queue_is_used is asked next: whoever waits was seen, or sees the room. */
static void leave(const balance_t *b, int member)
{
    __atomic_fetch_sub(held(b, member), 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&b->shared->total, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&b->segment->in_flight[b->places.first + member], 1,
                       __ATOMIC_SEQ_CST);
}

/* ---- choosing ---- */

/* One request at a time finds out about a member that was ejected. */
static int take_trial(const balance_t *b, uint32_t member, int64_t now)
{
    segment_member_t *m = &b->member[member];
    int taken;

    segment_lock(b->segment, b->number);
    taken = m->use == PLACE_USED && m->wanted == MEMBER_UP
            && health_trial_free(&m->health, now);
    if (taken) {
        const health_rules_t rules = balance_rules(b, (int)member);

        m->health = health_next(m->health, &rules, HEALTH_TRIAL_TAKEN, 0, now);
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

/* Its number, or -1: none, or it went while the request waited. */
static int session_of(const balance_t *b, const balancer_request_t *request)
{
    int member = request->session_member;

    return member < 0 || !request->session_generation
                   || b->member[member].generation
                          == request->session_generation
               ? member
               : -1;
}

static int choose_session(const balance_t *b, const plan_t *plan, int member,
                          const balancer_tried_t *tried)
{
    return member >= 0 && !balancer_is_tried(tried, member)
           && sticky_admit(plan, &b->load, (uint32_t)member) == STICKY_TAKES
           && enter(b, member, plan->session_limit[member]);
}

/* Again without a member whose last place somebody else has taken. */
static int pick(const balance_t *b, const plan_t *plan, const hash_ring_t *ring,
                const balancer_request_t *request,
                const balancer_tried_t *tried)
{
    balancer_tried_t more;
    int session = session_of(b, request);
    method_in_t in = { .plan = plan,
                       .load = &b->load,
                       .ring = ring,
                       .excluded = tried->member,
                       .excluded_count = balancer_tried_count(tried),
                       .random = random_number(),
                       .hash = request->hash,
                       .bound_percent = b->bound_percent,
                       .group = session >= 0 ? b->member[session].group : 0 };
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

static int choose_by_method(balance_t *b, const plan_t *plan,
                            const balancer_request_t *request,
                            const balancer_tried_t *tried)
{
    lookup_view_t *view;
    int n;

    if (!b->method->wants_hash) {
        return pick(b, plan, NULL, request, tried);
    }
    view = lookup_hold(&b->lookup);
    n = pick(b, plan, view->ring, request, tried);
    lookup_let_go(view);
    return n;
}

/* Who comes now stands behind those that wait; not who has stood in line, nor
 * who is sent again. */
static int must_wait(balance_t *b, const balancer_request_t *request,
                     const balancer_tried_t *tried)
{
    return b->queue && !request->is_called && !balancer_tried_count(tried)
           && (request->is_spare ? balance_spares_none(b)
                                 : queue_is_used(b->queue));
}

static int engine_choose(void *pool, const balancer_request_t *request,
                         const balancer_tried_t *tried, apr_time_t now,
                         balancer_reason_e *reason)
{
    balance_t *b = pool;
    uint32_t place;
    const plan_t *plan = balance_plan(b, &place);
    int n;

    if (choose_trial(b, plan, request, tried, now)) {
        *reason = BALANCER_BY_TRIAL;
        n = (int)plan->trial;
    }
    else if (must_wait(b, request, tried)) {
        n = BALANCER_FULL;
    }
    else if (choose_session(b, plan, session_of(b, request), tried)) {
        *reason = BALANCER_BY_SESSION;
        n = request->session_member;
    }
    else {
        *reason = BALANCER_BY_METHOD;
        n = choose_by_method(b, plan, request, tried);
    }
    plans_let_go(&b->plans, place);
    if (n >= 0 && !tried->count) {
        hedging_earn(&b->shared->hedging, &b->hedge_rules);
    }
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
    const plan_t *plan = balance_plan(b, &place);
    int left = 0;

    (void)now;
    for (i = 0; i < plan->level_count && !left; i++) {
        const plan_level_t *level = &plan->level[i];
        uint32_t k;

        for (k = level->first; k < level->first + level->count && !left; k++) {
            const uint32_t *load = &b->load.in_flight[plan->member[k]];

            left = !balancer_is_tried(tried, (int)plan->member[k])
                   && (b->queue || method_load(load) < plan->limit[k]);
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
    uint32_t *average = &b->segment->first_byte_us[b->places.first + member];
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
    balance_hedge_answered(b, member, first_byte);
    balance_adaptive_sample(b, member, first_byte, 0, now);
}

static void engine_ended(void *pool, int member,
                         const balancer_attempt_t *attempt, apr_time_t now)
{
    const balance_t *b = pool;

    member_record_attempt(&b->member[member].record, attempt, now);
    if (attempt->failed) {
        balance_adaptive_sample(b, member, attempt->took, 1, now);
    }
    if (b->queue) {
        balance_note_service(b, attempt->took);
    }
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
    balance_t *b = pool;

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
    if (b->queue) {
        balance_call(b, now);
    }
}

void balance_fade(const balance_t *b, int64_t now)
{
    int i;

    for (i = 0; i < b->places.count; i++) {
        uint32_t *average = &b->segment->first_byte_us[b->places.first + i];
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

/* ---- members that come and go ---- */

static int engine_places(void *pool)
{
    const balance_t *b = pool;

    return b->places.count;
}

static uint32_t engine_changes(void *pool)
{
    const balance_t *b = pool;

    return __atomic_load_n(&b->shared->changes, __ATOMIC_ACQUIRE);
}

static int engine_place(void *pool, int member, balancer_place_t *place)
{
    const balance_t *b = pool;
    const segment_member_t *m = &b->member[member];

    if (!balance_has(b, member)) {
        return 0;
    }
    segment_lock(b->segment, b->number);
    place->generation = m->generation;
    place->max_connections = (int)m->max_connections;
    memcpy(place->url, balance_url(b, member), sizeof(place->url));
    segment_unlock(b->segment, b->number);
    return balance_has(b, member);
}

static void engine_ready(void *pool, int member, uint32_t generation)
{
    balance_t *b = pool;

    if (__atomic_exchange_n(&b->known[member], generation, __ATOMIC_RELEASE)
        != generation) {
        __atomic_fetch_add(&b->known_version, 1, __ATOMIC_RELEASE);
    }
}

void balance_follow(balance_t *b)
{
    lookup_follow(&b->lookup, &b->places);
}

int balance_open(balance_t *b, segment_t *segment, int number, apr_pool_t *pool)
{
    size_t count;
    int first;

    b->segment = segment;
    b->number = number;
    b->places = places_of(segment, number);
    b->shared = b->places.shared;
    b->member = b->places.member;
    first = b->places.first;
    count = (size_t)b->places.count;
    b->load.in_flight = &segment->in_flight[first];
    b->load.first_byte_us = &segment->first_byte_us[first];
    b->load.total = &b->shared->total;
    b->load.turn = &b->shared->turn;
    scratch_create(&b->next, sizeof(member_facts_t) * count, pool);
    b->counted = apr_palloc(pool, sizeof(*b->counted) * count);
    b->recounted = apr_pcalloc(pool, sizeof(*b->recounted) * (count + 1));
    b->known = apr_pcalloc(pool, sizeof(*b->known) * count);
    plans_create(&b->plans, (uint32_t)count, pool);
    return lookup_open(&b->lookup, &b->places, b->method->wants_hash,
                       b->plan_rules.zone, b->secret, pool);
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
    .hedge = balance_hedge,
    .hedged = balance_hedged,
    .outrun = balance_outrun,
    .ended = engine_ended,
    .leave = engine_leave,
    .places = engine_places,
    .changes = engine_changes,
    .place = engine_place,
    .ready = engine_ready,
    .wait = balance_wait,
    .stop_waiting = balance_stop_waiting,
};
