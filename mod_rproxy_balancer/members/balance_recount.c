/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_recount.c: what is in flight is what the children hold.  Layer L1. */
#include "balance.h"

/* What the children hold at a member. */
static uint32_t sum_held(const balance_t *b, int member)
{
    const segment_t *s = b->segment;
    const uint32_t *held = &s->held[b->places.first + member];
    uint32_t sum = 0;
    int i;

    for (i = 0; i < s->children; i++) {
        sum += __atomic_load_n(&held[i * s->members], __ATOMIC_RELAXED);
    }
    return sum;
}

static void recount(recount_t *r, uint32_t *sum, uint32_t before, uint32_t held)
{
    uint32_t after = __atomic_load_n(sum, __ATOMIC_SEQ_CST);
    int32_t off = recount_look(r, before, held, after);

    if (off) {
        __atomic_fetch_sub(sum, (uint32_t)off, __ATOMIC_SEQ_CST);
    }
}

/* @return what is held there */
static uint32_t recount_member(const balance_t *b, int member)
{
    uint32_t *sum = &b->segment->in_flight[b->places.first + member];
    uint32_t before = __atomic_load_n(sum, __ATOMIC_SEQ_CST), held;

    if (!before) {
        b->recounted[member].looks = 0;
        return 0;
    }
    held = sum_held(b, member);
    recount(&b->recounted[member], sum, before, held);
    return held;
}

void balance_recount(const balance_t *b)
{
    uint32_t *total = &b->shared->total, held = 0;
    uint32_t before = __atomic_load_n(total, __ATOMIC_SEQ_CST);
    int i;

    for (i = 0; i < b->places.count; i++) {
        held += recount_member(b, i);
    }
    recount(&b->recounted[i], total, before, held);
}
