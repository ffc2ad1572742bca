/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* consumed_batch.c: see consumed_batch.h.  Layer L0. */
#include "consumed_batch.h"

#include <string.h>

void consumed_batch_clear(consumed_batch_t *batch)
{
    batch->count = 0;
    memset(batch->slot, 0, sizeof(batch->slot));
}

int consumed_batch_is_full(const consumed_batch_t *batch)
{
    return batch->count == BATCH_KEYS;
}

static int is_key(const batch_key_t *key, const consumed_t *consumed)
{
    return key->hash == consumed->hash && key->limit == consumed->limit;
}

/* The key's slot, or the free one where it belongs; some are always free. */
static uint16_t *slot_of(consumed_batch_t *batch, const consumed_t *consumed)
{
    uint64_t at = consumed->hash ^ consumed->limit;
    uint16_t *slot = &batch->slot[at % BATCH_SLOTS];

    while (*slot && !is_key(&batch->key[*slot - 1], consumed)) {
        slot = &batch->slot[++at % BATCH_SLOTS];
    }
    return slot;
}

void consumed_batch_add(consumed_batch_t *batch, const consumed_t *consumed)
{
    uint16_t *slot = slot_of(batch, consumed);
    batch_key_t *key;

    if (!*slot) {
        batch->key[batch->count] =
            (batch_key_t){ consumed->hash, consumed->limit, 0, 0 };
        *slot = (uint16_t)++batch->count;
    }
    key = &batch->key[*slot - 1];
    if (consumed->cost == CONSUMED_FORGET) {
        key->cost = 0;
        key->anew = 1;
    }
    else {
        key->cost += consumed->cost;
    }
}
