/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_proofs.h: what was found out about addresses, for some time, in memory
 * that all children share.  Layer L0.
 *
 * Sets of words of 64 bits; a word is written at once, so any content is valid:
 *
 *   34 bits of the hash | 2 what was found | 28 until, in steps of 16 seconds
 *
 * When a set is full, what would end first goes. */
#ifndef RPROXY_GUARD_BOT_PROOFS_H
#define RPROXY_GUARD_BOT_PROOFS_H

#include "../address/address.h"
#include "bot_class.h"

enum {
    BOT_PROOFS_SETS = 16384,
    BOT_PROOFS_SET = 4
};

typedef struct {
    uint64_t word[BOT_PROOFS_SETS][BOT_PROOFS_SET]; /* atomics */
} bot_proofs_t;

/* hash: keyed, of the address and what it shall be proved by
 * @return 1 and *proof, or 0: it is not known */
int bot_proofs_find(const bot_proofs_t *proofs, uint64_t hash, int64_t now_s,
                    bot_proof_e *proof);

/* seconds: at least 16, at most ten days */
void bot_proofs_put(bot_proofs_t *proofs, uint64_t hash, int64_t now_s,
                    bot_proof_e proof, int64_t seconds);

/* Is host one of domains ("a.example,b.example"), or below one? */
int bot_proofs_is_of(slice_t domains, slice_t host);

/* Networks at home and the like: no name of the world's DNS is theirs. */
int bot_proofs_is_private(address_t address);

#endif
