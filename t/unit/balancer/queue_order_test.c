/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_order_test.c: the important first, nobody starves, who may wait. */
#include "unit.h"

#include "overload/queue_order.c"

enum {
    MS = 1000
};

typedef struct {
    const char *name;
    queue_class_t classes[4];
    uint32_t turn;
    int expect;
} next_case_t;

/* It is 10,000 ms; who waits 2,000 ms or more has each fourth turn. */
static const queue_rules_t rules = { 6, 2000, 4 };

/* clang-format off */
static const next_case_t next_cases[] = {
    { "nobody", { { 0, 0 } }, 0, QUEUE_NOBODY },
    { "nobody, and old times mean nothing", { { 0, 1 }, { 0, 1 } }, 0,
      QUEUE_NOBODY },
    { "the only one", { { 0, 0 }, { 0, 0 }, { 1, 9000 * MS } }, 1, 2 },
    { "the important class", { { 1, 9999 * MS }, { 9, 9000 * MS } }, 1, 0 },
    { "also if another is old", { { 1, 9999 * MS }, { 9, 1 * MS } }, 1, 0 },
    { "each fourth turn the old one", { { 1, 9999 * MS }, { 9, 1 * MS } }, 4,
      1 },
    { "the oldest of the old ones",
      { { 1, 5000 * MS }, { 1, 3000 * MS }, { 1, 2000 * MS }, { 1, 4000 * MS } },
      8, 2 },
    { "not old enough", { { 1, 9999 * MS }, { 9, 8000 * MS } }, 4, 0 },
    { "just old enough", { { 1, 9999 * MS }, { 9, 8000 * MS - 1 } }, 4, 1 },
    { "the important one is the oldest", { { 1, 1 * MS }, { 9, 2 * MS } }, 4,
      0 },
};
/* clang-format on */

static void check_next(void **state)
{
    const next_case_t *row = *state;

    assert_int_equal(queue_order_next(row->classes, 4, &rules, row->turn,
                                      10000 * (int64_t)MS),
                     row->expect);
}

static void check_strict(void **state)
{
    static const queue_rules_t strict = { 6, 0, 0 };
    static const queue_class_t classes[] = { { 1, 9000 }, { 1, 0 } };
    uint32_t turn;

    (void)state;
    for (turn = 0; turn < 100; turn++) {
        assert_int_equal(queue_order_next(classes, 2, &strict, turn, 10000), 0);
    }
}

/* A member serves one request each 10 ms.  Bots come each 5 ms, a customer each
 * 20 ms; a bot waits 4 s at most.  Waits in ms. */
static void check_flood(void **state)
{
    static const queue_rules_t shop = { UINT32_MAX, 1000, 4 };
    static int64_t came[2][1 << 16];
    uint32_t head[2] = { 0 }, tail[2] = { 0 }, turn = 0, served[2] = { 0 }, c;
    int64_t now_us, worst[2] = { 0 };

    (void)state;
    for (now_us = 0; now_us < 100000 * (int64_t)MS; now_us += 5 * MS) {
        queue_class_t classes[2];
        int next;

        came[1][tail[1]++] = now_us;
        if (now_us % (20 * MS) == 0) {
            came[0][tail[0]++] = now_us;
        }
        while (head[1] < tail[1]
               && now_us - came[1][head[1]] > 4000 * (int64_t)MS) {
            head[1]++;
        }
        if (now_us % (10 * MS)) {
            continue;
        }
        for (c = 0; c < 2; c++) {
            classes[c].waiting = tail[c] - head[c];
            classes[c].oldest_us = came[c][head[c]];
        }
        next = queue_order_next(classes, 2, &shop, turn++, now_us);
        assert_true(next >= 0);
        served[next]++;
        if (now_us - came[next][head[next]] > worst[next]) {
            worst[next] = now_us - came[next][head[next]];
        }
        head[next]++;
    }
    assert_int_equal(served[0], tail[0]);
    assert_true(worst[0] <= 20 * MS);
    assert_in_range(served[1], 4900, 5000); /* what is left */
    assert_true(worst[1] > 1000 * MS);
}

/* Customers alone would fill all turns: bots still get a fourth of them. */
static void check_starving(void **state)
{
    uint32_t turn, served = 0;

    (void)state;
    for (turn = 0; turn < 4000; turn++) {
        queue_class_t classes[2] = { { 5, 9990 * MS }, { 5, 0 } };

        served +=
            queue_order_next(classes, 2, &rules, turn, 10000 * (int64_t)MS)
            == 1;
    }
    assert_int_equal(served, 1000);
}

typedef struct {
    const char *name;
    uint32_t waiting[4];
    size_t class;
    queue_admission_e expect;
    size_t victim;
} admit_case_t;

static const admit_case_t admit_cases[] = {
    { "admit: an empty queue", { 0 }, 3, QUEUE_ENTER, 9 },
    { "admit: one place left", { 1, 2, 0, 2 }, 3, QUEUE_ENTER, 9 },
    { "admit: full, the least important", { 1, 2, 0, 3 }, 3, QUEUE_REFUSE, 9 },
    { "admit: full, in the place of another",
      { 1, 2, 0, 3 },
      1,
      QUEUE_REPLACE,
      3 },
    { "admit: of the last class that waits",
      { 1, 2, 3, 0 },
      0,
      QUEUE_REPLACE,
      2 },
    { "admit: full of its own class", { 0, 6, 0, 0 }, 1, QUEUE_REFUSE, 9 },
    { "admit: full of more important ones",
      { 3, 3, 0, 0 },
      2,
      QUEUE_REFUSE,
      9 },
    { "admit: more than full", { 9, 9, 9, 9 }, 2, QUEUE_REPLACE, 3 },
};

static void check_admit(void **state)
{
    const admit_case_t *row = *state;
    queue_class_t classes[4] = { { 0, 0 } };
    size_t victim = 9, i;

    for (i = 0; i < 4; i++) {
        classes[i].waiting = row->waiting[i];
    }
    assert_int_equal(queue_order_admit(classes, 4, &rules, row->class, &victim),
                     row->expect);
    assert_int_equal(victim, row->victim);
}

static void check_retry_after(void **state)
{
    (void)state;
    assert_int_equal(queue_order_retry_after_s(0, 4, 100000), 1);
    assert_int_equal(queue_order_retry_after_s(199, 4, 100000), 6);
    assert_int_equal(queue_order_retry_after_s(10, 0, 1000000), 12);
    assert_int_equal(queue_order_retry_after_s(UINT32_MAX, 1, UINT32_MAX), 120);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(next_cases); i++) {
        unit_add(next_cases[i].name, check_next, &next_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(admit_cases); i++) {
        unit_add(admit_cases[i].name, check_admit, &admit_cases[i]);
    }
    unit_add("strictly by class", check_strict, NULL);
    unit_add("a flood of bots does not hold up customers", check_flood, NULL);
    unit_add("nobody starves", check_starving, NULL);
    unit_add("when to come again", check_retry_after, NULL);
    return unit_run("queue_order");
}
