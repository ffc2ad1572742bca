/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* split_test.c: shares are as the weights say, and a change of weights moves
 * no client that need not move.  Clients are numbered, hashed, and the same in
 * each run. */
#include "unit.h"

#include "routing/siphash.c"
#include "routing/split.c"

#define CLIENTS 100000

static uint64_t client_hash(uint32_t number)
{
    siphash_key_t key = { 1, 2 };

    return siphash(key, slice_make((const char *)&number, sizeof(number)));
}

static uint64_t target_id(const char *name)
{
    siphash_key_t key = { 3, 4 };

    return siphash(key, slice_str(name));
}

typedef struct {
    const char *name;
    size_t count;
    uint32_t weights[4];
} share_case_t;

/* clang-format off */
static const share_case_t share_cases[] = {
    { "shares: one target", 1, { 1 } },
    { "shares: halves", 2, { 50, 50 } },
    { "shares: 90 and 10", 2, { 90, 10 } },
    { "shares: 99 and 1", 2, { 99, 1 } },
    { "shares: 1 and 99", 2, { 1, 99 } },
    { "shares: one off", 3, { 60, 0, 40 } },
    { "shares: any sum", 3, { 3, 2, 1 } },
    { "shares: four", 4, { 40, 30, 20, 10 } },
    { "shares: the largest weights", 2,
      { SPLIT_WEIGHT_MAX, SPLIT_WEIGHT_MAX } },
    { "shares: large and small", 2, { SPLIT_WEIGHT_MAX, 1 } },
};
/* clang-format on */

static void fill(split_target_t *targets, const uint32_t *weights, size_t count)
{
    static const char *const names[] = { "blue", "green", "red", "grey" };
    size_t i;

    for (i = 0; i < count; i++) {
        targets[i].id = target_id(names[i]);
        targets[i].weight = weights[i];
    }
}

/* Within five standard deviations of CLIENTS draws. */
static void assert_share(size_t got, double share)
{
    double expect = CLIENTS * share;
    double variance = expect * (1 - share);
    double off = (double)got - expect;

    if (off * off > 25 * variance + 1e-9) {
        print_error("got %zu, expected about %.0f\n", got, expect);
    }
    assert_true(off * off <= 25 * variance + 1e-9);
}

static void check_shares(void **state)
{
    const share_case_t *row = *state;
    split_target_t targets[4];
    size_t chosen[4] = { 0 }, i;
    double sum = 0;

    fill(targets, row->weights, row->count);
    for (i = 0; i < CLIENTS; i++) {
        size_t pick = split_pick(targets, row->count, client_hash((uint32_t)i));

        assert_true(pick < row->count);
        chosen[pick]++;
    }
    for (i = 0; i < row->count; i++) {
        sum += row->weights[i];
    }
    for (i = 0; i < row->count; i++) {
        assert_share(chosen[i], row->weights[i] / sum);
    }
}

/* How many clients go from where to where between two sets of weights. */
static void count_moves(const uint32_t *before, const uint32_t *after,
                        size_t count, size_t moves[4][4])
{
    split_target_t old[4], new[4];
    uint32_t i;

    memset(moves, 0, 16 * sizeof(moves[0][0]));
    fill(old, before, count);
    fill(new, after, count);
    for (i = 0; i < CLIENTS; i++) {
        uint64_t client = client_hash(i);

        moves[split_pick(old, count, client)][split_pick(new, count, client)]++;
    }
}

typedef struct {
    const char *name;
    size_t count;
    uint32_t before[4], after[4];
    double moved;        /* share of the clients */
    unsigned may_change; /* bits: from or to these targets only */
    int to_them;
} move_case_t;

/* clang-format off */
static const move_case_t move_cases[] = {
    { "moves: none without a change", 3, { 5, 3, 2 }, { 5, 3, 2 }, 0, 0, 0 },
    { "moves: none if all are scaled", 3, { 5, 3, 2 }, { 50, 30, 20 }, 0, 0,
      0 },
    { "moves: a canary grows by a tenth", 2, { 90, 10 }, { 80, 20 }, 0.1, 2,
      1 },
    { "moves: a canary is taken back", 2, { 90, 10 }, { 100, 0 }, 0.1, 2, 0 },
    { "moves: one raised takes from all", 3, { 1, 1, 1 }, { 1, 1, 2 }, 1.0 / 6,
      4, 1 },
    { "moves: one added", 4, { 1, 1, 1, 0 }, { 1, 1, 1, 1 }, 0.25, 8, 1 },
    { "moves: the middle one removed", 3, { 1, 1, 1 }, { 1, 0, 1 }, 1.0 / 3, 2,
      0 },
    { "moves: the first one lowered", 3, { 2, 1, 1 }, { 1, 1, 1 }, 1.0 / 6, 1,
      0 },
};
/* clang-format on */

static void check_moves(void **state)
{
    const move_case_t *row = *state;
    size_t moves[4][4], from, to, moved = 0;

    count_moves(row->before, row->after, row->count, moves);
    for (from = 0; from < row->count; from++) {
        for (to = 0; to < row->count; to++) {
            size_t changed = row->to_them ? to : from;

            if (from == to) {
                continue;
            }
            if (!(row->may_change >> changed & 1)) {
                assert_int_equal(moves[from][to], 0);
            }
            moved += moves[from][to];
        }
    }
    assert_share(moved, row->moved);
}

static void check_order(void **state)
{
    static const uint32_t weights[4] = { 4, 3, 2, 1 };
    split_target_t forward[4], backward[4];
    uint32_t i;

    (void)state;
    fill(forward, weights, 4);
    for (i = 0; i < 4; i++) {
        backward[i] = forward[3 - i];
    }
    for (i = 0; i < CLIENTS; i++) {
        uint64_t client = client_hash(i);

        assert_int_equal(split_pick(forward, 4, client),
                         3 - split_pick(backward, 4, client));
    }
}

static void check_none(void **state)
{
    static const split_target_t off[] = { { 1, 0 }, { 2, 0 } };

    (void)state;
    assert_int_equal(split_pick(off, 2, 42), SPLIT_NONE);
    assert_int_equal(split_pick(NULL, 0, 42), SPLIT_NONE);
}

/* Any hash has a place, also where the logarithm has its ends. */
static void check_ends(void **state)
{
    static const uint32_t weights[2] = { 1, SPLIT_WEIGHT_MAX };
    split_target_t targets[2];

    (void)state;
    fill(targets, weights, 2);
    assert_true(split_pick(targets, 2, 0) < 2);
    assert_true(split_pick(targets, 2, UINT64_MAX) < 2);
    assert_true(split_pick(targets, 2, scatter(targets[0].id)) < 2);
    assert_int_equal(minus_log2(1), (uint64_t)64 << FRACTION_BITS);
    assert_int_equal(minus_log2((uint64_t)1 << 63),
                     (uint64_t)1 << FRACTION_BITS);
    assert_true(minus_log2(UINT64_MAX) <= 4);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(share_cases); i++) {
        unit_add(share_cases[i].name, check_shares, &share_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(move_cases); i++) {
        unit_add(move_cases[i].name, check_moves, &move_cases[i]);
    }
    unit_add("the order of targets does not matter", check_order, NULL);
    unit_add("all weights 0", check_none, NULL);
    unit_add("the ends of the scale", check_ends, NULL);
    return unit_run("split");
}
