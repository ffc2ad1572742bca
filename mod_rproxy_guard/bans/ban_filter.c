/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_filter.c: see ban_filter.h.  Layer L0. */
#include "ban_filter.h"

#define LENGTHS(from, to) \
    (UINT64_MAX << (from) & ((UINT64_C(1) << ((to)-1) << 1) - 1))
#define V4(from, to)                          \
    {                                         \
        0, 96, 96 + (from), LENGTHS(from, to) \
    }
#define V6(word, from, to)                                         \
    {                                                              \
        word, 64 * (word), 64 * (word) + (from), LENGTHS(from, to) \
    }

static const ban_class_t v4_classes[] = { V4(24, 33), V4(16, 24), V4(8, 16),
                                          V4(0, 8) };
static const ban_class_t v6_classes[] = { V6(2, 0, 1),   V6(1, 0, 64),
                                          V6(0, 48, 64), V6(0, 32, 48),
                                          V6(0, 16, 32), V6(0, 0, 16) };

ban_family_t ban_filter_family(int is_v4)
{
    return is_v4 ? (ban_family_t){ v4_classes,
                                   sizeof(v4_classes) / sizeof(v4_classes[0]) }
                 : (ban_family_t){ v6_classes,
                                   sizeof(v6_classes) / sizeof(v6_classes[0]) };
}

/* The shortest lengths would all be one bit. */
static int is_filtered(const ban_class_t *class)
{
    return (class->lengths & 1) == 0 || class->word > 0;
}

/* Who fills the filter on purpose makes looking slower, no more. */
static uint64_t hash_of(const ban_filter_t *filter, address_t a, unsigned bits)
{
    address_t first = address_masked(a, bits);
    unsigned __int128 n =
        (unsigned __int128)(first.high ^ filter->secret.low ^ bits)
        * (filter->secret.high | 1);

    n = (unsigned __int128)((uint64_t)n ^ (uint64_t)(n >> 64) ^ first.low)
        * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)n ^ (uint64_t)(n >> 64);
}

static uint64_t bits_of(uint64_t hash)
{
    return UINT64_C(1) << (hash >> 58) | UINT64_C(1) << (hash >> 52 & 63)
           | UINT64_C(1) << (hash >> 46 & 63);
}

static uint64_t *word_of(const ban_filter_t *filter, uint64_t hash)
{
    return &filter->word[hash & (filter->words - 1)];
}

void ban_filter_add(const ban_filter_t *filter, network_t n, int is_v4)
{
    const ban_class_t *one = ban_filter_family(is_v4).class;
    uint64_t hash;

    while (n.bits < one->bits) {
        one++; /* the last one begins with the shortest */
    }
    if (is_filtered(one)) {
        hash = hash_of(filter, n.first, one->bits);
        __atomic_fetch_or(word_of(filter, hash), bits_of(hash),
                          __ATOMIC_RELEASE);
    }
}

int ban_filter_has(const ban_filter_t *filter, address_t client,
                   const ban_class_t *class)
{
    uint64_t hash, wanted;

    if (!is_filtered(class)) {
        return 1;
    }
    hash = hash_of(filter, client, class->bits);
    wanted = bits_of(hash);
    return (__atomic_load_n(word_of(filter, hash), __ATOMIC_ACQUIRE) & wanted)
           == wanted;
}
