/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* health_test.c: scripts of events and the states they lead to.
 *
 * A script: + - probe passed, failed; o x request answered, failed; ! outlier;
 * t trial taken; a l u trial answered, lost, unknown; . a second passes (and
 * the member is told so); a letter behind it says the state that must be: U D
 * E T (up, down, ejected, trial). */
#include "unit.h"

#include "health/health.c"

enum {
    SECOND_US = 1000000
};

typedef struct {
    const char *name;
    const char *script;
    int may_eject;
} script_case_t;

/* Rules: rise 2, fall 3, 3 failures in a row, 4 s ejected, to 32 s. */
static const script_case_t script_cases[] = {
    { "up at the start", "U", 1 },
    { "probes: down by the third failure", "-U-U-D", 1 },
    { "probes: one that passes starts the count anew", "-U-U+U-U-U-D", 1 },
    { "probes: up by the second success", "---D+D+U", 1 },
    { "probes: a failure starts the count anew", "---D+D-D+D+U", 1 },
    { "probes: down and up again and again", "---D++U---D++U", 1 },
    { "probes: passing while up changes nothing", "++++U--U", 1 },
    { "requests: ejected by the third failure", "xUxUxE", 1 },
    { "requests: a success starts the count anew", "xxoUxxUxE", 1 },
    { "requests: the pool can spare nobody", "xxxxxU", 0 },
    { "requests: a success later means nothing", "xxxEoE", 1 },
    { "requests: failing ones of before mean nothing", "xxxExxxE....T", 1 },
    { "an outlier is ejected", "!E", 1 },
    { "an outlier that cannot be spared", "!U", 0 },
    { "ejected for its time, then on trial", "xxxE...E.T", 1 },
    { "the trial is answered", "xxx....TtTaU", 1 },
    { "the trial is lost: ejected twice as long", "xxx....TtlE.......E.T", 1 },
    { "the trial of one that cannot be spared is lost too", "!....TtlE", 1 },
    { "a trial's news after it is over mean nothing", "xxx....TtaUlUaU", 1 },
    { "trial without verdict: still on trial", "xxx....TtuTtaU", 1 },
    { "requests on trial mean nothing", "xxx....TxxxToT", 1 },
    { "three times: four times as long",
      "xxx....tl........tlE"
      "...............E.T",
      1 },
    { "probes fail while ejected: down", "xxxE--E-D....D++U", 1 },
    { "probes pass while ejected: still ejected", "xxxE+++E", 1 },
    { "probes fail on trial: down", "xxx....T---D", 1 },
    { "down: requests mean nothing", "---DxxxDoD!D", 1 },
    { "a trial's end while down means nothing", "xxx....Tt---DaDlD", 1 },
    { "soon again: twice as long", "xxx....taUxxxE.......E.T", 1 },
    { "after 32 s up it is forgotten",
      "xxx....taU................................xxxE...E.T", 1 },
};

static const health_rules_t rules = {
    .rise = 2,
    .fall = 3,
    .failures = 3,
    .interval_ms = 2000,
    .fast_interval_ms = 200,
    .jitter_percent = 10,
    .eject_ms = 4000,
    .eject_max_ms = 32000,
    .trial_ms = 3000,
    .slow_start_ms = 10000,
};

static health_event_e event_of(char c)
{
    static const char letters[] = "+-ox!talu.";

    assert_non_null(strchr(letters, c));
    return (health_event_e)(strchr(letters, c) - letters);
}

/* @return the member after it; *now_us goes on */
static health_t play(const char *script, int may_eject, int64_t *now_us)
{
    health_t health = health_start(*now_us);
    const char *p;

    for (p = script; *p; p++) {
        static const char states[] = "UDET";

        if (strchr(states, *p)) {
            if (health.state != strchr(states, *p) - states) {
                fail_msg("%.*s: not %s", (int)(p - script + 1), script,
                         health_state_text(health.state));
            }
            continue;
        }
        *now_us += *p == '.' ? SECOND_US : 0;
        health = health_next(health, &rules, event_of(*p), may_eject, *now_us);
    }
    return health;
}

static void check_script(void **state)
{
    const script_case_t *row = *state;
    int64_t now_us = 77;

    play(row->script, row->may_eject, &now_us);
}

static void check_reasons(void **state)
{
    static const struct {
        const char *script;
        health_reason_e reason;
    } rows[] = {
        { "", HEALTH_AT_START },
        { "---", HEALTH_PROBES_FAILED },
        { "---++", HEALTH_PROBES_PASSED },
        { "xxx", HEALTH_IN_A_ROW },
        { "!", HEALTH_OUTLIER },
        { "!....", HEALTH_TIME_OVER },
        { "!....tl", HEALTH_TRIAL_FAILED },
        { "!....ta", HEALTH_TRIAL_PASSED },
    };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        int64_t now_us = 0;
        health_t health = play(rows[i].script, 1, &now_us);

        assert_int_equal(health.reason, rows[i].reason);
        assert_true(strlen(health_reason_text(rows[i].reason)) > 0);
    }
}

/* 4, 8, 16, 32 seconds, then always 32. */
static void check_growth(void **state)
{
    static const int seconds[] = { 4, 8, 16, 32, 32, 32 };
    int64_t now_us = 0;
    health_t health = play("xxxE", 1, &now_us);
    size_t i, again;

    (void)state;
    for (i = 0; i < UNIT_COUNT(seconds); i++) {
        assert_int_equal(health.until_us - now_us, seconds[i] * SECOND_US);
        now_us = health.until_us;
        health = health_next(health, &rules, HEALTH_TIME_PASSED, 1, now_us);
        health = health_next(health, &rules, HEALTH_TRIAL_TAKEN, 1, now_us);
        health = health_next(health, &rules, HEALTH_TRIAL_LOST, 1, now_us);
    }
    for (again = 0; again < 300; again++) { /* the count has an end */
        now_us = health.until_us;
        health = health_next(health, &rules, HEALTH_TIME_PASSED, 1, now_us);
        health = health_next(health, &rules, HEALTH_TRIAL_LOST, 1, now_us);
        assert_int_equal(health.until_us - now_us, 32 * SECOND_US);
    }
}

/* One at a time; who holds it may be gone, then the next one may. */
static void check_one_trial(void **state)
{
    int64_t now_us = 0;
    health_t health = play("xxxE", 1, &now_us);

    (void)state;
    assert_false(health_trial_free(&health, health.until_us + 1));
    health = play("xxx....T", 1, &now_us);
    assert_true(health_trial_free(&health, now_us));
    health = health_next(health, &rules, HEALTH_TRIAL_TAKEN, 1, now_us);
    assert_false(health_trial_free(&health, now_us));
    assert_false(health_trial_free(&health, now_us + 3 * SECOND_US - 1));
    assert_true(health_trial_free(&health, now_us + 3 * SECOND_US));
    health = health_next(health, &rules, HEALTH_TRIAL_UNKNOWN, 1, now_us);
    assert_true(health_trial_free(&health, now_us));
}

static void check_intervals(void **state)
{
    static const struct {
        const char *script;
        uint32_t ms;
    } rows[] = {
        { "", 2000 },    { "-", 200 },    { "--", 200 },     { "-+", 2000 },
        { "---", 2000 }, { "---+", 200 }, { "---++", 2000 },
    };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        int64_t now_us = 0;
        health_t health = play(rows[i].script, 1, &now_us);
        uint32_t tenth = rows[i].ms / 10;

        assert_int_equal(health_probe_after_ms(&health, &rules, 0),
                         rows[i].ms - tenth);
        assert_int_equal(health_probe_after_ms(&health, &rules, UINT32_MAX),
                         rows[i].ms + tenth);
        assert_in_range(health_probe_after_ms(&health, &rules, 1u << 31),
                        rows[i].ms - 1, rows[i].ms + 1);
    }
}

static void check_ramp(void **state)
{
    int64_t now_us = 0;
    health_t health = play("", 1, &now_us);
    health_rules_t at_once = rules;

    (void)state;
    assert_int_equal(health_ramp_percent(&health, &rules, now_us), 100);
    health = play("---++U", 1, &now_us);
    assert_int_equal(health_ramp_percent(&health, &rules, now_us), 10);
    assert_int_equal(health_ramp_percent(&health, &rules,
                                         now_us + 5 * SECOND_US),
                     55);
    assert_int_equal(health_ramp_percent(&health, &rules,
                                         now_us + 10 * SECOND_US),
                     100);
    assert_int_equal(health_ramp_percent(&health, &rules, now_us - SECOND_US),
                     10);
    at_once.slow_start_ms = 0;
    assert_int_equal(health_ramp_percent(&health, &at_once, now_us), 100);
    assert_int_equal(health_ramp_percent(&health, &at_once, now_us - SECOND_US),
                     100);
    health = play("xxx....taU", 1, &now_us);
    assert_int_equal(health_ramp_percent(&health, &rules, now_us), 10);
}

/* What the fast way leaves out would have changed nothing. */
static void check_unmoved(void **state)
{
    static const char *const scripts[] = { "",    "x",   "xxo",   "-",
                                           "---", "xxx", "!....", "xx" };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(scripts); i++) {
        int64_t now_us = 0;
        health_t health = play(scripts[i], 1, &now_us);
        health_t next =
            health_next(health, &rules, HEALTH_REQUEST_PASSED, 1, now_us);

        assert_int_equal(health_unmoved(&health),
                         memcmp(&health, &next, sizeof(health)) == 0);
    }
}

static void check_member_state(void **state)
{
    static const struct {
        const char *script;
        member_state_e wanted, expect;
    } rows[] = {
        { "", MEMBER_UP, MEMBER_UP },
        { "", MEMBER_DRAIN, MEMBER_DRAIN },
        { "", MEMBER_MAINTENANCE, MEMBER_MAINTENANCE },
        { "---", MEMBER_UP, MEMBER_DOWN },
        { "---", MEMBER_DRAIN, MEMBER_DOWN },
        { "---", MEMBER_MAINTENANCE, MEMBER_MAINTENANCE },
        { "---", MEMBER_NONE, MEMBER_NONE },
        { "!", MEMBER_UP, MEMBER_EJECTED },
        { "!", MEMBER_DRAIN, MEMBER_DOWN },
        { "!....", MEMBER_UP, MEMBER_TRIAL },
        { "!....", MEMBER_DRAIN, MEMBER_DOWN },
        { "!....t", MEMBER_UP, MEMBER_EJECTED },
        { "!....tu", MEMBER_UP, MEMBER_TRIAL },
        { "!....t...", MEMBER_UP, MEMBER_TRIAL },
        { "!....ta", MEMBER_UP, MEMBER_UP },
    };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        int64_t now_us = 0;
        health_t health = play(rows[i].script, 1, &now_us);

        assert_string_equal(member_state_text(
                                health_member_state(&health, rows[i].wanted,
                                                    now_us)),
                            member_state_text(rows[i].expect));
    }
}

/* Any events in any order: a state has an end only where it should, counts
 * stay below their limits, and a member that keeps answering comes back. */
static void check_any_order(void **state)
{
    uint64_t random = 1;
    health_t health = health_start(0);
    int64_t now_us = 0;
    int i;

    (void)state;
    for (i = 0; i < 1000000; i++) {
        health_event_e event;

        random = random * 6364136223846793005u + 1442695040888963407u;
        event = (health_event_e)((random >> 33) % (HEALTH_TIME_PASSED + 1));
        now_us += (int64_t)((random >> 40) % (SECOND_US / 2));
        health =
            health_next(health, &rules, event, (random >> 62) != 0, now_us);
        assert_true(health.state <= HEALTH_TRIAL && health.since_us <= now_us);
        assert_true(health.streak < 3 && health.ejections <= EJECTIONS_MAX);
        assert_true((health.state == HEALTH_EJECTED && health.until_us > 0)
                    || health.state == HEALTH_TRIAL || health.until_us == 0);
    }
    for (i = 0; i < 100; i++) {
        now_us += SECOND_US;
        health = health_next(health, &rules, HEALTH_TIME_PASSED, 1, now_us);
        health = health_next(health, &rules, HEALTH_PROBE_PASSED, 1, now_us);
        health = health_next(health, &rules, HEALTH_TRIAL_ANSWERED, 1, now_us);
    }
    assert_int_equal(health.state, HEALTH_UP);
}

static void check_off(void **state)
{
    health_rules_t never = rules;
    health_t health = health_start(0);
    int i;

    (void)state;
    never.failures = 0;
    for (i = 0; i < 100000; i++) {
        health = health_next(health, &never, HEALTH_REQUEST_FAILED, 1, i);
    }
    assert_int_equal(health.state, HEALTH_UP);
    never.eject_max_ms = 0;
    health = health_next(health, &never, HEALTH_IS_OUTLIER, 1, 5);
    assert_int_equal(health.until_us, 5);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(script_cases); i++) {
        unit_add(script_cases[i].name, check_script, &script_cases[i]);
    }
    unit_add("reasons", check_reasons, NULL);
    unit_add("ejections grow to a bound", check_growth, NULL);
    unit_add("one trial at a time", check_one_trial, NULL);
    unit_add("probes: fast while changing, with jitter", check_intervals, NULL);
    unit_add("slow start", check_ramp, NULL);
    unit_add("a good request changes nothing", check_unmoved, NULL);
    unit_add("what plans are made of", check_member_state, NULL);
    unit_add("events in any order", check_any_order, NULL);
    unit_add("ejection switched off", check_off, NULL);
    return unit_run("health");
}
