/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* concurrency_limit_test.c: the limit finds what a member can do, follows when
 * that changes, and stays where nothing is known. */
#include "unit.h"

#include "overload/concurrency_limit.c"

static const concurrency_rules_t rules = {
    .min = 2,
    .max = 500,
    .start = 20,
    .tolerance_percent = 150,
    .measure_every = 50,
    .window_samples = 20,
    .window_us = 50000,
};

/* A member that serves so many requests at once in so much time; what is more
 * waits.  Requests are as many as the limit and the demand allow. */
typedef struct {
    uint32_t workers, service_us, demand;
    uint32_t failed_percent;
} member_model_t;

static uint32_t random_state = 7;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)random_state * limit >> 32);
}

/* Plays windows of steady load; what one takes follows from Little's law, with
 * a fifth of jitter.  @return the mean limit of the last half */
static double run(concurrency_limit_t *limit, const member_model_t *model,
                  uint32_t seconds, int64_t *now_us)
{
    int64_t start_us = *now_us, end_us = start_us + seconds * 1000000LL;
    double sum = 0;
    uint32_t samples = 0;

    while (*now_us < end_us) {
        uint32_t most = concurrency_limit_now(limit, &rules);
        uint32_t in_flight = model->demand < most ? model->demand : most;
        uint64_t busy = in_flight < model->workers ? in_flight : model->workers;
        uint64_t latency = (uint64_t)model->service_us * in_flight / busy;

        latency = latency * (90 + random_below(21)) / 100;
        *limit =
            concurrency_limit_sample(*limit, &rules, (uint32_t)latency,
                                     random_below(100) < model->failed_percent,
                                     in_flight, *now_us);
        *now_us += (int64_t)(model->service_us / busy) + 1;
        if (*now_us > (start_us + end_us) / 2) {
            sum += limit->thousandths / 1000.0;
            samples++;
        }
    }
    return sum / samples;
}

typedef struct {
    const char *name;
    member_model_t model;
    uint32_t least, most; /* of the limit in the end */
} steady_case_t;

/* With a tolerance of half the base time, and room for a queue, the limit ends
 * a bit above 1.5 times what is served at once; the wait is bounded by it. */
static const steady_case_t steady_cases[] = {
    { "8 workers of 10 ms", { 8, 10000, 10000, 0 }, 8, 24 },
    { "40 workers of 10 ms", { 40, 10000, 10000, 0 }, 40, 100 },
    { "100 workers of 1 ms", { 100, 1000, 10000, 0 }, 100, 220 },
    { "4 workers of 200 ms", { 4, 200000, 10000, 0 }, 4, 13 },
    { "one worker, and two are the minimum", { 1, 5000, 10000, 0 }, 2, 7 },
    { "more than the maximum", { 2000, 10000, 10000, 0 }, 490, 500 },
    { "most requests fail", { 40, 10000, 10000, 60 }, 2, 2 },
    { "a few requests fail", { 40, 10000, 10000, 3 }, 40, 100 },
    { "little demand says nothing of more", { 1000, 10000, 5, 0 }, 18, 30 },
};

static void check_steady(void **state)
{
    const steady_case_t *row = *state;
    int64_t now_us = 0;
    concurrency_limit_t limit = concurrency_limit_start(&rules, now_us);
    double found = run(&limit, &row->model, 120, &now_us);

    if (found < row->least || found > row->most + 0.5) {
        fail_msg("the limit is %.1f, not in %u to %u", found, row->least,
                 row->most);
    }
}

/* Twice the workers, then a fourth, then twice the time for each. */
static void check_changes(void **state)
{
    member_model_t model = { 20, 10000, 10000, 0 };
    int64_t now_us = 0;
    concurrency_limit_t limit = concurrency_limit_start(&rules, now_us);
    double found = run(&limit, &model, 60, &now_us);

    (void)state;
    assert_true(found > 20 && found < 55);
    model.workers = 40;
    found = run(&limit, &model, 60, &now_us);
    assert_true(found > 40 && found < 100);
    model.workers = 10;
    found = run(&limit, &model, 60, &now_us);
    assert_true(found > 10 && found < 30);
    model.service_us = 20000;
    found = run(&limit, &model, 60, &now_us);
    assert_true(found > 10 && found < 30);
    assert_in_range(limit.base_us, 19000, 25000);
}

/* Long overload does not make the member look slower than it is. */
static void check_no_drift(void **state)
{
    member_model_t model = { 8, 10000, 10000, 0 };
    int64_t now_us = 0;
    concurrency_limit_t limit = concurrency_limit_start(&rules, now_us);
    double soon = run(&limit, &model, 60, &now_us);
    double later;

    (void)state;
    run(&limit, &model, 1800, &now_us);
    later = run(&limit, &model, 60, &now_us);
    assert_true(later < soon * 1.2 && later > soon * 0.8);
}

static void check_measuring(void **state)
{
    concurrency_limit_t limit = concurrency_limit_start(&rules, 0);

    (void)state;
    assert_int_equal(concurrency_limit_now(&limit, &rules), 5);
    limit.measuring = 0;
    assert_int_equal(concurrency_limit_now(&limit, &rules), 20);
    limit.measuring = 1;
    limit.thousandths = 2000;
    assert_int_equal(concurrency_limit_now(&limit, &rules), 2);
}

/* Too few samples, or too soon: nothing changes. */
static void check_window(void **state)
{
    concurrency_limit_t limit = concurrency_limit_start(&rules, 0);
    uint32_t i;

    (void)state;
    limit.measuring = 0;
    for (i = 0; i < 19; i++) {
        limit = concurrency_limit_sample(limit, &rules, 1000, 1, 1, 1000000);
    }
    assert_int_equal(limit.thousandths, 20000);
    limit = concurrency_limit_sample(limit, &rules, 1000, 1, 1, 1000000);
    assert_int_equal(limit.thousandths, 18000);
    for (i = 0; i < 100; i++) {
        limit = concurrency_limit_sample(limit, &rules, 1000, 1, 1, 1049999);
    }
    assert_int_equal(limit.thousandths, 18000);
}

static void check_root(void **state)
{
    uint64_t i;

    (void)state;
    for (i = 0; i < 100000; i++) {
        uint64_t root = square_root(i);

        assert_true(root * root <= i && (root + 1) * (root + 1) > i);
    }
    assert_true(square_root(UINT32_MAX) == 65535);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(steady_cases); i++) {
        unit_add(steady_cases[i].name, check_steady, &steady_cases[i]);
    }
    unit_add("the limit follows changes", check_changes, NULL);
    unit_add("the base time does not drift", check_no_drift, NULL);
    unit_add("a fourth of the limit while measuring", check_measuring, NULL);
    unit_add("windows", check_window, NULL);
    unit_add("square roots", check_root, NULL);
    return unit_run("concurrency_limit");
}
