/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hash_ring.c: points drawn, then sorted in place byte by byte from the left
 * (they are evenly spread, so few bytes are needed).  Layer L0. */
#include "hash_ring.h"

#include <string.h>

enum {
    LEVEL_SHIFT = 58,
    PLACE_SHIFT = 16,
    TOP_BYTE_SHIFT = 56,
    SMALL = 24 /* so many are sorted by insertion */
};

static uint64_t word_of(uint32_t level_key, uint64_t hash, uint32_t member)
{
    uint64_t place = hash >> (64 - LEVEL_SHIFT + PLACE_SHIFT);

    return (uint64_t)level_key << LEVEL_SHIFT | place << PLACE_SHIFT | member;
}

size_t hash_ring_room(uint32_t count)
{
    return sizeof(hash_ring_t)
           + HASH_RING_POINTS_MEAN * sizeof(uint64_t) * (size_t)count;
}

/* The weight that gets HASH_RING_POINTS: a power of two, so that it rarely
 * changes when members come and go, and one that the mean weight is at most 1.9
 * times of: the usual mean, a power of two itself, is far from where it would
 * change.  All have HASH_RING_POINTS * 1.9 points in the mean, and one for
 * rounding. */
static uint32_t reference_weight(const member_facts_t *facts, uint32_t count)
{
    uint64_t sum = 0, reference = 1;
    uint32_t weighing = 0, i;

    for (i = 0; i < count; i++) {
        if (facts[i].state != MEMBER_NONE && facts[i].weight) {
            sum += facts[i].weight;
            weighing++;
        }
    }
    while (reference * weighing * 19 < sum * 10) {
        reference *= 2;
    }
    return (uint32_t)reference;
}

static uint32_t add_points(hash_ring_t *ring, uint32_t used,
                           const member_facts_t *facts, uint32_t member,
                           uint32_t points, uint32_t zone)
{
    uint32_t key = plan_level_key(facts, zone), i;

    for (i = 0; i < points; i++) {
        uint64_t hash =
            method_scatter(facts->id + (i + (uint64_t)1) * 0x9e3779b97f4a7c15u);

        ring->point[used++] = word_of(key, hash, member);
    }
    return used;
}

static void sort_few(uint64_t *words, size_t count)
{
    size_t i, j;

    for (i = 1; i < count; i++) {
        uint64_t word = words[i];

        for (j = i; j > 0 && words[j - 1] > word; j--) {
            words[j] = words[j - 1];
        }
        words[j] = word;
    }
}

/* By the byte at shift, each word is swapped to where its byte's words go. */
static void sort(uint64_t *words, size_t count, int shift)
{
    size_t next[256], end[256], at = 0;
    int byte;
    size_t i;

    if (count <= SMALL || shift < 0) {
        sort_few(words, count);
        return;
    }
    memset(end, 0, sizeof(end));
    for (i = 0; i < count; i++) {
        end[words[i] >> shift & 255]++;
    }
    for (byte = 0; byte < 256; byte++) {
        next[byte] = at;
        at += end[byte];
        end[byte] = at;
    }
    for (byte = 0; byte < 256; byte++) {
        while (next[byte] < end[byte]) {
            uint64_t word = words[next[byte]];
            int target = (int)(word >> shift & 255);

            words[next[byte]] = words[next[target]];
            words[next[target]++] = word;
        }
    }
    for (byte = 0; byte < 256; byte++) {
        size_t from = byte ? end[byte - 1] : 0;

        sort(words + from, end[byte] - from, shift - 8);
    }
}

static void find_levels(hash_ring_t *ring, uint32_t points)
{
    uint32_t key, at = 0;

    for (key = 0; key < PLAN_LEVELS; key++) {
        ring->first[key] = at;
        while (at < points && ring->point[at] >> LEVEL_SHIFT == key) {
            at++;
        }
    }
    ring->first[PLAN_LEVELS] = at;
}

const hash_ring_t *hash_ring_make(void *memory, const member_facts_t *facts,
                                  uint32_t count, uint32_t zone)
{
    uint32_t reference = reference_weight(facts, count), used = 0, i;
    hash_ring_t *ring = memory;

    for (i = 0; i < count; i++) {
        uint32_t points = facts[i].weight * (uint32_t)HASH_RING_POINTS;

        points = (points + reference - 1) / reference;
        if (facts[i].state != MEMBER_NONE) {
            used = add_points(ring, used, &facts[i], i, points, zone);
        }
    }
    sort(ring->point, used, TOP_BYTE_SHIFT);
    find_levels(ring, used);
    return ring;
}

/* Halves without a branch, as in plan_find. */
uint32_t hash_ring_find(const hash_ring_t *ring, uint32_t level_key,
                        uint64_t hash)
{
    uint32_t first = ring->first[level_key];
    uint32_t end = ring->first[level_key + 1], left = end - first, found;
    const uint64_t *base = ring->point + first;
    uint64_t word = word_of(level_key, hash, 0);

    while (left > 1) {
        uint32_t half = left / 2;

        base = base[half - 1] < word ? base + half : base;
        left -= half;
    }
    found = (uint32_t)(base - ring->point) + (*base < word);
    return found < end ? found : first;
}
