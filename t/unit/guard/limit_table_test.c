/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_table_test.c: rates right to the request, keys that displace each
 * other, clocks that jump, and many processes at once. */
#include "unit.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limits/limit_table.c"
#include "limits/rate.c"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define YEAR (365 * 24 * 60 * MINUTE)
#define NOON (INT64_C(1790000000) * SECOND)

static const rate_rule_t five_a_minute = { 5, 60 * 1000000, 10 };

/* ---- rates ---- */

typedef struct {
    const char *name;
    rate_rule_t rule;
    uint32_t cost;
    uint32_t at_once; /* so many pass at first */
    int64_t then_us;  /* the next one passes after so long, not before */
} rate_case_t;

/* clang-format off */
static const rate_case_t rates[] = {
    { "5 a minute, 10 at once", { 5, 60000000, 10 }, 1, 11, 12 * SECOND },
    { "1 a second", { 1, 1000000, 0 }, 1, 1, SECOND },
    { "1,000 a second", { 1000, 1000000, 0 }, 1, 1, 1000 },
    { "1,000 a second, 999 more", { 1000, 1000000, 999 }, 1, 1000, 1000 },
    { "3 a second", { 3, 1000000, 2 }, 1, 3, 333334 },
    { "7 a day", { 7, 86400000000, 6 }, 1, 7, 12342857143 },
    { "1 a year", { 1, 31536000000000, 0 }, 1, 1, YEAR },
    { "a million a second", { 1000000, 1000000, 9 }, 1, 10, 1 },
    { "bytes: 100 KB a second in pieces of 1,000", { 100000, 1000000, 9999 },
      1000, 10, 10000 },
    { "a cost that never fits", { 1, 1000000, 3 }, 5, 0, -1 },
};
/* clang-format on */

static void check_rate(void **state)
{
    const rate_case_t *row = *state;
    uint64_t until = rate_now(&row->rule, NOON);
    uint32_t passed = 0;
    rate_t out;

    while (passed <= row->at_once) {
        out = rate_decide(&row->rule, until, rate_now(&row->rule, NOON),
                          row->cost);
        if (!out.allowed) {
            break;
        }
        until = out.until;
        passed++;
    }
    assert_int_equal(passed, row->at_once);
    if (row->then_us < 0) {
        return;
    }
    assert_false(out.allowed);
    /* the unit is 1/256 of an interval: it may be found so much too late */
    assert_true(out.retry_us <= (uint64_t)row->then_us + 1);
    assert_true(out.retry_us + row->then_us / 128 + 1
                >= (uint64_t)row->then_us);
    assert_false(rate_decide(&row->rule, until,
                             rate_now(&row->rule, NOON + row->then_us
                                                      - row->then_us / 128 - 1),
                             row->cost)
                     .allowed);
    assert_true(rate_decide(&row->rule, until,
                            rate_now(&row->rule, NOON + row->then_us
                                                     + row->then_us / 256 + 1),
                            row->cost)
                    .allowed);
}

/* Asked as often as one likes, for an hour: so many pass, not one more. */
static void check_long_run(void **state)
{
    uint64_t until = rate_now(&five_a_minute, NOON);
    int64_t now;
    int passed = 0;

    (void)state;
    for (now = NOON; now < NOON + 60 * MINUTE; now += 77777) {
        rate_t out = rate_decide(&five_a_minute, until,
                                 rate_now(&five_a_minute, now), 1);

        passed += out.allowed;
        until = out.until;
    }
    assert_in_range(passed, 11 + 299, 11 + 300);
}

static void check_fields(void **state)
{
    uint64_t now = rate_now(&five_a_minute, NOON), until = now;
    rate_t out;

    (void)state;
    out = rate_decide(&five_a_minute, until, now, 0);
    assert_int_equal(out.remaining, 11);
    out = rate_decide(&five_a_minute, until, now, 1);
    assert_int_equal(out.remaining, 10);
    out = rate_decide(&five_a_minute, out.until, now, 10);
    assert_int_equal(out.remaining, 0);
    out = rate_decide(&five_a_minute, out.until, now, 2);
    assert_false(out.allowed);
    assert_int_equal(out.retry_us, 24 * SECOND);
}

/* A clock set back by years, or forward, never locks a key out for longer
 * than its own requests could have. */
static void check_clock(void **state)
{
    static const int64_t jumps[] = { -YEAR, -MINUTE * 60, YEAR, 7 * YEAR };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(jumps); i++) {
        uint64_t now = rate_now(&five_a_minute, NOON), until = now;
        int k;

        for (k = 0; k < 11; k++) {
            until = rate_decide(&five_a_minute, until, now, 1).until;
        }
        now = rate_now(&five_a_minute, NOON + jumps[i]);
        assert_true(rate_decide(&five_a_minute, until, now, 1).allowed);
    }
}

/* Who looked at the clock a moment before the others, and comes behind them,
 * frees nobody. */
static void check_late(void **state)
{
    static const rate_rule_t rules[] = {
        { 5, 60 * 1000000, 10 },
        { 100, 1000000, 200 },
        { 1, 86400 * INT64_C(1000000), 0 },
        { 10000, 1000000, 20 },
    };
    static const int64_t late[] = { 1, 1000, 20000, SECOND };
    size_t i, k;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rules); i++) {
        const rate_rule_t *rule = &rules[i];
        uint64_t until = rate_now(rule, NOON);
        uint32_t n;

        for (n = 0; n <= rule->burst; n++) {
            until = rate_decide(rule, until, rate_now(rule, NOON), 1).until;
        }
        for (k = 0; k < UNIT_COUNT(late); k++) {
            assert_false(
                rate_decide(rule, until, rate_now(rule, NOON - late[k]), 1)
                    .allowed);
        }
        assert_true(
            rate_decide(rule, until, rate_now(rule, NOON - 60 * MINUTE), 1)
                .allowed);
    }
}

/* ---- the table ---- */

static uint64_t *memory;

static limit_table_t make_table(uint32_t sets)
{
    limit_table_t table = { NULL, sets };

    if (memory) {
        munmap(memory, limit_table_room(1024));
    }
    memory = mmap(NULL, limit_table_room(1024), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    table.entry = memory;
    return table;
}

static uint64_t hash_of(uint64_t n)
{
    n = (n ^ n >> 31) * UINT64_C(0x7fb5d329728ea185);
    n = (n ^ n >> 27) * UINT64_C(0x81dadef4bc2dd44d);
    return n ^ n >> 33;
}

static int take(const limit_table_t *table, uint64_t key, int64_t now)
{
    return limit_table_take(table, &five_a_minute, hash_of(key), now, 1)
        .rate.allowed;
}

static void check_keys_apart(void **state)
{
    limit_table_t table = make_table(1024);
    int key, i;

    (void)state;
    for (i = 0; i < 11; i++) {
        for (key = 1; key <= 1000; key++) {
            assert_true(take(&table, (uint64_t)key, NOON));
        }
    }
    for (key = 1; key <= 1000; key++) {
        assert_false(take(&table, (uint64_t)key, NOON));
    }
    assert_in_range(limit_table_known(&table, &five_a_minute, NOON, 1024), 1000,
                    1000);
    assert_int_equal(limit_table_known(&table, &five_a_minute,
                                       NOON + 3 * MINUTE, 1024),
                     0);
}

static void check_look(void **state)
{
    limit_table_t table = make_table(1024);
    int i;

    (void)state;
    for (i = 0; i < 20; i++) {
        assert_true(
            limit_table_look(&table, &five_a_minute, hash_of(1), NOON, 1)
                .rate.allowed);
    }
    for (i = 0; i < 11; i++) {
        take(&table, 1, NOON);
    }
    assert_false(limit_table_look(&table, &five_a_minute, hash_of(1), NOON, 1)
                     .rate.allowed);
}

/* What was decided holds as long as nobody else has charged that key. */
static void check_settle(void **state)
{
    limit_table_t table = make_table(1024);
    limit_table_result_t looked;

    (void)state;
    looked = limit_table_look(&table, &five_a_minute, hash_of(1), NOON, 1);
    assert_false(limit_table_settle(&looked, hash_of(1))); /* it is new */
    take(&table, 1, NOON);
    looked = limit_table_look(&table, &five_a_minute, hash_of(1), NOON, 10);
    assert_true(looked.rate.allowed);
    assert_true(limit_table_settle(&looked, hash_of(1)));
    assert_false(limit_table_settle(&looked, hash_of(1)));
    assert_false(take(&table, 1, NOON));
    looked = limit_table_look(&table, &five_a_minute, hash_of(1),
                              NOON + 24 * SECOND, 1);
    assert_true(take(&table, 1, NOON + 24 * SECOND));
    assert_false(limit_table_settle(&looked, hash_of(1)));
    assert_true(take(&table, 1, NOON + 24 * SECOND));
    assert_false(take(&table, 1, NOON + 24 * SECOND));
}

static void check_give_back(void **state)
{
    limit_table_t table = make_table(1024);
    int i;

    (void)state;
    for (i = 0; i < 11; i++) {
        assert_true(take(&table, 1, NOON));
    }
    assert_false(take(&table, 1, NOON));
    limit_table_give_back(&table, &five_a_minute, hash_of(1), NOON, 1);
    assert_true(take(&table, 1, NOON));
    assert_false(take(&table, 1, NOON));
    limit_table_give_back(&table, &five_a_minute, hash_of(2), NOON, 1);
    assert_true(take(&table, 2, NOON));
    limit_table_give_back(&table, &five_a_minute, hash_of(2), NOON, 1000);
    assert_int_equal(limit_table_look(&table, &five_a_minute, hash_of(2), NOON,
                                      0)
                         .rate.remaining,
                     11);
}

/* Who used up his share is not forgotten for a flood of others. */
static void check_flood(void **state)
{
    limit_table_t table = make_table(16);
    uint64_t displaced = 0, key;
    int i;

    (void)state;
    for (i = 0; i < 11; i++) {
        assert_true(take(&table, 1, NOON));
    }
    for (key = 2; key < 100000; key++) {
        limit_table_result_t out =
            limit_table_take(&table, &five_a_minute, hash_of(key),
                             NOON + (int64_t)key, 1);

        assert_true(out.rate.allowed);
        displaced += (uint64_t)out.displaced;
    }
    assert_true(displaced > 90000);
    assert_false(take(&table, 1, NOON + 100000));
}

static void check_sets(void **state)
{
    (void)state;
    assert_int_equal(limit_table_sets(0), 1);
    assert_int_equal(limit_table_sets(8), 1);
    assert_int_equal(limit_table_sets(9), 2);
    assert_int_equal(limit_table_sets(1000000), 131072);
}

/* 5 a second, 2 at once, and who would wait a second at most waits: each gets
 * a time of its own, 200 ms apart. */
static void check_queue(void **state)
{
    rate_rule_t rule = { 5, SECOND, 1, 0 };
    limit_table_t table = make_table(1);
    limit_table_result_t out;
    uint64_t n;

    (void)state;
    rule.queue = rate_queue(&rule, SECOND);
    assert_int_equal(rule.queue, 5 * RATE_UNITS);
    for (n = 0; n < 7; n++) {
        out = limit_table_take(&table, &rule, 7, NOON, 1);
        assert_true(out.rate.allowed);
        assert_int_equal(out.rate.wait_us, n < 2 ? 0 : (n - 1) * 200000);
        assert_int_equal(out.rate.remaining, n < 2 ? 1 - n : 0);
    }
    out = limit_table_take(&table, &rule, 7, NOON, 1);
    assert_false(out.rate.allowed);
    assert_int_equal(out.rate.retry_us, 200000);
    out = limit_table_take(&table, &rule, 7, NOON + 300000, 1);
    assert_true(out.rate.allowed);
    assert_in_range(out.rate.wait_us, 899000, 901000);
}

/* Less than one request may wait: one that comes nearly in time. */
static void check_short_queue(void **state)
{
    rate_rule_t rule = { 1, MINUTE, 0, 0 };
    limit_table_t table = make_table(1);

    (void)state;
    rule.queue = rate_queue(&rule, 15 * SECOND);
    assert_int_equal(rule.queue, RATE_UNITS / 4);
    assert_true(limit_table_take(&table, &rule, 7, NOON, 1).rate.allowed);
    assert_false(
        limit_table_take(&table, &rule, 7, NOON + 44 * SECOND, 1).rate.allowed);
    assert_true(
        limit_table_take(&table, &rule, 7, NOON + 46 * SECOND, 1).rate.allowed);
    assert_int_equal(rate_queue(&rule, 0), 0);
    assert_int_equal(rate_queue(&rule, INT64_MAX), RATE_QUEUE_MAX);
}

/* Four processes ask for the same 100 keys: to each key as many pass as to one
 * process alone. */
static void check_processes(void **state)
{
    enum {
        PROCESSES = 4,
        KEYS = 100,
        EACH = 30
    };
    limit_table_t table = make_table(1024);
    uint64_t *passed = table.entry + 1000 * LIMIT_TABLE_SET;
    int i, k, n;

    (void)state;
    table.sets = 512;
    for (i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            for (n = 0; n < EACH; n++) {
                for (k = 0; k < KEYS; k++) {
                    if (take(&table, (uint64_t)k + 1, NOON)) {
                        __atomic_fetch_add(&passed[k % 8], 1, __ATOMIC_RELAXED);
                    }
                }
            }
            _exit(0);
        }
    }
    for (i = 0; i < PROCESSES; i++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    for (i = n = 0; i < 8; i++) {
        n += (int)passed[i];
    }
    assert_int_equal(n, 11 * KEYS);
}

static void check_forget(void **state)
{
    limit_table_t table = make_table(1024);
    int i;

    (void)state;
    for (i = 0; i < 12; i++) {
        take(&table, 1, NOON);
    }
    assert_true(limit_table_forget(&table, hash_of(1)));
    assert_true(limit_table_look(&table, &five_a_minute, hash_of(1), NOON, 1)
                    .rate.allowed);
    assert_false(limit_table_forget(&table, hash_of(1)));
}

/* What several servers have let through together. */
static int64_t retry_after(const limit_table_t *table, const rate_rule_t *rule,
                           int64_t now)
{
    limit_table_result_t out =
        limit_table_look(table, rule, hash_of(1), now, 1);

    return out.rate.allowed ? 0 : (int64_t)out.rate.retry_us;
}

static void check_raise(void **state)
{
    rate_rule_t rule = five_a_minute;
    limit_table_t table = make_table(8);
    uint64_t most;

    (void)state;
    rule.debt = 100 * RATE_UNITS;
    most = rate_ahead_most(&rule);
    assert_int_equal(most, 111 * RATE_UNITS);
    /* a key that this server has not seen, half full elsewhere */
    limit_table_raise(&table, &rule, hash_of(1), NOON, 6 * RATE_UNITS, 0);
    assert_int_equal(limit_table_look(&table, &rule, hash_of(1), NOON, 0)
                         .rate.remaining,
                     5);
    /* less than is known here changes nothing */
    assert_true(
        limit_table_take(&table, &rule, hash_of(1), NOON, 2).rate.allowed);
    limit_table_raise(&table, &rule, hash_of(1), NOON, 7 * RATE_UNITS, 0);
    assert_int_equal(limit_table_look(&table, &rule, hash_of(1), NOON, 0)
                         .rate.remaining,
                     3);
    /* of a moment before: what was since forgotten stays so */
    limit_table_raise(&table, &rule, hash_of(1), NOON + 24 * SECOND,
                      8 * RATE_UNITS, 24 * SECOND);
    assert_int_equal(limit_table_look(&table, &rule, hash_of(1),
                                      NOON + 24 * SECOND, 0)
                         .rate.remaining,
                     5);
    /* of long ago */
    limit_table_raise(&table, &rule, hash_of(2), NOON, most, INT64_MAX);
    limit_table_raise(&table, &rule, hash_of(2), NOON, most, 1332 * SECOND);
    assert_int_equal(limit_table_look(&table, &rule, hash_of(2), NOON, 0)
                         .rate.remaining,
                     11);
    limit_table_raise(&table, &rule, hash_of(2), NOON, most, 1331 * SECOND);
    assert_int_equal(limit_table_look(&table, &rule, hash_of(2), NOON, 0)
                         .rate.remaining,
                     10);
    /* a debt is made up for, all of it */
    limit_table_raise(&table, &rule, hash_of(1), NOON, most, 0);
    assert_int_equal(retry_after(&table, &rule, NOON), 101 * 12 * SECOND);
    assert_int_equal(retry_after(&table, &rule, NOON + 600 * SECOND),
                     51 * 12 * SECOND);
    assert_int_equal(retry_after(&table, &rule, NOON + 1212 * SECOND), 0);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(rates); i++) {
        unit_add(rates[i].name, check_rate, &rates[i]);
    }
    unit_add("for an hour, as often as one likes", check_long_run, NULL);
    unit_add("what is left", check_fields, NULL);
    unit_add("a clock that jumps", check_clock, NULL);
    unit_add("a clock that was looked at a moment before", check_late, NULL);
    unit_add("keys do not share", check_keys_apart, NULL);
    unit_add("looking changes nothing", check_look, NULL);
    unit_add("what was looked at is taken", check_settle, NULL);
    unit_add("what is given back", check_give_back, NULL);
    unit_add("a key that begins anew", check_forget, NULL);
    unit_add("what other servers have counted", check_raise, NULL);
    unit_add("a flood of new keys", check_flood, NULL);
    unit_add("who waits", check_queue, NULL);
    unit_add("who waits less than a turn", check_short_queue, NULL);
    unit_add("sets", check_sets, NULL);
    unit_add("several processes", check_processes, NULL);
    return unit_run("limit table");
}
