/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* consistent_hash_test.c: which keys move when members come, go or fail; how
 * even the shares are; the bound on the load. */
#include "pool.h"

enum {
    KEYS = 100000
};

static uint16_t before[KEYS], after[KEYS];

static int member_of_key(uint32_t key)
{
    pool.in.hash = method_scatter((key + (uint64_t)1) << 20);
    return method_pick(&method_consistent_hash, &pool.in);
}

static void place_keys(uint16_t *member)
{
    uint32_t key;

    for (key = 0; key < KEYS; key++) {
        int picked = member_of_key(key);

        assert_true(picked >= 0);
        member[key] = (uint16_t)picked;
    }
}

/* @return how many keys moved, all of them from or to this member */
static uint32_t moved_by(uint32_t member)
{
    uint32_t moved = 0, key;

    for (key = 0; key < KEYS; key++) {
        if (before[key] != after[key]) {
            assert_true(before[key] == member || after[key] == member);
            moved++;
        }
    }
    return moved;
}

typedef struct {
    const char *name;
    uint32_t count;
    uint16_t weight; /* of the one that comes; the others have 1 */
    double tolerance;
} move_case_t;

/* A member's share is as exact as its 128 points: 9 % off in the mean. */
static const move_case_t move_cases[] = {
    { "one more of 1", 1, 1, 0.3 },
    { "one more of 4", 4, 1, 0.3 },
    { "one more of 10", 10, 1, 0.3 },
    { "one more of 100", 100, 1, 0.3 },
    { "one more of 1000", 1000, 1, 0.4 },
    { "one more of 10, twice as heavy", 10, 2, 0.3 },
    { "one more of 100, ten times as heavy", 100, 10, 0.3 },
};

/* Adding moves about 1 of n + 1 keys (by weight), all to the new member; taking
 * it away again moves the same keys back. */
static void check_moves(void **state)
{
    const move_case_t *row = *state;
    double expect = KEYS * (double)row->weight / (row->count + row->weight);
    double moved;

    pool_open(row->count, NULL);
    place_keys(before);
    pool_member(pool.count++, row->weight);
    pool_plan();
    place_keys(after);
    moved = moved_by(row->count);
    if (moved < expect * (1 - row->tolerance)
        || moved > expect * (1 + row->tolerance)) {
        fail_msg("%.0f keys moved, expected about %.0f", moved, expect);
    }
    memcpy(before, after, sizeof(before));
    pool.facts[row->count].state = MEMBER_NONE;
    pool_plan();
    place_keys(after);
    assert_int_equal(moved_by(row->count), moved);
}

/* Where a member goes and where it stood in the list do not matter. */
static void check_order(void **state)
{
    uint32_t i, key;

    (void)state;
    pool_open(20, NULL);
    place_keys(before);
    for (i = 0; i < 20; i++) {
        pool_member(i, 1);
        pool.facts[i].id = method_scatter(19 - i + (uint64_t)1000);
    }
    pool_plan();
    place_keys(after);
    for (key = 0; key < KEYS; key++) {
        assert_int_equal(after[key], 19 - before[key]);
    }
}

/* A member that is down, and the rest take over evenly; the ring is not made
 * anew.  Up again, all keys are back. */
static void check_down(void **state)
{
    uint32_t got[10] = { 0 }, key, i, all = 0;

    (void)state;
    pool_open(10, NULL);
    place_keys(before);
    pool.facts[4].state = MEMBER_DOWN;
    pool_plan();
    place_keys(after);
    moved_by(4);
    for (key = 0; key < KEYS; key++) {
        if (before[key] == 4) {
            got[after[key]]++;
            all++;
        }
    }
    assert_int_equal(got[4], 0);
    for (i = 0; i < 10; i++) {
        /* 128 arcs over 9 others: a standard deviation of a fourth */
        assert_true(i == 4 || got[i] > all / 9 / 4);
        assert_true(got[i] < all / 9 * 2);
    }
    pool.facts[4].state = MEMBER_UP;
    pool_plan();
    place_keys(after);
    assert_int_equal(moved_by(4), 0);
}

static void check_shares(void **state)
{
    static const uint16_t weights[] = { 1, 2, 3, 4, 10, 20 };
    uint32_t got[6] = { 0 }, key, i;

    (void)state;
    pool_open(6, weights);
    place_keys(before);
    for (key = 0; key < KEYS; key++) {
        got[before[key]]++;
    }
    for (i = 0; i < 6; i++) {
        double share = got[i] * 40.0 / KEYS / weights[i];

        assert_true(share > 0.6 && share < 1.5);
    }
}

/* However the keys fall, nobody has more than 1.25 times the mean. */
static void check_bound(void **state)
{
    static const uint32_t counts[] = { 2, 10, 100 };
    uint32_t c, i, request;

    (void)state;
    for (c = 0; c < UNIT_COUNT(counts); c++) {
        pool_open(counts[c], NULL);
        pool.in.bound_percent = 125;
        for (request = 0; request < 20 * counts[c]; request++) {
            int member = member_of_key(request % 3); /* all of three keys */

            assert_true(member >= 0);
            pool.in_flight[member]++;
            pool.total++;
        }
        for (i = 0; i < counts[c]; i++) {
            assert_true(pool.in_flight[i] <= 25);
        }
    }
}

/* Without load a bound moves nothing; a loaded member's keys only go away. */
static void check_bound_moves(void **state)
{
    uint32_t i;

    (void)state;
    pool_open(10, NULL);
    place_keys(before);
    pool.in.bound_percent = 125;
    place_keys(after);
    assert_int_equal(moved_by(0), 0);
    for (i = 0; i < 10; i++) {
        pool.in_flight[i] = i == 7 ? 100 : 2;
        pool.total += pool.in_flight[i];
    }
    place_keys(after);
    assert_true(moved_by(7) > KEYS / 10 / 2);
}

/* Tier and backup have rings of their own. */
static void check_levels(void **state)
{
    uint32_t key, i;

    (void)state;
    pool_open(9, NULL);
    for (i = 3; i < 9; i++) {
        pool.facts[i].tier = i < 6;
        pool.facts[i].backup = i >= 6;
    }
    pool_plan();
    place_keys(before);
    for (i = 0; i < 3; i++) {
        pool.facts[i].state = MEMBER_DOWN;
    }
    pool_plan();
    place_keys(after);
    for (key = 0; key < KEYS; key++) {
        assert_true(before[key] < 3);
        assert_true(after[key] >= 3 && after[key] < 6);
    }
}

/* A plan of more or fewer members than the ring: nothing breaks, and only
 * members of the plan are chosen. */
static void check_other_ring(void **state)
{
    const hash_ring_t *ring;
    void *memory;
    uint32_t key;

    (void)state;
    pool_open(50, NULL);
    ring = pool.in.ring;
    memory = pool.ring_memory;
    pool.ring_memory = NULL;
    pool.count = 5;
    pool.facts[3].tier = 1;
    pool_plan();
    pool.in.ring = ring;
    for (key = 0; key < 10000; key++) {
        int member = member_of_key(key);

        assert_true(member >= 0 && member < 5 && member != 3);
    }
    free(memory);
}

/* Any weights have room for their points. */
static void check_room(void **state)
{
    uint32_t round, i;

    (void)state;
    for (round = 0; round < 200; round++) {
        uint32_t count = 1 + (uint32_t)(pool_random() % 40);
        uint32_t most = 1 + (uint32_t)(pool_random() % MEMBER_WEIGHT_MAX);
        uint64_t random_state = pool.random_state;

        pool_open(count, NULL);
        pool.random_state = random_state;
        for (i = 0; i < count; i++) {
            pool.facts[i].weight = (uint16_t)(pool_random() % (most + 1));
        }
        pool_plan(); /* the sanitizer watches the end of the memory */
        assert_true(pool.in.ring->first[PLAN_LEVELS]
                    <= count * HASH_RING_POINTS_MEAN);
    }
}

/* The sort, and that looking up finds what looking through finds. */
static void check_ring(void **state)
{
    static const uint32_t counts[] = { 1, 2, 16, 300, 3000 };
    uint32_t c, i, p;

    (void)state;
    for (c = 0; c < UNIT_COUNT(counts); c++) {
        const hash_ring_t *ring;

        pool_open(counts[c], NULL);
        ring = pool.in.ring;
        assert_int_equal(ring->first[1], counts[c] * HASH_RING_POINTS);
        for (i = 1; i < ring->first[1]; i++) {
            assert_true(ring->point[i - 1] < ring->point[i]);
        }
        for (i = 0; i < 200; i++) {
            uint64_t hash = pool_random();

            p = hash_ring_find(ring, 0, hash);
            assert_true(
                ring->point[p] >= word_of(0, hash, 0)
                || (p == 0
                    && ring->point[ring->first[1] - 1] < word_of(0, hash, 0)));
            assert_true(p == 0 || ring->point[p - 1] < word_of(0, hash, 0));
        }
        assert_int_equal(hash_ring_find(ring, 0, UINT64_MAX), 0);
        assert_int_equal(hash_ring_find(ring, 0, 0), 0);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(move_cases); i++) {
        unit_add(move_cases[i].name, check_moves, &move_cases[i]);
    }
    unit_add("the order of members does not matter", check_order, NULL);
    unit_add("keys of a member that is down", check_down, NULL);
    unit_add("shares by weight", check_shares, NULL);
    unit_add("the bound holds for any keys", check_bound, NULL);
    unit_add("the bound moves only what it must", check_bound_moves, NULL);
    unit_add("levels", check_levels, NULL);
    unit_add("a ring of before a change", check_other_ring, NULL);
    unit_add("room for the points of any weights", check_room, NULL);
    unit_add("points are sorted and found", check_ring, NULL);
    return unit_run("consistent_hash");
}
