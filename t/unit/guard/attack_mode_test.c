/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* attack_mode_test.c: when an attack begins and ends, orders, and clocks that
 * jump. */
#include "unit.h"

#include "attack/attack_mode.c"

#define SECOND INT64_C(1000000)
#define NOON (INT64_C(1790000000) * SECOND)

static const attack_rules_t rules = {
    { [ATTACK_ERRORS] = 20, [ATTACK_LAG] = 100000, [ATTACK_REQUESTS] = 400 },
    60 * SECOND
};

static attack_sample_t sample(attack_gauge_e gauge, int64_t value)
{
    attack_sample_t s = { { 0 } };

    s.value[gauge] = value;
    return s;
}

/* So many steps, one a second, from *now on.  @return the last change that was
 * none, and after how many steps it came */
static attack_change_e steps(attack_state_t *state, attack_sample_t s, int n,
                             int64_t *now, int *at)
{
    attack_change_e last = ATTACK_AS_BEFORE;
    int i;

    for (i = 1; i <= n; i++) {
        attack_change_e change;

        *now += SECOND;
        change = attack_mode_step(state, &rules, &s, *now);
        if (change != ATTACK_AS_BEFORE) {
            last = change;
            *at = i;
        }
    }
    return last;
}

/* ---- each gauge ---- */

typedef struct {
    const char *name;
    attack_gauge_e gauge;
    int64_t value;
    int begins;
} gauge_case_t;

static const gauge_case_t gauge_cases[] = {
    { "errors below their bound", ATTACK_ERRORS, 19, 0 },
    { "errors at their bound", ATTACK_ERRORS, 20, 1 },
    { "lag below its bound", ATTACK_LAG, 99999, 0 },
    { "lag beyond its bound", ATTACK_LAG, 5000000, 1 },
    { "requests at their bound", ATTACK_REQUESTS, 400, 1 },
    { "a queue, which nobody looks at", ATTACK_QUEUE, 1000000, 0 },
};

static void gauge_begins(void **state)
{
    const gauge_case_t *c = *state;
    attack_state_t attack = { ATTACK_AUTO };
    int64_t now = NOON;
    int at = 0;

    assert_int_equal(steps(&attack, sample(c->gauge, c->value), 3, &now, &at),
                     c->begins ? ATTACK_BEGUN : ATTACK_AS_BEFORE);
    assert_int_equal(attack.active, c->begins);
    if (c->begins) {
        assert_int_equal(at, 1);
        assert_int_equal(attack.reason, c->gauge);
        assert_true(attack.since_us == NOON + SECOND);
    }
}

/* ---- its end ---- */

static void ends_after_the_calm_time(void **state)
{
    attack_state_t attack = { ATTACK_AUTO };
    int64_t now = NOON;
    int at = 0;

    (void)state;
    steps(&attack, sample(ATTACK_ERRORS, 50), 1, &now, &at);
    assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 14), 200, &now, &at),
                     ATTACK_OVER);
    assert_int_equal(at, 60);
    assert_int_equal(attack.active, 0);
}

static void does_not_flap(void **state)
{
    attack_state_t attack = { ATTACK_AUTO };
    int64_t now = NOON;
    int i, at = 0;

    (void)state;
    steps(&attack, sample(ATTACK_ERRORS, 50), 1, &now, &at);
    assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 15), 500, &now, &at),
                     ATTACK_AS_BEFORE);
    for (i = 0; i < 10; i++) {
        assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 0), 59, &now,
                               &at),
                         ATTACK_AS_BEFORE);
        assert_int_equal(steps(&attack, sample(ATTACK_LAG, 90000), 1, &now,
                               &at),
                         ATTACK_AS_BEFORE);
    }
    assert_int_equal(attack.active, 1);
    assert_int_equal(attack.reason, ATTACK_ERRORS);
}

/* ---- orders ---- */

static void orders(void **state)
{
    attack_state_t attack = { ATTACK_ALWAYS };
    int64_t now = NOON;
    int at = 0;

    (void)state;
    assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 0), 500, &now, &at),
                     ATTACK_BEGUN);
    assert_int_equal(attack.reason, ATTACK_GAUGE_COUNT);
    attack.order = ATTACK_AUTO;
    assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 0), 500, &now, &at),
                     ATTACK_OVER);
    assert_int_equal(at, 60);
    attack.order = ATTACK_NEVER;
    assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 99), 50, &now, &at),
                     ATTACK_AS_BEFORE);
    attack.order = ATTACK_AUTO;
    assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 99), 1, &now, &at),
                     ATTACK_BEGUN);
    attack.order = ATTACK_NEVER;
    assert_int_equal(steps(&attack, sample(ATTACK_ERRORS, 99), 9, &now, &at),
                     ATTACK_OVER);
    assert_int_equal(at, 1);
}

/* ---- clocks ---- */

static void clock_jumps(void **state)
{
    const int64_t jumps[] = { -86400 * SECOND, 86400 * SECOND };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(jumps); i++) {
        attack_state_t attack = { ATTACK_AUTO };
        int64_t now = NOON;
        int at = 0;

        steps(&attack, sample(ATTACK_LAG, 200000), 1, &now, &at);
        now += jumps[i];
        assert_int_equal(steps(&attack, sample(ATTACK_LAG, 0), 100, &now, &at),
                         ATTACK_OVER);
        assert_int_equal(at, 61);
    }
}

static void any_state_is_valid(void **state)
{
    attack_state_t attack;
    int64_t now = NOON;
    int at = 0;

    (void)state;
    memset(&attack, 0x5a, sizeof(attack));
    steps(&attack, sample(ATTACK_LAG, 0), 200, &now, &at);
    assert_int_equal(attack.active, 0);
    assert_string_equal(attack_gauge_name(attack.reason), "order");
    assert_string_equal(attack_gauge_name(ATTACK_LAG), "lag");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(gauge_cases); i++) {
        unit_add(gauge_cases[i].name, gauge_begins, &gauge_cases[i]);
    }
    unit_add("it ends after the calm time", ends_after_the_calm_time, NULL);
    unit_add("it does not flap", does_not_flap, NULL);
    unit_add("orders", orders, NULL);
    unit_add("clocks that jump", clock_jumps, NULL);
    unit_add("any state", any_state_is_valid, NULL);
    return unit_run("attack_mode");
}
