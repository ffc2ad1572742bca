/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* open_table.h: how many connections each client has open in one process.
 * Layer L0.
 *
 *   set of 8 entries, one cache line:   | mark, count | mark, count | ... x8
 *
 * An entry is one atomic number of 64 bits: 48 of the key's hash and the count;
 * 0 is a free one.  All threads of the process count by compare and swap, other
 * processes read.  An entry with a count is never displaced: when the two sets
 * a key may be in are full, it is not counted.
 *
 * The hash must be keyed with a secret. */
#ifndef RPROXY_GUARD_OPEN_TABLE_H
#define RPROXY_GUARD_OPEN_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    OPEN_TABLE_SET = 8,
    OPEN_TABLE_SETS_MIN = 2,
    OPEN_TABLE_COUNT_MAX = 0xffff
};

typedef struct {
    uint64_t *entry; /* [sets * OPEN_TABLE_SET], aligned to 64; 0 at first */
    uint32_t sets;   /* a power of two, at least OPEN_TABLE_SETS_MIN */
} open_table_t;

/* Sets so that this many keys at once leave hardly any uncounted. */
uint32_t open_table_sets(uint64_t keys);

/* Counts one more.  @return 0: there is no place for it */
int open_table_add(const open_table_t *table, uint64_t hash);

/* Counts one less, of one that open_table_add counted. */
void open_table_remove(const open_table_t *table, uint64_t hash);

/* How many are counted of the key. */
uint32_t open_table_count(const open_table_t *table, uint64_t hash);

#endif
