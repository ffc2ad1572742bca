/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* attack_mode.c: see attack_mode.h.  Layer L0. */
#include "attack_mode.h"

static const struct {
    const char *name, *text;
} gauges[] = {
#define X(id, name, text) { name, text },
    ATTACK_GAUGES(X)
#undef X
        { "order", "" },
};

const char *attack_gauge_name(attack_gauge_e gauge)
{
    return gauges[gauge < ATTACK_GAUGE_COUNT ? gauge : ATTACK_GAUGE_COUNT].name;
}

const char *attack_gauge_text(attack_gauge_e gauge)
{
    return gauges[gauge < ATTACK_GAUGE_COUNT ? gauge : ATTACK_GAUGE_COUNT].text;
}

/* @return the first gauge whose value is at least quarters/4 of its bound, or
 *         ATTACK_GAUGE_COUNT */
static attack_gauge_e reached(const attack_rules_t *rules,
                              const attack_sample_t *sample, int64_t quarters)
{
    int i;

    for (i = 0; i < ATTACK_GAUGE_COUNT; i++) {
        int64_t bound = rules->bound[i];

        if (bound > 0 && sample->value[i] >= bound - bound / 4 * (4 - quarters)
            && sample->value[i] > 0) {
            return (attack_gauge_e)i;
        }
    }
    return ATTACK_GAUGE_COUNT;
}

static attack_change_e begin(attack_state_t *state, attack_gauge_e reason,
                             int64_t now_us)
{
    state->active = 1;
    state->reason = reason;
    state->since_us = state->restless_us = now_us;
    return ATTACK_BEGUN;
}

static attack_change_e end(attack_state_t *state)
{
    state->active = 0;
    return ATTACK_OVER;
}

/* A clock that was set back, or forward by more than an hour, makes the calm
 * time begin anew. */
static int is_calm_for_long(attack_state_t *state, const attack_rules_t *rules,
                            int64_t now_us)
{
    int64_t since = state->restless_us;

    if (since > now_us
        || now_us - since > rules->calm_us + INT64_C(3600000000)) {
        state->restless_us = now_us;
        return 0;
    }
    return now_us - since >= rules->calm_us;
}

static attack_change_e by_gauges(attack_state_t *state,
                                 const attack_rules_t *rules,
                                 const attack_sample_t *sample, int64_t now_us)
{
    attack_gauge_e reason;

    if (!state->active) {
        reason = reached(rules, sample, 4);
        return reason == ATTACK_GAUGE_COUNT ? ATTACK_AS_BEFORE
                                            : begin(state, reason, now_us);
    }
    if (reached(rules, sample, 3) != ATTACK_GAUGE_COUNT) {
        state->restless_us = now_us;
        return ATTACK_AS_BEFORE;
    }
    return is_calm_for_long(state, rules, now_us) ? end(state)
                                                  : ATTACK_AS_BEFORE;
}

attack_change_e attack_mode_step(attack_state_t *state,
                                 const attack_rules_t *rules,
                                 const attack_sample_t *sample, int64_t now_us)
{
    switch (state->order) {
    case ATTACK_ALWAYS:
        if (!state->active) {
            return begin(state, ATTACK_GAUGE_COUNT, now_us);
        }
        state->restless_us = now_us;
        return ATTACK_AS_BEFORE;
    case ATTACK_NEVER:
        return state->active ? end(state) : ATTACK_AS_BEFORE;
    default:
        return by_gauges(state, rules, sample, now_us);
    }
}
