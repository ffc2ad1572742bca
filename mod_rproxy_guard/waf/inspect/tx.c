/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tx.c: the collection TX.  Layer L1.
 *
 * It stands in values.h as all others do.  Where the values of names are that
 * rules say as they are stands in a list by their numbers; a hash finds the
 * others, which rules make of what they matched. */
#include "inspect_private.h"

enum {
    SLOTS_FIRST = 64
};

static const tx_names_t *names_of(const inspect_t *inspect)
{
    return inspect->program->tx_names;
}

int tx_number(const inspect_t *inspect, slice_t name)
{
    return tx_names_find(names_of(inspect), name);
}

static slice_t name_at(const inspect_t *inspect, int place)
{
    return values_at(inspect->values, VARIABLE_TX, place)->name;
}

/* ---- names that no rule says as they are ---- */

/* The slot of the name, or the free one where it would be. */
static uint32_t slot_of(const inspect_t *inspect, slice_t name)
{
    const tx_t *tx = &inspect->run->tx;
    uint32_t at = tx_name_hash(name) & tx->mask;

    while (tx->slot[at]
           && !tx_name_equal(name_at(inspect, tx->slot[at] - 1), name)) {
        at = (at + 1) & tx->mask;
    }
    return at;
}

/* All of them anew: at first, where there are too many, where places moved. */
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
        slice_t name = name_at(inspect, i);

        if (tx_names_find(names_of(inspect), name) == TX_NO_NAME) {
            tx->slot[slot_of(inspect, name)] = (uint16_t)(i + 1);
        }
    }
}

static void add_slot(inspect_t *inspect, slice_t name, int place)
{
    tx_t *tx = &inspect->run->tx;

    if (!tx->slot || (uint32_t)place * 2 + 4 > tx->mask) {
        lay_slots(inspect);
        return;
    }
    tx->slot[slot_of(inspect, name)] = (uint16_t)(place + 1);
}

/* ---- finding ---- */

const value_t *tx_find(const inspect_t *inspect, slice_t name)
{
    const tx_t *tx = &inspect->run->tx;
    int number = tx_names_find(names_of(inspect), name);
    uint16_t place;

    if (number != TX_NO_NAME) {
        return tx_at(inspect, number);
    }
    place = tx->slot ? tx->slot[slot_of(inspect, name)] : 0;
    return place ? values_at(inspect->values, VARIABLE_TX, place - 1) : NULL;
}

/* ---- setting ---- */

static void tx_add(inspect_t *inspect, int number, slice_t name, int text)
{
    int count = values_count(inspect->values, VARIABLE_TX);

    if (count >= UINT16_MAX - 1
        || !values_put(inspect->values, VARIABLE_TX, name, text)) {
        inspect_say_over(inspect, INSPECT_OVER_VALUES);
        return;
    }
    if (number == TX_NO_NAME) {
        add_slot(inspect, name, count);
        return;
    }
    inspect->run->tx.place[number] = (uint16_t)(count + 1);
}

void tx_set(inspect_t *inspect, int number, slice_t name, slice_t text)
{
    const value_t *value =
        number == TX_NO_NAME ? tx_find(inspect, name) : tx_at(inspect, number);
    int string = strings_add(inspect->strings, text);

    if (string == STRINGS_FULL) {
        inspect_say_over(inspect, INSPECT_OVER_BYTES);
        return;
    }
    if (!value) {
        tx_add(inspect, number, name, string);
        return;
    }
    APR_ARRAY_IDX(inspect->values->of[VARIABLE_TX],
                  value - values_at(inspect->values, VARIABLE_TX, 0), value_t)
        .text = string;
}

/* ---- removing ---- */

/* Those behind it move to the front. */
static void move_places(inspect_t *inspect, int from)
{
    tx_t *tx = &inspect->run->tx;
    int count = values_count(inspect->values, VARIABLE_TX), i, number;

    for (i = from; i < count; i++) {
        number = tx_names_find(names_of(inspect), name_at(inspect, i));
        if (number != TX_NO_NAME) {
            tx->place[number] = (uint16_t)(i + 1);
        }
    }
    if (tx->slot) {
        lay_slots(inspect);
    }
}

void tx_remove(inspect_t *inspect, slice_t name)
{
    const value_t *value = tx_find(inspect, name);
    int number, place;

    if (value) {
        place = (int)(value - values_at(inspect->values, VARIABLE_TX, 0));
        number = tx_names_find(names_of(inspect), name);
        if (number != TX_NO_NAME) {
            inspect->run->tx.place[number] = 0;
        }
        values_remove(inspect->values, VARIABLE_TX, name);
        move_places(inspect, place);
    }
}

void tx_set_captures(inspect_t *inspect, const captures_t *captures)
{
    int i;

    for (i = 0; i < CAPTURES_MAX; i++) {
        slice_t name = APR_ARRAY_IDX(names_of(inspect)->all, i, slice_t);
        slice_t group = VALUE_ALONE;

        if (i >= captures->count) {
            if (tx_at(inspect, i)) {
                tx_remove(inspect, name);
            }
            continue;
        }
        if (captures->group[i].p) {
            group = captures->group[i];
        }
        tx_set(inspect, i, name, group);
    }
}
