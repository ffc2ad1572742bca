/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* arena.h: memory of one shard, in granules of 16 bytes.  Layer L1.
 *
 * Two-level segregated fit: free blocks hang in lists by size class, two
 * bitmaps find a list that fits, neighbours are merged at once; every call
 * takes constant time.  A block is named by the number of its first granule
 * from the segment's begin (a ref; 0: none) and begins with one word that
 * belongs to the arena:
 *
 *     31 ........................ 2        1           0
 *     granules, this word included | before is free | is free
 *
 * A free block has its links behind that word, and its size once more in its
 * last word.  The last granule of the arena is a block that is never freed.
 *
 * Everything here is done under the shard's lock; arena_reset makes an arena
 * out of memory of which nothing is known. */
#ifndef RPROXY_STORE_ARENA_H
#define RPROXY_STORE_ARENA_H

#include <stddef.h>
#include <stdint.h>

enum {
    ARENA_GRANULE = 16,
    ARENA_ROWS = 28,
    ARENA_COLUMNS = 16,
    ARENA_FREE = 1,
    ARENA_BEFORE_FREE = 2,
    ARENA_SIZE_SHIFT = 2
};

typedef struct {
    uint32_t first, end; /* end: the block that is never freed */
    uint32_t free_granules, free_blocks;
    uint32_t rows; /* bit: a column of this row is not empty */
    uint32_t columns[ARENA_ROWS];
    uint32_t lists[ARENA_ROWS][ARENA_COLUMNS];
} arena_t;

/* Blocks that stay as they are in arena_reset; by number, without overlap. */
typedef struct {
    uint32_t ref, granules;
} arena_kept_t;

void arena_reset(char *base, arena_t *arena, uint32_t first, uint32_t granules,
                 const arena_kept_t *kept, size_t kept_count);

/* @return the ref, or 0: no free block is large enough */
uint32_t arena_alloc(char *base, arena_t *arena, uint32_t granules);
void arena_free(char *base, arena_t *arena, uint32_t ref);
/* Gives back what is behind the first granules of it. */
void arena_trim(char *base, arena_t *arena, uint32_t ref, uint32_t granules);

/* The list in which a free block of this size hangs. */
void arena_class(uint32_t granules, unsigned *row, unsigned *column);

static inline uint32_t *arena_word(char *base, uint32_t ref, size_t i)
{
    return (uint32_t *)(base + (size_t)ref * ARENA_GRANULE) + i;
}

static inline uint32_t arena_granules(char *base, uint32_t ref)
{
    /* A reader may look while the flags change. */
    return __atomic_load_n(arena_word(base, ref, 0), __ATOMIC_RELAXED)
           >> ARENA_SIZE_SHIFT;
}

static inline uint32_t arena_granules_for(uint64_t bytes)
{
    return (uint32_t)((bytes + ARENA_GRANULE - 1) / ARENA_GRANULE);
}

#endif
