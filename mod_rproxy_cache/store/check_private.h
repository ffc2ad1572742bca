/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_private.h: what the parts of the check share.  Layer L1. */
#ifndef RPROXY_STORE_CHECK_PRIVATE_H
#define RPROXY_STORE_CHECK_PRIVATE_H

#include "store_private.h"

typedef struct {
    store_t *store;
    shard_t *shard;
    uint32_t number, first, end;  /* granules of the arena */
    unsigned char *used, *unused; /* bits: such a block begins there */
    unsigned char *seen;          /* bits: it was reached */
    uint64_t free_granules, free_blocks, used_blocks, reached;
    uint64_t variants, indexed;
    const char *wrong;
} check_t;

/* Blocks without a gap, each free one in its list.  @return 0: c->wrong says
 * why */
int check_arena(check_t *c);

/* Keeps the first reason.  @return 0 */
static inline int check_says(check_t *c, const char *wrong)
{
    if (!c->wrong) {
        c->wrong = wrong;
    }
    return 0;
}

static inline int bit_get(const unsigned char *bits, uint32_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

static inline void bit_set(unsigned char *bits, uint32_t i)
{
    bits[i / 8] |= (unsigned char)(1 << i % 8);
}

static inline int is_block(const check_t *c, const unsigned char *kind,
                           uint32_t ref)
{
    return ref >= c->first && ref < c->end && bit_get(kind, ref - c->first);
}

#endif
