/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_table.h: what each key has done, for one rule, in fixed memory shared
 * by all processes.  Layer L0.
 *
 *   set of 8 entries, one cache line:   | mark, until | mark, until | ... x8
 *
 * An entry is one atomic number of 64 bits: 22 of the key's hash, which the set
 * was chosen by others of, and the time of rate.h.  0 is a free one.  It is
 * changed by compare and swap, so no request is counted twice or lost, no lock
 * is there to be left behind by a killed process, and any value of the memory
 * is a valid table.
 *
 * A key that is new takes a free entry of its set, else one that is forgotten,
 * else that which will be forgotten first: who has done most stays known, and a
 * flood of new keys displaces new keys.
 *
 * The hash must be keyed with a secret: who could choose two keys of one mark
 * and set would count on another's account. */
#ifndef RPROXY_GUARD_LIMIT_TABLE_H
#define RPROXY_GUARD_LIMIT_TABLE_H

#include <stddef.h>

#include "rate.h"

enum {
    LIMIT_TABLE_SET = 8
};

typedef struct {
    uint64_t
        *entry;    /* [sets][LIMIT_TABLE_SET], aligned to 64; all 0 at first */
    uint32_t sets; /* a power of two */
} limit_table_t;

typedef struct {
    rate_t rate;
    int displaced; /* a key that was still known has to go for this one */
    uint64_t *entry, seen; /* that it was decided by, and what was in it */
} limit_table_result_t;

/* Bytes for at least so many keys; half as many again are a good choice, since
 * sets fill unevenly. */
static inline size_t limit_table_room(uint32_t sets)
{
    return (size_t)sets * LIMIT_TABLE_SET * sizeof(uint64_t);
}

/* Sets for so many keys. */
uint32_t limit_table_sets(uint64_t keys);

/* What would be the verdict on one more; changes nothing. */
limit_table_result_t limit_table_look(const limit_table_t *table,
                                      const rate_rule_t *rule, uint64_t hash,
                                      int64_t now_us, uint32_t cost);

/* Takes what was looked at and is allowed, as it was decided then.
 * @return 0: nothing was taken, since the key was not known or has done more
 *         meanwhile; limit_table_take decides anew */
int limit_table_settle(const limit_table_result_t *looked, uint64_t hash);

/* Takes it, if it is allowed. */
limit_table_result_t limit_table_take(const limit_table_t *table,
                                      const rate_rule_t *rule, uint64_t hash,
                                      int64_t now_us, uint32_t cost);

/* Gives back what was taken: the request was refused by another rule, or
 * turned out not to count. */
void limit_table_give_back(const limit_table_t *table, const rate_rule_t *rule,
                           uint64_t hash, int64_t now_us, uint32_t cost);

/* What all servers together have counted: the key was so far ahead at least.
 * What this one counted itself stays.
 * @param ahead   in units, to rate_ahead_most
 * @param age_us  so long ago
 * @return 1: a key that was still known had to go for this one */
int limit_table_raise(const limit_table_t *table, const rate_rule_t *rule,
                      uint64_t hash, int64_t now_us, uint64_t ahead,
                      int64_t age_us);

/* The key begins anew.  @return 0: it was not known */
int limit_table_forget(const limit_table_t *table, uint64_t hash);

/* Keys that are not forgotten, estimated from so many sets. */
uint64_t limit_table_known(const limit_table_t *table, const rate_rule_t *rule,
                           int64_t now_us, uint32_t sample_sets);

#endif
