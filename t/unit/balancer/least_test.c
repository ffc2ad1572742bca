/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* least_test.c: least_conn, least_time and random_two choose by what is in
 * flight, by time, by weight; and what they do to members of different
 * speed. */
#include "pool.h"

typedef struct {
    const char *name;
    const method_t *method;
    uint16_t weights[4];
    uint32_t in_flight[4];
    uint32_t first_byte_us[4];
    int expect;
} least_case_t;

static const least_case_t least_cases[] = {
    { "conn: fewest",
      &method_least_conn,
      { 1, 1, 1, 1 },
      { 3, 2, 1, 4 },
      { 0 },
      2 },
    { "conn: an idle one",
      &method_least_conn,
      { 1, 1, 1, 1 },
      { 3, 2, 1, 0 },
      { 0 },
      3 },
    { "conn: for the weight",
      &method_least_conn,
      { 10, 1, 1, 1 },
      { 9, 1, 1, 1 },
      { 0 },
      0 },
    { "conn: more than the weight",
      &method_least_conn,
      { 10, 1, 2, 1 },
      { 11, 2, 2, 2 },
      { 0 },
      2 },
    { "conn: times do not matter",
      &method_least_conn,
      { 1, 1, 1, 1 },
      { 2, 1, 2, 2 },
      { 1, 900, 1, 1 },
      1 },
    { "time: shortest of idle ones",
      &method_least_time,
      { 1, 1, 1, 1 },
      { 0 },
      { 90, 80, 70, 85 },
      2 },
    { "time: times in flight",
      &method_least_time,
      { 1, 1, 1, 1 },
      { 4, 1, 0, 9 },
      { 100, 200, 450, 50 },
      1 },
    { "time: for the weight",
      &method_least_time,
      { 4, 1, 1, 1 },
      { 1, 0, 0, 0 },
      { 100, 60, 60, 60 },
      0 },
    { "time: an unknown one first",
      &method_least_time,
      { 1, 1, 1, 1 },
      { 0 },
      { 100, 100, 0, 100 },
      2 },
    { "time: but only once",
      &method_least_time,
      { 1, 1, 1, 1 },
      { 9, 9, 1, 8 },
      { 5000, 5000, 0, 5000 },
      3 },
    { "time: among unknown ones the fewest",
      &method_least_time,
      { 1, 1, 1, 1 },
      { 3, 2, 4, 5 },
      { 0 },
      1 },
};

static void check_least(void **state)
{
    const least_case_t *row = *state;
    uint32_t i;

    pool_open(4, row->weights);
    memcpy(pool.in_flight, row->in_flight, sizeof(row->in_flight));
    memcpy(pool.first_byte_us, row->first_byte_us, sizeof(row->first_byte_us));
    for (i = 0; i < 100; i++) { /* wherever the search begins */
        assert_int_equal(pool_pick(row->method), row->expect);
    }
}

/* At the limits of what is counted, the product does not wrap round. */
static void check_largest(void **state)
{
    static const uint16_t weights[] = { 1000, 1, 1000 };
    uint32_t i;

    (void)state;
    pool_open(3, weights);
    for (i = 0; i < 3; i++) {
        pool.in_flight[i] = 65000;
        pool.first_byte_us[i] = RESPONSE_TIME_MAX_US;
    }
    pool.in_flight[2]--;
    for (i = 0; i < 100; i++) {
        assert_int_equal(pool_pick(&method_least_time), 2);
        assert_int_equal(pool_pick(&method_least_conn), 2);
    }
}

/* Of very many some are looked at: good ones are found all the same. */
static void check_many(void **state)
{
    const method_t *method = *state;
    uint32_t i, idle = 0;

    pool_open(2000, NULL);
    for (i = 0; i < 2000; i++) {
        pool.first_byte_us[i] = 1000;
        pool.in_flight[i] = i % 20 ? 50 : 0;
    }
    for (i = 0; i < 5000; i++) {
        int member = pool_pick(method);

        idle += pool.in_flight[member] == 0;
    }
    assert_int_equal(idle, 5000);
}

/* The one busy member of four loses against whoever it is drawn with. */
static void check_two(void **state)
{
    (void)state;
    pool_open(4, NULL);
    pool.in_flight[1] = 5;
    pool_pick_many(&method_random_two, 10000);
    assert_int_equal(pool.picked[1], 0);
    pool.in_flight[0] = 4;
    pool.in_flight[2] = 3;
    pool_pick_many(&method_random_two, 10000);
    /* the best of all wins in half the pairs, the next in a third */
    assert_in_range(pool.picked[3], 4800, 5200);
    assert_in_range(pool.picked[2], 3100, 3560);
    assert_in_range(pool.picked[0], 1500, 1840);
}

/* ---- members of different speed ---- */

enum {
    TICKS = 200000,
    SLOTS = 8192
};

typedef struct {
    uint32_t mean_wait, worst_wait; /* of a request, ticks */
} waits_t;

/* Each tick a request arrives; member i serves one at a time, each in
 * service[i] ticks.  A request waits for those sent to its member before. */
static waits_t simulate(const method_t *method, const uint32_t *service,
                        uint32_t count)
{
    static uint32_t ends[SLOTS][8]; /* how many end at a tick, by member */
    static uint32_t wait_of[SLOTS][8];
    uint64_t free_at[8] = { 0 }, sum = 0, tick;
    waits_t waits = { 0, 0 };
    uint32_t i;

    memset(ends, 0, sizeof(ends));
    pool_open(count, NULL);
    for (tick = 0; tick < TICKS; tick++) {
        uint64_t start, wait;
        int member;

        for (i = 0; i < count; i++) {
            uint32_t *ended = &ends[tick % SLOTS][i];

            if (*ended) {
                pool.in_flight[i] -= *ended;
                pool.total -= *ended;
                *ended = 0;
                pool.first_byte_us[i] =
                    response_time_next(pool.first_byte_us[i],
                                       wait_of[tick % SLOTS][i], 100, 1000);
            }
        }
        member = pool_send(method);
        assert_true(member >= 0);
        start = free_at[member] > tick ? free_at[member] : tick;
        free_at[member] = start + service[member];
        wait = free_at[member] - tick;
        assert_true(wait < SLOTS);
        ends[free_at[member] % SLOTS][member]++;
        wait_of[free_at[member] % SLOTS][member] = (uint32_t)wait;
        sum += wait;
        waits.worst_wait =
            wait > waits.worst_wait ? (uint32_t)wait : waits.worst_wait;
    }
    waits.mean_wait = (uint32_t)(sum / TICKS);
    return waits;
}

/* Three fast members, which can just serve all, and one ten times slower,
 * which would drown with its turn of each four. */
static void check_speeds(void **state)
{
    static const uint32_t service[] = { 3, 3, 3, 30 };
    waits_t waits = simulate(*state, service, 4);
    uint32_t share = pool.in_flight[3];

    assert_true(waits.mean_wait <= 12);
    assert_true(waits.worst_wait <= 240);
    assert_true(share < 10);
}

int main(void)
{
    static const method_t *const methods[] = { &method_least_conn,
                                               &method_least_time };
    size_t i;

    for (i = 0; i < UNIT_COUNT(least_cases); i++) {
        unit_add(least_cases[i].name, check_least, &least_cases[i]);
    }
    unit_add("the largest numbers", check_largest, NULL);
    unit_add("conn: of 2000 members", check_many, methods[0]);
    unit_add("time: of 2000 members", check_many, methods[1]);
    unit_add("two: the better of each pair", check_two, NULL);
    unit_add("conn: one slow member", check_speeds, &method_least_conn);
    unit_add("time: one slow member", check_speeds, &method_least_time);
    unit_add("two: one slow member", check_speeds, &method_random_two);
    return unit_run("least");
}
