/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_recount.c: what is in flight is what the children hold.  Layer L1.
 *
 * A process that is killed between two counts, or while it takes back what
 * another one had, leaves the sums apart from what children hold.  Requests
 * that come and go meanwhile do that too, but not each time one looks: what was
 * apart in all of some looks is put right. */
#include "balance.h"

enum {
    RECOUNT_LOOKS = 8
};

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

/* What two differences have in common; 0 when one is over and one below. */
static int32_t common(int32_t a, int32_t b)
{
    if (a > 0 && b > 0) {
        return a < b ? a : b;
    }
    return a < 0 && b < 0 ? (a > b ? a : b) : 0;
}

/* Of a sum that was read before and after its parts. */
static int32_t off_by(uint32_t before, uint32_t held, uint32_t after)
{
    return common((int32_t)(before - held), (int32_t)(after - held));
}

static void note(recount_t *r, int32_t off, uint32_t *sum)
{
    r->off = r->looks ? common(r->off, off) : off;
    r->looks = r->off ? r->looks + 1 : 0;
    if (r->looks == RECOUNT_LOOKS) {
        __atomic_fetch_sub(sum, (uint32_t)r->off, __ATOMIC_SEQ_CST);
        r->looks = 0;
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
    note(&b->recounted[member],
         off_by(before, held, __atomic_load_n(sum, __ATOMIC_SEQ_CST)), sum);
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
    note(&b->recounted[i],
         off_by(before, held, __atomic_load_n(total, __ATOMIC_SEQ_CST)), total);
}
