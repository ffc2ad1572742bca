/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* health.c: one function for each kind of news.  Layer L0. */
#include "health.h"

enum {
    US_PER_MS = 1000,
    EJECTIONS_MAX = 32,
    RAMP_START_PERCENT = 10
};

health_t health_start(int64_t now_us)
{
    health_t health = { .since_us = now_us };

    return health;
}

int health_sane(const health_t *health)
{
    return health->state <= HEALTH_TRIAL
           && health->reason <= HEALTH_TRIAL_PASSED && health->came_back <= 1
           && health->ejections <= EJECTIONS_MAX;
}

static void change(health_t *health, health_state_e state,
                   health_reason_e reason, int64_t now_us)
{
    health->came_back = state == HEALTH_UP;
    health->state = (uint8_t)state;
    health->reason = (uint8_t)reason;
    health->since_us = now_us;
    health->until_us = 0;
    health->streak = 0;
    health->failed = 0;
}

static int64_t ejection_us(const health_t *health, const health_rules_t *rules)
{
    int64_t ms = rules->eject_ms;
    uint8_t i;

    for (i = 1; i < health->ejections && ms < rules->eject_max_ms; i++) {
        ms *= 2;
    }
    return (ms < rules->eject_max_ms ? ms : rules->eject_max_ms) * US_PER_MS;
}

/* For each of the longest times that a member was up, one ejection is
 * forgotten. */
static void forget_ejections(health_t *health, const health_rules_t *rules,
                             int64_t now_us)
{
    int64_t period_us = (int64_t)rules->eject_max_ms * US_PER_MS;
    int64_t forgotten =
        period_us ? (now_us - health->since_us) / period_us : EJECTIONS_MAX;

    health->ejections = forgotten < health->ejections
                            ? (uint8_t)(health->ejections - forgotten)
                            : 0;
}

static void eject(health_t *health, const health_rules_t *rules,
                  health_reason_e reason, int64_t now_us)
{
    if (health->state == HEALTH_UP) {
        forget_ejections(health, rules, now_us);
    }
    health->ejections += health->ejections < EJECTIONS_MAX;
    change(health, HEALTH_EJECTED, reason, now_us);
    health->until_us = now_us + ejection_us(health, rules);
}

static void probe_passed(health_t *health, const health_rules_t *rules,
                         int64_t now_us)
{
    if (health->state != HEALTH_DOWN) {
        health->streak = 0;
    }
    else if (++health->streak >= rules->rise) {
        change(health, HEALTH_UP, HEALTH_PROBES_PASSED, now_us);
    }
}

static void probe_failed(health_t *health, const health_rules_t *rules,
                         int64_t now_us)
{
    if (health->state == HEALTH_DOWN) {
        health->streak = 0;
    }
    else if (++health->streak >= rules->fall) {
        change(health, HEALTH_DOWN, HEALTH_PROBES_FAILED, now_us);
    }
}

/* Of members that are not up, only the trial counts: what else ends there was
 * sent before. */
static void request_failed(health_t *health, const health_rules_t *rules,
                           int may_eject, int64_t now_us)
{
    if (health->state != HEALTH_UP) {
        return;
    }
    health->failed += health->failed < UINT16_MAX;
    if (rules->failures && health->failed >= rules->failures && may_eject) {
        eject(health, rules, HEALTH_IN_A_ROW, now_us);
    }
}

static void trial_event(health_t *health, const health_rules_t *rules,
                        health_event_e event, int64_t now_us)
{
    if (health->state != HEALTH_TRIAL) {
        return;
    }
    if (event == HEALTH_TRIAL_ANSWERED) {
        change(health, HEALTH_UP, HEALTH_TRIAL_PASSED, now_us);
    }
    else if (event == HEALTH_TRIAL_LOST) {
        eject(health, rules, HEALTH_TRIAL_FAILED, now_us);
    }
    else if (event == HEALTH_TRIAL_UNKNOWN) {
        health->until_us = 0;
    }
    else {
        health->until_us = now_us + (int64_t)rules->trial_ms * US_PER_MS;
    }
}

static void time_passed(health_t *health, int64_t now_us)
{
    if (health->state == HEALTH_EJECTED && now_us >= health->until_us) {
        change(health, HEALTH_TRIAL, HEALTH_TIME_OVER, now_us);
    }
}

health_t health_next(health_t health, const health_rules_t *rules,
                     health_event_e event, int may_eject, int64_t now_us)
{
    switch (event) {
    case HEALTH_PROBE_PASSED:
        probe_passed(&health, rules, now_us);
        break;
    case HEALTH_PROBE_FAILED:
        probe_failed(&health, rules, now_us);
        break;
    case HEALTH_REQUEST_PASSED:
        health.failed = 0;
        break;
    case HEALTH_REQUEST_FAILED:
        request_failed(&health, rules, may_eject, now_us);
        break;
    case HEALTH_IS_OUTLIER:
        if (health.state == HEALTH_UP && may_eject) {
            eject(&health, rules, HEALTH_OUTLIER, now_us);
        }
        break;
    case HEALTH_TIME_PASSED:
        time_passed(&health, now_us);
        break;
    default:
        trial_event(&health, rules, event, now_us);
        break;
    }
    return health;
}

int health_trial_free(const health_t *health, int64_t now_us)
{
    return health->state == HEALTH_TRIAL && now_us >= health->until_us;
}

/* Changing: some probe spoke against the state, but not enough did yet. */
uint32_t health_probe_after_ms(const health_t *health,
                               const health_rules_t *rules, uint32_t random)
{
    int changing = health->streak > 0 && rules->fast_interval_ms > 0;
    uint64_t ms = changing ? rules->fast_interval_ms : rules->interval_ms;
    uint64_t jitter = ms * rules->jitter_percent / 100;

    jitter = jitter < ms ? jitter : ms;
    return (uint32_t)(ms - jitter + ((2 * jitter + 1) * random >> 32));
}

uint8_t health_ramp_percent(const health_t *health, const health_rules_t *rules,
                            int64_t now_us)
{
    int64_t all_us = (int64_t)rules->slow_start_ms * US_PER_MS;
    int64_t up_us = now_us - health->since_us;

    if (!health->came_back || !all_us || up_us >= all_us) {
        return 100;
    }
    up_us = up_us > 0 ? up_us : 0;
    return (uint8_t)(RAMP_START_PERCENT
                     + (100 - RAMP_START_PERCENT) * up_us / all_us);
}

/* A member that drains is not tried again, nor taken in for panic: it only
 * serves its sessions, and not even these when it is bad. */
member_state_e health_member_state(const health_t *health,
                                   member_state_e wanted, int64_t now_us)
{
    if (wanted != MEMBER_UP && wanted != MEMBER_DRAIN) {
        return wanted;
    }
    if (health->state == HEALTH_UP) {
        return wanted;
    }
    if (health->state == HEALTH_DOWN || wanted == MEMBER_DRAIN) {
        return MEMBER_DOWN;
    }
    return health_trial_free(health, now_us) ? MEMBER_TRIAL : MEMBER_EJECTED;
}

const char *health_state_text(health_state_e state)
{
    static const char *const texts[] = {
#define X(id, text) text,
        HEALTH_STATES(X)
#undef X
    };
    return texts[state];
}

const char *health_reason_text(health_reason_e reason)
{
    static const char *const texts[] = {
#define X(id, text) text,
        HEALTH_REASONS(X)
#undef X
    };
    return texts[reason];
}
