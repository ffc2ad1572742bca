/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_arena.c: the arena's part of the check (check.h): the blocks from its
 * begin to its end, then the free lists.  Layer L1. */
#include "check_private.h"

static int check_block(check_t *c, uint32_t ref, uint32_t *before_free)
{
    uint32_t header = *arena_word(c->store->base, ref, 0);
    uint32_t granules = header >> ARENA_SIZE_SHIFT;

    if (granules == 0 || granules > c->end - ref) {
        return check_says(c, "a block's size");
    }
    if ((header & ARENA_BEFORE_FREE) != *before_free) {
        return check_says(c, "a block's neighbour");
    }
    if (!(header & ARENA_FREE)) {
        bit_set(c->used, ref - c->first);
        c->used_blocks++;
        *before_free = 0;
        return 1;
    }
    if (*before_free
        || *arena_word(c->store->base, ref + granules - 1, 3) != granules) {
        return check_says(c, "a free block");
    }
    bit_set(c->unused, ref - c->first);
    c->free_blocks++;
    c->free_granules += granules;
    *before_free = ARENA_BEFORE_FREE;
    return 1;
}

static int check_blocks(check_t *c)
{
    uint32_t ref = c->first, before_free = 0;

    if (c->shard->arena.first != c->first || c->shard->arena.end != c->end) {
        return check_says(c, "the arena's place");
    }
    while (ref < c->end) {
        if (!check_block(c, ref, &before_free)) {
            return 0;
        }
        ref += arena_granules(c->store->base, ref);
    }
    if (*arena_word(c->store->base, c->end, 0)
        != (1u << ARENA_SIZE_SHIFT | before_free)) {
        return check_says(c, "the arena's end");
    }
    if (c->free_granules != c->shard->arena.free_granules
        || c->free_blocks != c->shard->arena.free_blocks) {
        return check_says(c, "the arena's sums");
    }
    return 1;
}

static int check_free_list(check_t *c, unsigned row, unsigned column)
{
    uint32_t ref = c->shard->arena.lists[row][column];
    uint32_t before = 0;
    unsigned r, col;

    while (ref) {
        if (!is_block(c, c->unused, ref) || bit_get(c->seen, ref - c->first)
            || *arena_word(c->store->base, ref, 2) != before) {
            return check_says(c, "a free list");
        }
        arena_class(arena_granules(c->store->base, ref), &r, &col);
        if (r != row || col != column) {
            return check_says(c, "a free list's class");
        }
        bit_set(c->seen, ref - c->first);
        c->reached++;
        before = ref;
        ref = *arena_word(c->store->base, ref, 1);
    }
    return 1;
}

static int check_free_lists(check_t *c)
{
    const arena_t *a = &c->shard->arena;
    unsigned row, column;

    for (row = 0; row < ARENA_ROWS; row++) {
        if (!(a->rows >> row & 1) != !a->columns[row]
            || a->columns[row] >> ARENA_COLUMNS) {
            return check_says(c, "the arena's rows");
        }
        for (column = 0; column < ARENA_COLUMNS; column++) {
            if (!(a->columns[row] >> column & 1) != !a->lists[row][column]) {
                return check_says(c, "the arena's columns");
            }
            if (!check_free_list(c, row, column)) {
                return 0;
            }
        }
    }
    return c->reached == c->free_blocks
           || check_says(c, "a free block in no list");
}

int check_arena(check_t *c)
{
    return check_blocks(c) && check_free_lists(c);
}
