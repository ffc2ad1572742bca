/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary_test.c: what ends a rollout, what lets it go on, and how often chance
 * is taken for an error. */
#include "unit.h"

#include "traffic/canary.c"

enum {
    SECOND_US = 1000000
};

static const canary_rules_t rules = {
    .percent = { 1, 5, 25, 50 },
    .steps = 4,
    .step_ms = 60000,
    .min_requests = 500,
    .min_failed = 5,
    .tolerance_permille = 5,
    .latency_percent = 130,
};

typedef struct {
    const char *name;
    canary_count_t test, control;
    int seconds;
    canary_verdict_e expect;
    canary_reason_e reason;
} verdict_case_t;

static const verdict_case_t verdict_cases[] = {
    { "as good",
      { 1000, 2, 900 },
      { 9000, 20, 900 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "better",
      { 1000, 0, 100 },
      { 9000, 900, 900 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "too soon",
      { 1000, 2, 900 },
      { 9000, 20, 900 },
      59,
      CANARY_HOLD,
      CANARY_TIME },
    { "too few requests",
      { 499, 0, 900 },
      { 9000, 20, 900 },
      600,
      CANARY_HOLD,
      CANARY_REQUESTS },
    { "errors",
      { 1000, 50, 900 },
      { 9000, 20, 900 },
      60,
      CANARY_ROLL_BACK,
      CANARY_ERRORS },
    { "errors end it at once",
      { 20, 10, 900 },
      { 9000, 20, 900 },
      1,
      CANARY_ROLL_BACK,
      CANARY_ERRORS },
    { "all failed",
      { 5, 5, 0 },
      { 300, 0, 900 },
      1,
      CANARY_ROLL_BACK,
      CANARY_ERRORS },
    { "too few errors to say",
      { 4, 4, 0 },
      { 300, 0, 900 },
      1,
      CANARY_HOLD,
      CANARY_TIME },
    { "both bad",
      { 1000, 100, 900 },
      { 9000, 900, 900 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "all of both failed",
      { 1000, 1000, 900 },
      { 9000, 9000, 900 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "a little worse is borne",
      { 10000, 60, 900 },
      { 90000, 180, 900 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "by chance, perhaps",
      { 1000, 8, 900 },
      { 9000, 20, 900 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "no control",
      { 1000, 6, 900 },
      { 0, 0, 0 },
      60,
      CANARY_ROLL_BACK,
      CANARY_ERRORS },
    { "no control, no errors",
      { 1000, 5, 900 },
      { 0, 0, 0 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "slower",
      { 1000, 0, 1171 },
      { 9000, 20, 900 },
      1,
      CANARY_ROLL_BACK,
      CANARY_LATENCY },
    { "slower than it, but not by much",
      { 1000, 0, 1170 },
      { 9000, 20, 900 },
      60,
      CANARY_STEP_UP,
      CANARY_GOOD },
    { "slower, of few",
      { 499, 0, 9999 },
      { 9000, 20, 900 },
      1,
      CANARY_HOLD,
      CANARY_TIME },
    { "no request at all",
      { 0, 0, 0 },
      { 0, 0, 0 },
      600,
      CANARY_HOLD,
      CANARY_REQUESTS },
};

static void check_verdict(void **state)
{
    const verdict_case_t *row = *state;
    canary_t canary = canary_start(&rules, 5);
    canary_reason_e reason;

    assert_int_equal(canary_decide(&canary, &rules, &row->test, &row->control,
                                   5 + row->seconds * (int64_t)SECOND_US,
                                   &reason),
                     row->expect);
    assert_string_equal(canary_reason_text(reason),
                        canary_reason_text(row->reason));
}

static void check_rollout(void **state)
{
    static const canary_count_t fine = { 1000, 0, 100 };
    static const uint8_t percent[] = { 1, 5, 25, 50, 100 };
    canary_t canary = canary_start(&rules, 0);
    canary_verdict_e verdict = CANARY_HOLD;
    canary_reason_e reason;
    int64_t now_us = 0;
    uint32_t step = 0, second;

    (void)state;
    for (second = 0; second < 400; second++) {
        assert_int_equal(canary.percent, percent[step]);
        now_us += SECOND_US;
        verdict = canary_decide(&canary, &rules, &fine, &fine, now_us, &reason);
        canary = canary_next(canary, &rules, verdict, reason, now_us);
        step += verdict == CANARY_STEP_UP || verdict == CANARY_FINISH;
        assert_int_equal(step, (second + 1) / 60 < 4 ? (second + 1) / 60 : 4);
    }
    assert_int_equal(canary.ended, 1);
    assert_int_equal(canary.percent, 100);
    assert_int_equal(canary.reason, CANARY_ENDED);
}

static void check_rolled_back(void **state)
{
    static const canary_count_t bad = { 100, 50, 100 }, fine = { 1000, 0, 100 };
    canary_t canary = canary_start(&rules, 0);
    canary_reason_e reason;
    canary_verdict_e verdict =
        canary_decide(&canary, &rules, &bad, &fine, 1, &reason);

    (void)state;
    canary = canary_next(canary, &rules, verdict, reason, 1);
    assert_int_equal(canary.percent, 0);
    assert_int_equal(canary.reason, CANARY_ERRORS);
    assert_int_equal(canary_decide(&canary, &rules, &fine, &fine,
                                   1000 * (int64_t)SECOND_US, &reason),
                     CANARY_HOLD);
    assert_int_equal(reason, CANARY_ENDED);
}

static uint32_t random_state = 9;

static int chance(double probability)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state / 4294967296.0 < probability;
}

/* A rollout at one step for 600 s of 100 requests, a tenth of them to the new
 * version.  @return the second it was rolled back, or 0 */
static uint32_t simulate(double test_errors, double control_errors)
{
    canary_t canary = canary_start(&rules, 0);
    canary_count_t test = { 0, 0, 100 }, control = { 0, 0, 100 };
    canary_reason_e reason;
    uint32_t second, i;

    for (second = 1; second <= 600; second++) {
        for (i = 0; i < 100; i++) {
            canary_count_t *count = i < 10 ? &test : &control;

            count->requests++;
            count->failed +=
                (uint32_t)chance(i < 10 ? test_errors : control_errors);
        }
        if (canary_decide(&canary, &rules, &test, &control,
                          second * (int64_t)SECOND_US, &reason)
            == CANARY_ROLL_BACK) {
            return second;
        }
    }
    return 0;
}

/* Versions that are alike: of 300 rollouts with 600 looks each, few end. */
static void check_chance(void **state)
{
    static const double errors[] = { 0.001, 0.01, 0.1 };
    uint32_t e, i, ended;

    (void)state;
    for (e = 0; e < UNIT_COUNT(errors); e++) {
        for (ended = 0, i = 0; i < 300; i++) {
            ended += simulate(errors[e], errors[e]) > 0;
        }
        if (ended > 6) {
            fail_msg("%u of 300 ended at %f errors", ended, errors[e]);
        }
    }
}

/* A bad version: found soon, the sooner the worse. */
static void check_found(void **state)
{
    uint32_t i;

    (void)state;
    for (i = 0; i < 100; i++) {
        assert_in_range(simulate(0.5, 0.01), 1, 5);
        assert_in_range(simulate(0.1, 0.01), 1, 60);
        assert_in_range(simulate(0.04, 0.01), 1, 600);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(verdict_cases); i++) {
        unit_add(verdict_cases[i].name, check_verdict, &verdict_cases[i]);
    }
    unit_add("a good version, step by step", check_rollout, NULL);
    unit_add("a bad version stays off", check_rolled_back, NULL);
    unit_add("chance rarely ends a rollout", check_chance, NULL);
    unit_add("a bad version is found", check_found, NULL);
    return unit_run("canary");
}
