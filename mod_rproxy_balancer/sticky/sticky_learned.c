/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_learned.c: a set-associative table of words.  Layer L0. */
#include "sticky_learned.h"

#include "../members/plan.h"

static uint64_t read_entry(const uint64_t *entry)
{
    return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

static void write_entry(uint64_t *entry, uint64_t word)
{
    __atomic_store_n(entry, word, __ATOMIC_RELAXED);
}

static uint64_t *set_of(const sticky_learned_t *table, uint64_t key)
{
    size_t set = (size_t)(key & (table->sets - 1));

    return table->entry + set * STICKY_LEARNED_SET;
}

static int is_of(uint64_t word, uint64_t key)
{
    return word != 0 && word >> 32 == key >> 32;
}

/* Seconds are counted in 16 bits: after 18 hours an entry looks new again,
 * and is as right or wrong as it was. */
static uint16_t unused_s(uint64_t word, int64_t now_s)
{
    return (uint16_t)((uint16_t)now_s - (uint16_t)word);
}

/* Its own entry; else a free one; else the one unused longest. */
static uint64_t *entry_for(uint64_t *set, uint64_t key, int64_t now_s)
{
    uint64_t *oldest = set;
    uint32_t longest = 0;
    size_t i;

    for (i = 0; i < STICKY_LEARNED_SET; i++) {
        uint64_t word = read_entry(&set[i]);
        uint32_t unused = word ? unused_s(word, now_s) : UINT32_MAX;

        if (is_of(word, key)) {
            return &set[i];
        }
        if (unused > longest) {
            longest = unused;
            oldest = &set[i];
        }
    }
    return oldest;
}

void sticky_learned_note(const sticky_learned_t *table, uint64_t key,
                         uint32_t member, int64_t now_s)
{
    uint64_t *entry = entry_for(set_of(table, key), key, now_s);
    uint64_t word =
        key >> 32 << 32 | (uint64_t)(member + 1) << 16 | (uint16_t)now_s;

    if (read_entry(entry) != word) {
        write_entry(entry, word);
    }
}

uint32_t sticky_learned_find(const sticky_learned_t *table, uint64_t key,
                             int64_t now_s)
{
    const uint64_t *set = set_of(table, key);
    size_t i;

    for (i = 0; i < STICKY_LEARNED_SET; i++) {
        uint64_t word = read_entry(&set[i]);

        if (is_of(word, key)) {
            return unused_s(word, now_s) <= table->timeout_s
                       ? (uint32_t)(word >> 16 & 0xffff) - 1
                       : PLAN_NONE;
        }
    }
    return PLAN_NONE;
}

void sticky_learned_forget(const sticky_learned_t *table, uint64_t key)
{
    uint64_t *set = set_of(table, key);
    size_t i;

    for (i = 0; i < STICKY_LEARNED_SET; i++) {
        if (is_of(read_entry(&set[i]), key)) {
            write_entry(&set[i], 0);
        }
    }
}
