/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tx_names.c: see tx_names.h.  Layer L1. */
#include "tx_names.h"

enum {
    PLACES_FIRST = 256
};

/* ---- one name ---- */

/* Eight bytes in lower case: those from 'A' to 'Z' get the bit. */
static uint64_t lower_word(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    uint64_t low = word & ~high;
    uint64_t from_a = low + ones * (0x80 - 'A');
    uint64_t behind_z = low + ones * (0x80 - 'Z' - 1);

    return word | (from_a & ~behind_z & ~word & high) >> 2;
}

static uint64_t short_word(slice_t name)
{
    uint64_t word = 0;

    memcpy(&word, name.p, name.len);
    return lower_word(word);
}

/* Of a name of eight bytes and more. */
static inline uint64_t word_at(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    return lower_word(word);
}

static inline uint64_t hash_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* The last word may begin within the one before it. */
uint32_t tx_name_hash(slice_t name)
{
    uint64_t hash = name.len;
    size_t at;

    if (name.len < sizeof(hash)) {
        return (uint32_t)hash_word(hash, short_word(name));
    }
    for (at = 0; at + sizeof(hash) < name.len; at += sizeof(hash)) {
        hash = hash_word(hash, word_at(name.p + at));
    }
    return (uint32_t)hash_word(hash, word_at(name.p + name.len - sizeof(hash)));
}

int tx_name_equal(slice_t a, slice_t b)
{
    size_t at;

    if (a.len != b.len || a.len < sizeof(uint64_t)) {
        return a.len == b.len && short_word(a) == short_word(b);
    }
    for (at = 0; at + sizeof(uint64_t) < a.len; at += sizeof(uint64_t)) {
        if (word_at(a.p + at) != word_at(b.p + at)) {
            return 0;
        }
    }
    at = a.len - sizeof(uint64_t);
    return word_at(a.p + at) == word_at(b.p + at);
}

/* ---- all ---- */

/* The place of the name, or the free one where it would be. */
static uint32_t place_of(const tx_names_t *names, slice_t name)
{
    uint32_t at = tx_name_hash(name) & names->mask;

    while (names->place[at]
           && !tx_name_equal(APR_ARRAY_IDX(names->all, names->place[at] - 1,
                                           slice_t),
                             name)) {
        at = (at + 1) & names->mask;
    }
    return at;
}

static void lay_places(tx_names_t *names, uint32_t count, apr_pool_t *pool)
{
    int i;

    names->place = apr_pcalloc(pool, sizeof(*names->place) * count);
    names->mask = count - 1;
    for (i = 0; i < names->all->nelts; i++) {
        names->place[place_of(names, APR_ARRAY_IDX(names->all, i, slice_t))] =
            (uint16_t)(i + 1);
    }
}

tx_names_t *tx_names_make(apr_pool_t *pool)
{
    static const char digits[] = "0123456789";
    tx_names_t *names = apr_pcalloc(pool, sizeof(*names));
    int i;

    names->all = apr_array_make(pool, PLACES_FIRST / 2, sizeof(slice_t));
    lay_places(names, PLACES_FIRST, pool);
    for (i = 0; i < TX_DIGITS; i++) {
        tx_names_add(names, slice_make(digits + i, 1), pool);
    }
    return names;
}

int tx_names_add(tx_names_t *names, slice_t name, apr_pool_t *pool)
{
    uint32_t at = place_of(names, name);
    uint32_t count = (uint32_t)names->all->nelts;

    if (names->place[at]) {
        return names->place[at] - 1;
    }
    if (count >= TX_NAMES_MAX) {
        return TX_NO_NAME;
    }
    APR_ARRAY_PUSH(names->all, slice_t) = name;
    names->place[at] = (uint16_t)(count + 1);
    if (count * 2 > names->mask) {
        lay_places(names, (names->mask + 1) * 2, pool);
    }
    return (int)count;
}

int tx_names_find(const tx_names_t *names, slice_t name)
{
    if (name.len == 1 && name.p[0] >= '0' && name.p[0] <= '9') {
        return name.p[0] - '0';
    }
    return (int)names->place[place_of(names, name)] - 1;
}
