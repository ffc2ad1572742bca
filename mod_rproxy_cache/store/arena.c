/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* arena.c: see arena.h.  Layer L1.
 *
 * Classes: below 16 granules one list for each size; above, 16 lists for each
 * power of two.  A search begins at the class all of whose blocks are large
 * enough. */
#include "arena.h"

enum {
    WORD_NEXT = 1,
    WORD_PREVIOUS = 2,
    WORD_LAST = 3, /* of the last granule: the size of a free block */
    COLUMN_BITS = 4
};

static unsigned floor_log2(uint32_t n)
{
    return 31u - (unsigned)__builtin_clz(n);
}

void arena_class(uint32_t granules, unsigned *row, unsigned *column)
{
    unsigned log2;

    if (granules < ARENA_COLUMNS) {
        *row = 0;
        *column = granules;
        return;
    }
    log2 = floor_log2(granules);
    *row = log2 - COLUMN_BITS + 1;
    *column = granules >> (log2 - COLUMN_BITS) & (ARENA_COLUMNS - 1);
}

static void set_header(char *base, uint32_t ref, uint32_t granules,
                       uint32_t flags)
{
    *arena_word(base, ref, 0) = granules << ARENA_SIZE_SHIFT | flags;
}

static void list_insert(char *base, arena_t *a, uint32_t ref, uint32_t granules)
{
    unsigned row, column;
    uint32_t next;

    arena_class(granules, &row, &column);
    next = a->lists[row][column];
    *arena_word(base, ref, WORD_NEXT) = next;
    *arena_word(base, ref, WORD_PREVIOUS) = 0;
    if (next) {
        *arena_word(base, next, WORD_PREVIOUS) = ref;
    }
    a->lists[row][column] = ref;
    a->columns[row] |= 1u << column;
    a->rows |= 1u << row;
    a->free_granules += granules;
    a->free_blocks++;
}

static void list_remove(char *base, arena_t *a, uint32_t ref)
{
    uint32_t granules = arena_granules(base, ref);
    uint32_t next = *arena_word(base, ref, WORD_NEXT);
    uint32_t previous = *arena_word(base, ref, WORD_PREVIOUS);
    unsigned row, column;

    if (next) {
        *arena_word(base, next, WORD_PREVIOUS) = previous;
    }
    if (previous) {
        *arena_word(base, previous, WORD_NEXT) = next;
    }
    else {
        arena_class(granules, &row, &column);
        a->lists[row][column] = next;
        if (!next) {
            a->columns[row] &= ~(1u << column);
            if (!a->columns[row]) {
                a->rows &= ~(1u << row);
            }
        }
    }
    a->free_granules -= granules;
    a->free_blocks--;
}

/* Its left neighbour is in use; its right one need not know yet. */
static void make_free(char *base, arena_t *a, uint32_t ref, uint32_t granules)
{
    set_header(base, ref, granules, ARENA_FREE);
    *arena_word(base, ref + granules - 1, WORD_LAST) = granules;
    *arena_word(base, ref + granules, 0) |= ARENA_BEFORE_FREE;
    list_insert(base, a, ref, granules);
}

/* @return the first block of a class that fits, or 0 */
static uint32_t search(const arena_t *a, uint32_t granules)
{
    unsigned row, column;
    uint32_t bits;

    if (granules >= ARENA_COLUMNS) {
        uint32_t step = 1u << (floor_log2(granules) - COLUMN_BITS);

        granules += step - 1;
    }
    arena_class(granules, &row, &column);
    if (row >= ARENA_ROWS) {
        return 0;
    }
    bits = a->columns[row] & ~0u << column;
    if (!bits) {
        uint32_t rows = row + 1 < 32 ? a->rows & ~0u << (row + 1) : 0;

        if (!rows) {
            return 0;
        }
        row = (unsigned)__builtin_ctz(rows);
        bits = a->columns[row];
    }
    return a->lists[row][__builtin_ctz(bits)];
}

uint32_t arena_alloc(char *base, arena_t *a, uint32_t granules)
{
    uint32_t ref, have;

    if (granules == 0 || granules > a->free_granules) {
        return 0;
    }
    ref = search(a, granules);
    if (!ref) {
        return 0;
    }
    have = arena_granules(base, ref);
    list_remove(base, a, ref);
    set_header(base, ref, granules, 0);
    if (have > granules) {
        make_free(base, a, ref + granules, have - granules);
    }
    else {
        *arena_word(base, ref + have, 0) &= ~(uint32_t)ARENA_BEFORE_FREE;
    }
    return ref;
}

void arena_free(char *base, arena_t *a, uint32_t ref)
{
    uint32_t header = *arena_word(base, ref, 0);
    uint32_t granules = header >> ARENA_SIZE_SHIFT;
    uint32_t after = ref + granules;

    if (header & ARENA_BEFORE_FREE) {
        uint32_t before = *arena_word(base, ref - 1, WORD_LAST);

        ref -= before;
        granules += before;
        list_remove(base, a, ref);
    }
    if (*arena_word(base, after, 0) & ARENA_FREE) {
        granules += arena_granules(base, after);
        list_remove(base, a, after);
    }
    make_free(base, a, ref, granules);
}

void arena_trim(char *base, arena_t *a, uint32_t ref, uint32_t granules)
{
    uint32_t header = *arena_word(base, ref, 0);
    uint32_t have = header >> ARENA_SIZE_SHIFT;

    if (granules == 0 || granules >= have) {
        return;
    }
    set_header(base, ref, granules, header & ARENA_BEFORE_FREE);
    set_header(base, ref + granules, have - granules, 0);
    arena_free(base, a, ref + granules);
}

/* @return whether the block that comes next has a free one before it */
static uint32_t free_gap(char *base, arena_t *a, uint32_t from, uint32_t to)
{
    if (from == to) {
        return 0;
    }
    set_header(base, from, to - from, ARENA_FREE);
    *arena_word(base, to - 1, WORD_LAST) = to - from;
    list_insert(base, a, from, to - from);
    return ARENA_BEFORE_FREE;
}

void arena_reset(char *base, arena_t *a, uint32_t first, uint32_t granules,
                 const arena_kept_t *kept, size_t kept_count)
{
    uint32_t at = first;
    size_t i;

    *a = (arena_t){ .first = first, .end = first + granules - 1 };
    for (i = 0; i < kept_count; i++) {
        set_header(base, kept[i].ref, kept[i].granules,
                   free_gap(base, a, at, kept[i].ref));
        at = kept[i].ref + kept[i].granules;
    }
    set_header(base, a->end, 1, free_gap(base, a, at, a->end));
}
