/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary.c: two proportions, two latencies, and time.  Layer L0. */
#include "canary.h"

/* 3.3 standard deviations squared: chance alone looks like an error in one of
 * two thousand comparisons, and many are made of the same counts. */
static const double SIGNIFICANT = 10.8;

static canary_t at_step(uint8_t step, const canary_rules_t *rules,
                        canary_reason_e reason, int64_t now_us)
{
    canary_t canary = { .since_us = now_us,
                        .step = step,
                        .percent = rules->percent[step],
                        .reason = (uint8_t)reason };

    return canary;
}

canary_t canary_start(const canary_rules_t *rules, int64_t now_us)
{
    return at_step(0, rules, CANARY_NEW, now_us);
}

canary_t canary_end(canary_t canary, uint8_t percent, canary_reason_e reason,
                    int64_t now_us)
{
    canary.ended = 1;
    canary.percent = percent;
    canary.since_us = now_us;
    canary.reason = (uint8_t)reason;
    return canary;
}

int canary_sane(const canary_t *canary, const canary_rules_t *rules)
{
    return canary->step < rules->steps && canary->reason <= CANARY_STOPPED
           && (canary->ended ? canary->percent == 0 || canary->percent == 100
                             : canary->percent == rules->percent[canary->step]);
}

/* Squares are compared: no root is needed. */
static int more_errors(const canary_rules_t *rules, const canary_count_t *test,
                       const canary_count_t *control)
{
    double n = test->requests, m = control->requests, rate, spread, more;

    if (test->requests == 0 || test->failed < rules->min_failed) {
        return 0;
    }
    more = test->failed / n - rules->tolerance_permille / 1000.0;
    if (control->requests == 0) {
        return more > 0;
    }
    more -= control->failed / m;
    rate = (test->failed + (double)control->failed) / (n + m);
    spread = rate * (1 - rate) * (1 / n + 1 / m);
    return more > 0 && more * more >= SIGNIFICANT * spread;
}

static int slower(const canary_rules_t *rules, const canary_count_t *test,
                  const canary_count_t *control)
{
    return rules->latency_percent && control->p95_us && test->p95_us
           && test->requests >= rules->min_requests
           && test->p95_us * (uint64_t)100
                  > control->p95_us * (uint64_t)rules->latency_percent;
}

canary_verdict_e canary_decide(const canary_t *canary,
                               const canary_rules_t *rules,
                               const canary_count_t *test,
                               const canary_count_t *control, int64_t now_us,
                               canary_reason_e *reason)
{
    if (canary->ended) {
        *reason = CANARY_ENDED;
        return CANARY_HOLD;
    }
    if (more_errors(rules, test, control)) {
        *reason = CANARY_ERRORS;
        return CANARY_ROLL_BACK;
    }
    if (slower(rules, test, control)) {
        *reason = CANARY_LATENCY;
        return CANARY_ROLL_BACK;
    }
    if (now_us - canary->since_us < (int64_t)rules->step_ms * 1000) {
        *reason = CANARY_TIME;
        return CANARY_HOLD;
    }
    if (test->requests < rules->min_requests) {
        *reason = CANARY_REQUESTS;
        return CANARY_HOLD;
    }
    *reason = CANARY_GOOD;
    return canary->step + 1 < rules->steps ? CANARY_STEP_UP : CANARY_FINISH;
}

canary_t canary_next(canary_t canary, const canary_rules_t *rules,
                     canary_verdict_e verdict, canary_reason_e reason,
                     int64_t now_us)
{
    switch (verdict) {
    case CANARY_STEP_UP:
        return at_step((uint8_t)(canary.step + 1), rules, reason, now_us);
    case CANARY_FINISH:
        return canary_end(canary, 100, reason, now_us);
    case CANARY_ROLL_BACK:
        return canary_end(canary, 0, reason, now_us);
    case CANARY_HOLD:
        break;
    }
    canary.reason = (uint8_t)reason;
    return canary;
}

const char *canary_reason_text(canary_reason_e reason)
{
    static const char *const texts[] = {
#define X(id, text) text,
        CANARY_REASONS(X)
#undef X
    };
    return texts[reason];
}
