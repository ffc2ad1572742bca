/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tx.c: the collection TX.  Layer L1.
 *
 * It stands in values.h as all others do; a hash finds its names, which some
 * hundred rules ask for in every request. */
#include "inspect_private.h"

enum {
    SLOTS_FIRST = 256
};

static uint32_t name_hash(slice_t name)
{
    uint32_t hash = UINT32_C(2166136261);
    size_t i;

    for (i = 0; i < name.len; i++) {
        hash =
            (hash ^ slice_lower((unsigned char)name.p[i])) * UINT32_C(16777619);
    }
    return hash ^ hash >> 15;
}

/* The slot of the name, or the free one where it would be. */
static uint32_t slot_of(const inspect_t *inspect, slice_t name)
{
    const tx_t *tx = &inspect->run->tx;
    uint32_t at = name_hash(name) & tx->mask;

    while (tx->slot[at]
           && !slice_eq_nocase(values_at(inspect->values, VARIABLE_TX,
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
            tx_remove(inspect, name);
            continue;
        }
        if (captures->group[i].p) {
            group = captures->group[i];
        }
        tx_set(inspect, name, group);
    }
}
