/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* open_table.c: see open_table.h.  Layer L0. */
#include "open_table.h"

#define COUNT_MASK UINT64_C(0xffff)
#define KEYS_TO_AN_ENTRY 4 /* entries for each key that is expected */

uint32_t open_table_sets(uint64_t keys)
{
    uint64_t sets = OPEN_TABLE_SETS_MIN;

    while (sets * OPEN_TABLE_SET < keys * KEYS_TO_AN_ENTRY
           && sets < UINT64_C(1) << 24) {
        sets *= 2;
    }
    return (uint32_t)sets;
}

/* The upper bits, never all 0: an entry with a count of 0 is free, and has no
 * mark either. */
static uint64_t mark_of(uint64_t hash)
{
    uint64_t mark = hash & ~COUNT_MASK;

    return mark ? mark : COUNT_MASK + 1;
}

/* Places a key may be in: its set, then the other one of the pair.  (The set is
 * chosen by bits that are part of the mark, which costs only marks.) */
static uint64_t *place(const open_table_t *table, uint64_t hash, int i)
{
    uint32_t set = (uint32_t)((hash ^ hash >> 32) & (table->sets - 1));

    set ^= (uint32_t)(i / OPEN_TABLE_SET);
    return &table->entry[(size_t)set * OPEN_TABLE_SET
                         + (size_t)(i % OPEN_TABLE_SET)];
}

enum {
    PLACES = 2 * OPEN_TABLE_SET
};

static uint64_t load(const uint64_t *entry)
{
    return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

static int swap(uint64_t *entry, uint64_t seen, uint64_t value)
{
    return __atomic_compare_exchange_n(entry, &seen, value, 0, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

/* Two threads that meet a new key at once may take two entries for it: counts
 * of a key are the sum of all its entries. */
int open_table_add(const open_table_t *table, uint64_t hash)
{
    uint64_t mark = mark_of(hash);
    int pass, i;

    for (pass = 0; pass < 2; pass++) { /* its own entry, then a free one */
        for (i = 0; i < PLACES; i++) {
            uint64_t *entry = place(table, hash, i);
            uint64_t seen = load(entry);

            while (pass ? !seen
                        : (seen & ~COUNT_MASK) == mark
                              && (seen & COUNT_MASK) < OPEN_TABLE_COUNT_MAX) {
                if (swap(entry, seen, (seen ? seen : mark) + 1)) {
                    return 1;
                }
                seen = load(entry);
            }
        }
    }
    return 0;
}

void open_table_remove(const open_table_t *table, uint64_t hash)
{
    uint64_t mark = mark_of(hash);
    int i;

    for (i = 0; i < PLACES; i++) {
        uint64_t *entry = place(table, hash, i);
        uint64_t seen = load(entry);

        while ((seen & ~COUNT_MASK) == mark) {
            if (swap(entry, seen, (seen & COUNT_MASK) == 1 ? 0 : seen - 1)) {
                return;
            }
            seen = load(entry);
        }
    }
}

uint32_t open_table_count(const open_table_t *table, uint64_t hash)
{
    uint64_t mark = mark_of(hash);
    uint32_t count = 0;
    int i;

    for (i = 0; i < PLACES; i++) {
        uint64_t seen = load(place(table, hash, i));

        if ((seen & ~COUNT_MASK) == mark) {
            count += (uint32_t)(seen & COUNT_MASK);
        }
    }
    return count;
}
