/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_proofs.c: see bot_proofs.h.  Layer L0. */
#include "bot_proofs.h"

enum {
    UNTIL_BITS = 28,
    PROOF_BITS = 2,
    TAG_SHIFT = UNTIL_BITS + PROOF_BITS,
    STEP_S = 16
};

#define UNTIL_MASK ((UINT64_C(1) << UNTIL_BITS) - 1)

static uint64_t steps(int64_t seconds)
{
    return (uint64_t)(seconds > 0 ? seconds : 0) / STEP_S & UNTIL_MASK;
}

static uint64_t until_of(uint64_t word)
{
    return word & UNTIL_MASK;
}

/* The set comes of the low bits, the tag of the high ones. */
static uint64_t tag_of(uint64_t hash)
{
    return hash >> TAG_SHIFT;
}

static int is_valid(uint64_t word, int64_t now_s)
{
    uint64_t now = steps(now_s);

    return until_of(word) > now && until_of(word) <= now + steps(11 * 86400);
}

int bot_proofs_find(const bot_proofs_t *proofs, uint64_t hash, int64_t now_s,
                    bot_proof_e *proof)
{
    const uint64_t *set = proofs->word[hash % BOT_PROOFS_SETS];
    int i;

    for (i = 0; i < BOT_PROOFS_SET; i++) {
        uint64_t word = __atomic_load_n(&set[i], __ATOMIC_RELAXED);

        if (word >> TAG_SHIFT == tag_of(hash) && is_valid(word, now_s)) {
            *proof = (bot_proof_e)(word >> UNTIL_BITS & 3);
            return 1;
        }
    }
    return 0;
}

/* Where it goes: where it was, where nothing is, where the first ends. */
static int place_of(const uint64_t *set, uint64_t tag, int64_t now_s)
{
    uint64_t soonest = UINT64_MAX;
    int i, best = 0;

    for (i = 0; i < BOT_PROOFS_SET; i++) {
        uint64_t word = __atomic_load_n(&set[i], __ATOMIC_RELAXED);
        uint64_t until = is_valid(word, now_s) ? until_of(word) : 0;

        if (word && word >> TAG_SHIFT == tag) {
            return i;
        }
        if (until < soonest) {
            soonest = until;
            best = i;
        }
    }
    return best;
}

void bot_proofs_put(bot_proofs_t *proofs, uint64_t hash, int64_t now_s,
                    bot_proof_e proof, int64_t seconds)
{
    uint64_t *set = proofs->word[hash % BOT_PROOFS_SETS];
    uint64_t tag = tag_of(hash);

    __atomic_store_n(&set[place_of(set, tag, now_s)],
                     tag << TAG_SHIFT | (uint64_t)proof << UNTIL_BITS
                         | steps(now_s + seconds),
                     __ATOMIC_RELAXED);
}

/* ---- names ---- */

static int is_below(slice_t host, slice_t domain)
{
    size_t before;

    if (domain.len && domain.p[0] == '.') {
        domain = slice_make(domain.p + 1, domain.len - 1);
    }
    if (!domain.len || host.len < domain.len) {
        return 0;
    }
    before = host.len - domain.len;
    return slice_eq_nocase(slice_make(host.p + before, domain.len), domain)
           && (before == 0 || host.p[before - 1] == '.');
}

int bot_proofs_is_of(slice_t domains, slice_t host)
{
    if (host.len && host.p[host.len - 1] == '.') {
        host.len--;
    }
    while (domains.len) {
        const char *comma = memchr(domains.p, ',', domains.len);
        size_t len = comma ? (size_t)(comma - domains.p) : domains.len;

        if (is_below(host, slice_make(domains.p, len))) {
            return 1;
        }
        len += comma != NULL;
        domains = slice_make(domains.p + len, domains.len - len);
    }
    return 0;
}

/* ---- addresses ---- */

static int v4_in(address_t a, uint32_t network, unsigned bits)
{
    return ((uint32_t)a.low ^ network) >> (32 - bits) == 0;
}

/* RFC 1918, RFC 6598, RFC 3927, RFC 1122; RFC 4193, RFC 4291 */
int bot_proofs_is_private(address_t a)
{
    if (address_is_v4(a)) {
        return v4_in(a, 0x0a000000, 8) || v4_in(a, 0xac100000, 12)
               || v4_in(a, 0xc0a80000, 16) || v4_in(a, 0x64400000, 10)
               || v4_in(a, 0xa9fe0000, 16) || v4_in(a, 0x7f000000, 8)
               || v4_in(a, 0, 8);
    }
    return a.high >> 57 == 0xfc >> 1 || a.high >> 54 == 0xfe80 >> 6
           || (a.high == 0 && a.low <= 1);
}
