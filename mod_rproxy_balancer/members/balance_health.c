/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_health.c: news of members, and what time does to them.  Layer L1.
 * The one place where the health in shared memory changes, but for a trial that
 * is taken (balance.c). */
#include "balance.h"

/* Longer than from one tick to the next: the whole weight, after slow start, is
 * a change as well. */
#define RAMP_MARGIN_US 300000

static int is_wanted(const segment_member_t *m)
{
    return m->use == PLACE_USED && m->wanted == MEMBER_UP;
}

/* Under the lock. */
static int may_eject(const balance_t *b)
{
    uint32_t serving = 0, ejected = 0;
    int i;

    for (i = 0; i < b->places.count; i++) {
        const segment_member_t *m = &b->member[i];

        if (is_wanted(m) && m->health.state != HEALTH_DOWN) {
            serving++;
            ejected += m->health.state != HEALTH_UP;
        }
    }
    return outlier_may_eject(serving, ejected, &b->outlier_rules);
}

static void count_change(segment_member_t *m, const health_t *now)
{
    if (now->state == HEALTH_EJECTED) {
        __atomic_fetch_add(&m->ejections, 1, __ATOMIC_RELAXED);
    }
    else if (now->state == HEALTH_DOWN) {
        __atomic_fetch_add(&m->downs, 1, __ATOMIC_RELAXED);
    }
}

/* Of a trial not only the state matters: whether it is free. */
static int is_changed(const health_t *before, const health_t *now)
{
    return before->state != now->state || before->until_us != now->until_us;
}

void balance_event(const balance_t *b, int member, health_event_e event,
                   int64_t now_us)
{
    segment_member_t *m = &b->member[member];
    const health_rules_t rules = balance_rules(b, member);
    health_t before, now;

    segment_lock(b->segment, b->number);
    before = m->health;
    now =
        health_next(before, &rules, event,
                    event == HEALTH_REQUEST_FAILED || event == HEALTH_IS_OUTLIER
                        ? may_eject(b)
                        : 0,
                    now_us);
    m->health = now;
    if (is_changed(&before, &now)) {
        __atomic_fetch_add(&b->shared->version, 1, __ATOMIC_RELEASE);
    }
    segment_unlock(b->segment, b->number);
    if (before.state != now.state) {
        count_change(m, &now);
        b->changed(b, member, &before, &now);
    }
}

/* Sessions of a member that drains have had their time.  Under the lock. */
static int ends_draining(segment_member_t *m, int64_t now_us)
{
    if (m->wanted != MEMBER_DRAIN || m->drained || !m->drain_until_us
        || now_us < m->drain_until_us) {
        return 0;
    }
    m->drained = 1;
    return 1;
}

/* What a member's time to act is: its slow start goes on, its trial was lost on
 * the way, it is ejected no longer. */
static int is_due(const balance_t *b, int member, int64_t now_us)
{
    const health_t *h = &b->member[member].health;
    const health_rules_t rules = balance_rules(b, member);

    return (h->state == HEALTH_EJECTED && now_us >= h->until_us)
           || (h->state == HEALTH_TRIAL && h->until_us && now_us >= h->until_us)
           || (h->came_back
               && health_ramp_percent(h, &rules, now_us - RAMP_MARGIN_US)
                      < 100);
}

/* Read unlocked: most members have nothing to wait for. */
static int may_be_due(const segment_member_t *m)
{
    return m->health.state != HEALTH_UP
           || (m->health.came_back && m->slow_start_ms)
           || (m->wanted == MEMBER_DRAIN && m->drain_until_us)
           || __atomic_load_n(&m->paused_until, __ATOMIC_RELAXED);
}

static void tick_place(const balance_t *b, int member, int64_t now_us)
{
    int pause_over = balance_pause_over(b, member, now_us), due;

    segment_lock(b->segment, b->number);
    due = is_due(b, member, now_us);
    if (due || pause_over || ends_draining(&b->member[member], now_us)) {
        places_changed(&b->places, 0);
    }
    segment_unlock(b->segment, b->number);
    if (due) {
        balance_event(b, member, HEALTH_TIME_PASSED, now_us);
    }
}

void balance_tick(const balance_t *b, int64_t now_us)
{
    int i, leaving = 0;

    for (i = 0; i < b->places.count; i++) {
        int use = __atomic_load_n(&b->member[i].use, __ATOMIC_ACQUIRE);

        leaving |= use == PLACE_LEAVING;
        if (use == PLACE_USED && may_be_due(&b->member[i])) {
            tick_place(b, i, now_us);
        }
    }
    if (leaving) {
        segment_lock(b->segment, b->number);
        places_clear(&b->places, now_us);
        segment_unlock(b->segment, b->number);
    }
}

void balance_find_outliers(const balance_t *b, int64_t now_us)
{
    outlier_count_t *member = b->counted, pool = { 0, 0 };
    int i;

    for (i = 0; i < b->places.count; i++) {
        segment_member_t *m = &b->member[i];

        member[i].requests =
            __atomic_exchange_n(&m->requests, 0, __ATOMIC_RELAXED);
        member[i].failed = __atomic_exchange_n(&m->failed, 0, __ATOMIC_RELAXED);
        pool.requests += member[i].requests;
        pool.failed += member[i].failed;
    }
    for (i = 0; i < b->places.count; i++) {
        if (outlier_found(member[i], pool, &b->outlier_rules)) {
            balance_event(b, i, HEALTH_IS_OUTLIER, now_us);
        }
    }
}

member_state_e balance_state(const balance_t *b, int member, health_t *health,
                             int64_t now_us)
{
    const segment_member_t *m = &b->member[member];
    member_state_e state;

    segment_lock(b->segment, b->number);
    *health = m->health;
    state = m->use == PLACE_LEAVING ? MEMBER_DRAIN
                                    : segment_member_state(m, now_us);
    segment_unlock(b->segment, b->number);
    return state;
}
