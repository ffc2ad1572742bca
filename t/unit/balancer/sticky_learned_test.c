/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_learned_test.c: sessions are found till they time out, and when there
 * are too many the ones unused longest go. */
#include "pool.h"

#include "sticky/sticky_learned.c"

enum {
    SETS = 64,
    ENTRIES = SETS * STICKY_LEARNED_SET
};

static uint64_t entries[ENTRIES];
static const sticky_learned_t table = { entries, SETS, 600 };

static void empty(void)
{
    memset(entries, 0, sizeof(entries));
}

static uint64_t key_of(uint64_t number)
{
    return method_scatter(number + 1);
}

static void check_found(void **state)
{
    (void)state;
    empty();
    assert_int_equal(sticky_learned_find(&table, key_of(1), 0), PLAN_NONE);
    sticky_learned_note(&table, key_of(1), 7, 0);
    assert_int_equal(sticky_learned_find(&table, key_of(1), 0), 7);
    assert_int_equal(sticky_learned_find(&table, key_of(2), 0), PLAN_NONE);
    sticky_learned_note(&table, key_of(1), 8, 0);
    assert_int_equal(sticky_learned_find(&table, key_of(1), 0), 8);
    sticky_learned_note(&table, key_of(2), MEMBERS_MAX - 1, 0);
    assert_int_equal(sticky_learned_find(&table, key_of(2), 0),
                     MEMBERS_MAX - 1);
    sticky_learned_forget(&table, key_of(1));
    assert_int_equal(sticky_learned_find(&table, key_of(1), 0), PLAN_NONE);
    assert_int_equal(sticky_learned_find(&table, key_of(2), 0),
                     MEMBERS_MAX - 1);
}

/* Also of the last number, and where generations begin anew. */
static void check_generation(void **state)
{
    const uint32_t last = MEMBERS_MAX - 1;
    uint32_t i, member;

    (void)state;
    for (i = UINT32_MAX - 5; i != 5; i++) {
        empty();
        member = sticky_learned_member(last, i);
        sticky_learned_note(&table, key_of(1), member, 65535);
        assert_int_equal(sticky_learned_find(&table, key_of(1), 65535), member);
        assert_int_equal(sticky_learned_number(member), last);
        assert_int_not_equal(member, sticky_learned_member(last, i + 1));
    }
}

/* Also where the counted seconds begin anew. */
static void check_timeout(void **state)
{
    static const int64_t starts[] = { 0, 1000, 65535 - 300, 65536, 1700000000 };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(starts); i++) {
        int64_t now_s = starts[i];

        empty();
        sticky_learned_note(&table, key_of(3), 3, now_s);
        assert_int_equal(sticky_learned_find(&table, key_of(3), now_s + 600),
                         3);
        assert_int_equal(sticky_learned_find(&table, key_of(3), now_s + 601),
                         PLAN_NONE);
        sticky_learned_note(&table, key_of(3), 3, now_s + 500);
        assert_int_equal(sticky_learned_find(&table, key_of(3), now_s + 1100),
                         3);
    }
}

/* Half as many sessions as entries: next to none is lost. */
static void check_half_full(void **state)
{
    uint32_t i, lost = 0;

    (void)state;
    empty();
    for (i = 0; i < ENTRIES / 2; i++) {
        sticky_learned_note(&table, key_of(i), i, i / 10);
    }
    for (i = 0; i < ENTRIES / 2; i++) {
        uint32_t found = sticky_learned_find(&table, key_of(i), 100);

        assert_true(found == i || found == PLAN_NONE);
        lost += found == PLAN_NONE;
    }
    assert_true(lost <= ENTRIES / 2 / 50);
}

/* Sessions in use stay, however many others come and go. */
static void check_flood(void **state)
{
    uint32_t i, lost = 0;
    int64_t now_s = 0;

    (void)state;
    empty();
    for (i = 0; i < 20 * ENTRIES; i++) {
        now_s = i / 50;
        sticky_learned_note(&table, key_of(1000000 + i), 1, now_s);
        if (i % 3 == 0) {
            sticky_learned_note(&table, key_of(i / 3 % 32), 9, now_s);
        }
    }
    for (i = 0; i < 32; i++) {
        lost += sticky_learned_find(&table, key_of(i), now_s) != 9;
    }
    assert_int_equal(lost, 0);
}

int main(void)
{
    unit_add("noted, found, changed, forgotten", check_found, NULL);
    unit_add("of whom a place was", check_generation, NULL);
    unit_add("the timeout counts from the last use", check_timeout, NULL);
    unit_add("half full", check_half_full, NULL);
    unit_add("a flood of others", check_flood, NULL);
    return unit_run("sticky_learned");
}
