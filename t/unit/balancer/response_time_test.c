/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* response_time_test.c: up at once, down by halves. */
#include "unit.h"

#include "members/response_time.c"

typedef struct {
    const char *name;
    uint32_t average_us, sample_us;
    uint64_t elapsed_us;
    uint32_t expect;
} next_case_t;

/* A half-life of 1000 us. */
static const next_case_t next_cases[] = {
    { "the first one", 0, 500, 0, 500 },
    { "a slower one counts at once", 500, 9000, 0, 9000 },
    { "a faster one at the same time does not", 9000, 500, 0, 9000 },
    { "after a half-life half", 9000, 1000, 1000, 5000 },
    { "after two a quarter", 9000, 1000, 2000, 3000 },
    { "after half of one three quarters", 9000, 1000, 500, 7000 },
    { "after a long time nothing", 9000, 1000, 1000000, 1000 },
    { "after a very long time", 9000, 1000, UINT64_MAX, 1000 },
    { "the same again", 500, 500, 100, 500 },
    { "0 counts as 1", 0, 0, 0, 1 },
    { "very long", 100, UINT32_MAX, 0, RESPONSE_TIME_MAX_US },
};

static void check_next(void **state)
{
    const next_case_t *row = *state;

    assert_int_equal(response_time_next(row->average_us, row->sample_us,
                                        row->elapsed_us, 1000),
                     row->expect);
}

static void check_fade(void **state)
{
    (void)state;
    assert_int_equal(response_time_fade(8000, 1000, 1000), 4000);
    assert_int_equal(response_time_fade(8000, 0, 1000), 8000);
    assert_int_equal(response_time_fade(8000, 1000000, 1000), 1);
    assert_int_equal(response_time_fade(1, 1000, 1000), 1);
    assert_int_equal(response_time_fade(0, 1000, 1000), 0);
}

/* In steps or at once: within 7 %, and never below the exact halving. */
static void check_steps(void **state)
{
    uint32_t rest, step;

    (void)state;
    for (rest = 0; rest <= 4000; rest += 50) {
        double exact = 1e6;
        uint32_t got = response_time_fade(1000000, rest, 1000);

        for (step = 0; step < rest; step += 50) {
            exact *= 0.9659363289248456; /* 2^(-50/1000) */
        }
        assert_true(got >= exact - 2 && got <= exact * 1.07);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(next_cases); i++) {
        unit_add(next_cases[i].name, check_next, &next_cases[i]);
    }
    unit_add("without news it fades", check_fade, NULL);
    unit_add("halving is near enough", check_steps, NULL);
    return unit_run("response_time");
}
