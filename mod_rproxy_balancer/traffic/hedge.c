/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hedge.c: the reasons against a second request, the lasting ones first.
 * Layer L0. */
#include "hedge.h"

enum {
    UP_STEPS = 19, /* 95 : 5 */
    STEPS = 400,   /* of the delay; the more, the calmer and slower */
    DELAY_MAX_US = 1 << 30
};

uint32_t hedge_delay_next(uint32_t delay_us, uint32_t sample_us)
{
    uint32_t step = delay_us / STEPS ? delay_us / STEPS : 1;

    if (delay_us == 0) {
        delay_us = sample_us ? sample_us : 1;
    }
    else if (sample_us > delay_us) {
        delay_us += UP_STEPS * step;
    }
    else {
        delay_us = delay_us > step ? delay_us - step : 1;
    }
    return delay_us < DELAY_MAX_US ? delay_us : DELAY_MAX_US;
}

int32_t hedge_earn(int32_t credit, const hedge_rules_t *rules)
{
    credit += rules->budget_percent;
    return credit < HEDGE_CREDIT_MAX ? credit : HEDGE_CREDIT_MAX;
}

static hedge_t verdict(hedge_reason_e reason, uint32_t ask_after_us)
{
    hedge_t hedge = { reason, ask_after_us };

    return hedge;
}

/* 0: not known yet */
static uint32_t delay_of(const hedge_in_t *in, const hedge_rules_t *rules)
{
    uint32_t delay_us = in->delay_us;

    if (rules->delay_us) {
        return rules->delay_us;
    }
    if (delay_us == 0 || in->samples < rules->min_samples) {
        return 0;
    }
    delay_us = delay_us < rules->max_delay_us ? delay_us : rules->max_delay_us;
    return delay_us > rules->min_delay_us ? delay_us : rules->min_delay_us;
}

hedge_t hedge_decide(const hedge_in_t *in, const hedge_rules_t *rules)
{
    uint32_t delay_us;

    if (!rules->enabled) {
        return verdict(HEDGE_OFF, 0);
    }
    if (!in->safe) {
        return verdict(HEDGE_UNSAFE, 0);
    }
    if (in->has_body) {
        return verdict(HEDGE_BODY, 0);
    }
    if (in->response_started) {
        return verdict(HEDGE_STARTED, 0);
    }
    if (in->hedged) {
        return verdict(HEDGE_ALREADY, 0);
    }
    delay_us = delay_of(in, rules);
    if (delay_us == 0) {
        return verdict(HEDGE_UNKNOWN, 0);
    }
    if (in->others <= 0) {
        return verdict(HEDGE_NO_MEMBER, 0);
    }
    if (in->waited_us < delay_us) {
        return verdict(HEDGE_EARLY, delay_us - in->waited_us);
    }
    return verdict(in->credit < HEDGE_COST ? HEDGE_NO_BUDGET : HEDGE_SLOW, 0);
}

const char *hedge_reason_text(hedge_reason_e reason)
{
    static const char *const texts[] = {
#define X(id, text) text,
        HEDGE_REASONS(X)
#undef X
    };
    return texts[reason];
}
