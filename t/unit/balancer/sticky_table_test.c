/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_table_test.c: from marks to members, our cookie's value, and who may
 * keep its sessions. */
#include "pool.h"

#include "routing/siphash.c"
#include "sticky/sticky_table.c"

static const siphash_key_t secret = { 11, 22 };

static uint64_t mark_of(uint32_t number)
{
    char name[32];

    snprintf(name, sizeof(name), "node%u", number);
    return sticky_mark(secret, slice_str(name));
}

static void check_table(void **state)
{
    static const uint32_t counts[] = { 0, 1, 2, 3, 100, MEMBERS_MAX };
    uint32_t c, i;

    (void)state;
    for (c = 0; c < UNIT_COUNT(counts); c++) {
        void *memory = pool_allocate(sticky_table_room(counts[c]));
        sticky_table_t *table = sticky_table_make(memory, counts[c]);

        for (i = 0; i < counts[c]; i++) {
            sticky_table_add(table, mark_of(i), i);
        }
        for (i = 0; i < counts[c]; i++) {
            assert_int_equal(sticky_table_find(table, mark_of(i)), i);
        }
        for (; i < counts[c] + 1000; i++) {
            assert_int_equal(sticky_table_find(table, mark_of(i)), PLAN_NONE);
        }
        assert_int_equal(sticky_table_find(table, 0), PLAN_NONE);
        free(memory);
    }
}

static void check_first_stays(void **state)
{
    void *memory = pool_allocate(sticky_table_room(3));
    sticky_table_t *table = sticky_table_make(memory, 3);

    (void)state;
    sticky_table_add(table, mark_of(1), 1);
    sticky_table_add(table, mark_of(1), 2);
    assert_int_equal(sticky_table_find(table, mark_of(1)), 1);
    free(memory);
}

static void check_cookie(void **state)
{
    char value[STICKY_COOKIE_LEN];
    uint32_t i;

    (void)state;
    for (i = 0; i < 1000; i++) {
        sticky_cookie_write(value, mark_of(i));
        assert_int_equal(sticky_cookie_read(slice_make(value, sizeof(value))),
                         mark_of(i));
    }
    sticky_cookie_write(value, 0x0123456789abcdefu);
    assert_memory_equal(value, "0123456789abcdef", sizeof(value));
}

/* Another secret, another value: who does not know it can make none up. */
static void check_secret(void **state)
{
    siphash_key_t other = { 11, 23 };

    (void)state;
    assert_true(mark_of(1) != sticky_mark(other, SLICE_LIT("node1")));
    assert_true(mark_of(1) == sticky_mark(secret, SLICE_LIT("node1")));
}

static void check_bad_cookies(void **state)
{
    static const char *const values[] = {
        "",
        "0123456789abcde",
        "0123456789abcdef0",
        "0123456789ABCDEF",
        "0123456789abcdeg",
        " 123456789abcdef",
        "0123456789abcde\"",
        "0000000000000000",
    };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(values); i++) {
        assert_int_equal(sticky_cookie_read(slice_str(values[i])), 0);
    }
}

static void check_admit(void **state)
{
    static const struct {
        uint8_t state;
        uint16_t weight;
        uint32_t in_flight;
        sticky_verdict_e expect;
    } rows[] = {
        { MEMBER_UP, 1, 0, STICKY_TAKES },
        { MEMBER_UP, 1, 5, STICKY_FULL },
        { MEMBER_UP, 0, 0, STICKY_TAKES },
        { MEMBER_DRAIN, 1, 4, STICKY_TAKES },
        { MEMBER_DRAIN, 1, 5, STICKY_FULL },
        { MEMBER_DOWN, 1, 0, STICKY_CLOSED },
        { MEMBER_EJECTED, 1, 0, STICKY_CLOSED },
        { MEMBER_TRIAL, 1, 0, STICKY_CLOSED },
        { MEMBER_MAINTENANCE, 1, 0, STICKY_CLOSED },
        { MEMBER_NONE, 1, 0, STICKY_CLOSED },
    };
    uint32_t i;

    (void)state;
    pool_open(UNIT_COUNT(rows), NULL);
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        pool.facts[i].state = rows[i].state;
        pool.facts[i].weight = rows[i].weight;
        pool.facts[i].max_connections = 5;
        pool.in_flight[i] = rows[i].in_flight;
    }
    pool_plan();
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        assert_int_equal(sticky_admit(pool.in.plan, &pool.load, i),
                         rows[i].expect);
    }
    assert_int_equal(sticky_admit(pool.in.plan, &pool.load, PLAN_NONE),
                     STICKY_CLOSED);
    assert_int_equal(sticky_admit(pool.in.plan, &pool.load, i), STICKY_CLOSED);
}

int main(void)
{
    unit_add("members are found by their marks", check_table, NULL);
    unit_add("the first of a mark stays", check_first_stays, NULL);
    unit_add("our cookie's value", check_cookie, NULL);
    unit_add("the secret makes the mark", check_secret, NULL);
    unit_add("values that are not ours", check_bad_cookies, NULL);
    unit_add("who takes its sessions", check_admit, NULL);
    return unit_run("sticky_table");
}
