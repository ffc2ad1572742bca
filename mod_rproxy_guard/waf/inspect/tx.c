/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tx.c: the collection TX.  Layer L1.
 *
 * It stands in values.h as all others do; a hash finds its names, which some
 * hundred rules ask for in every request. */
#include "inspect_private.h"

enum {
    SLOTS_FIRST = 256
};

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
static inline uint32_t name_hash(slice_t name)
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

static inline int names_equal(slice_t a, slice_t b)
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

/* The slot of the name, or the free one where it would be. */
static uint32_t slot_of(const inspect_t *inspect, slice_t name)
{
    const tx_t *tx = &inspect->run->tx;
    uint32_t at = name_hash(name) & tx->mask;

    while (tx->slot[at]
           && !names_equal(values_at(inspect->values, VARIABLE_TX,
                                     tx->slot[at] - 1)
                               ->name,
                           name)) {
        at = (at + 1) & tx->mask;
    }
    return at;
}

/* All names anew: at first, where there are too many, where places moved. */
static void lay_slots(inspect_t *inspect)
{
    int count = values_count(inspect->values, VARIABLE_TX), i;
    tx_t *tx = &inspect->run->tx;
    uint32_t slots = tx->slot ? tx->mask + 1 : SLOTS_FIRST;

    while (slots < (uint32_t)count * 2 + 2) {
        slots *= 2;
    }
    if (!tx->slot || slots > tx->mask + 1) {
        tx->slot = apr_palloc(inspect->pool, slots * sizeof(*tx->slot));
        tx->mask = slots - 1;
    }
    memset(tx->slot, 0, slots * sizeof(*tx->slot));
    for (i = 0; i < count; i++) {
        slice_t name = values_at(inspect->values, VARIABLE_TX, i)->name;

        tx->slot[slot_of(inspect, name)] = (uint16_t)(i + 1);
    }
}

/* The bit of a name from "0" to "9". */
static unsigned digit_bit(slice_t name)
{
    return name.len == 1 && name.p[0] >= '0' && name.p[0] <= '9'
               ? 1u << (name.p[0] - '0')
               : 0;
}

const value_t *tx_find(const inspect_t *inspect, slice_t name)
{
    const tx_t *tx = &inspect->run->tx;
    uint32_t at;

    if (!tx->slot) {
        return NULL;
    }
    at = slot_of(inspect, name);
    return tx->slot[at]
               ? values_at(inspect->values, VARIABLE_TX, tx->slot[at] - 1)
               : NULL;
}

static void tx_add(inspect_t *inspect, slice_t name, int text)
{
    tx_t *tx = &inspect->run->tx;
    int count = values_count(inspect->values, VARIABLE_TX);

    tx->digits |= digit_bit(name);
    if (count >= UINT16_MAX - 1
        || !values_put(inspect->values, VARIABLE_TX, name, text)) {
        inspect_say_over(inspect, INSPECT_OVER_VALUES);
        return;
    }
    if (!tx->slot || (uint32_t)count * 2 + 4 > tx->mask) {
        lay_slots(inspect);
        return;
    }
    tx->slot[slot_of(inspect, name)] = (uint16_t)(count + 1);
}

void tx_set(inspect_t *inspect, slice_t name, slice_t text)
{
    const value_t *value = tx_find(inspect, name);
    int number = strings_add(inspect->strings, text);

    if (number == STRINGS_FULL) {
        inspect_say_over(inspect, INSPECT_OVER_BYTES);
        return;
    }
    if (!value) {
        tx_add(inspect, name, number);
        return;
    }
    APR_ARRAY_IDX(inspect->values->of[VARIABLE_TX],
                  value - values_at(inspect->values, VARIABLE_TX, 0), value_t)
        .text = number;
}

void tx_remove(inspect_t *inspect, slice_t name)
{
    if (tx_find(inspect, name)) {
        values_remove(inspect->values, VARIABLE_TX, name);
        inspect->run->tx.digits &= ~digit_bit(name);
        lay_slots(inspect);
    }
}

void tx_set_captures(inspect_t *inspect, const captures_t *captures)
{
    static const char digits[] = "0123456789";
    int i;

    for (i = 0; i < CAPTURES_MAX; i++) {
        slice_t name = slice_make(digits + i, 1);
        slice_t group = VALUE_ALONE;

        if (i >= captures->count) {
            if (inspect->run->tx.digits & digit_bit(name)) {
                tx_remove(inspect, name);
            }
            continue;
        }
        if (captures->group[i].p) {
            group = captures->group[i];
        }
        tx_set(inspect, name, group);
    }
}
