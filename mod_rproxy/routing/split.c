/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* split.c: weighted rendezvous hashing in whole numbers.  Layer L0.
 *
 * With u evenly spread over (0, 1], -log(u) / weight is exponentially
 * distributed with rate weight, and the smallest of several such draws belongs
 * to each target with a chance of its weight over the sum of weights.  The base
 * of the logarithm does not matter. */
#include "split.h"

enum {
    FRACTION_BITS = 32 /* of the logarithm */
};

/* Evenly spread for inputs that differ in any bit: the finishing steps of
 * splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t scatter(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* -log2(x / 2^64) for x > 0, as a fixed-point number. */
static uint64_t minus_log2(uint64_t x)
{
    uint64_t log = 63, mantissa;
    int i;

    while (!(x >> 63)) {
        x <<= 1;
        log--;
    }
    mantissa = x >> 32; /* in [1, 2) with 31 bits behind the point */
    for (i = 0; i < FRACTION_BITS; i++) {
        mantissa = mantissa * mantissa >> 31;
        log = log << 1 | mantissa >> 32;
        mantissa >>= mantissa >> 32;
    }
    return ((uint64_t)64 << FRACTION_BITS) - log;
}

size_t split_pick(const split_target_t *targets, size_t count, uint64_t client)
{
    size_t i, best = SPLIT_NONE;
    uint64_t best_draw = 0;

    for (i = 0; i < count; i++) {
        uint64_t draw, x = scatter(client ^ scatter(targets[i].id));

        if (targets[i].weight == 0) {
            continue;
        }
        draw = minus_log2(x ? x : 1);
        /* draw / weight < best_draw / best's weight; below 2^59 either way */
        if (best == SPLIT_NONE
            || draw * targets[best].weight < best_draw * targets[i].weight) {
            best = i;
            best_draw = draw;
        }
    }
    return best;
}
