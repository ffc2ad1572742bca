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

/* @param slots  a power of two, more than there are names */
static void lay_slots(inspect_t *inspect, uint32_t slots)
{
    tx_t *tx = &inspect->run->tx, from = *tx;
    uint32_t at;

    tx->slot = apr_pcalloc(inspect->pool, slots * sizeof(*tx->slot));
    tx->mask = slots - 1;
    for (at = 0; from.slot && at <= from.mask; at++) {
        if (from.slot[at]) {
            slice_t name = name_at(inspect, from.slot[at] - 1);

            tx->slot[slot_of(inspect, name)] = from.slot[at];
        }
    }
}

static void add_slot(inspect_t *inspect, slice_t name, int place)
{
    tx_t *tx = &inspect->run->tx;

    if (!tx->slot) {
        lay_slots(inspect, SLOTS_FIRST);
    }
    else if (tx->others * 2 > tx->mask) {
        lay_slots(inspect, (tx->mask + 1) * 2);
    }
    tx->others++;
    tx->slot[slot_of(inspect, name)] = (uint16_t)(place + 1);
}

static const value_t *other_at(const inspect_t *inspect, slice_t name)
{
    const tx_t *tx = &inspect->run->tx;
    uint16_t place = tx->slot ? tx->slot[slot_of(inspect, name)] : 0;

    return place ? values_at(inspect->values, VARIABLE_TX, place - 1) : NULL;
}

/* ---- finding ---- */

const value_t *tx_find(const inspect_t *inspect, slice_t name)
{
    int number = tx_names_find(names_of(inspect), name);

    return number == TX_NO_NAME ? other_at(inspect, name)
                                : tx_at(inspect, number);
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
    APR_ARRAY_IDX(inspect->values->of[VARIABLE_TX], count, value_t).number =
        number;
    if (number == TX_NO_NAME) {
        add_slot(inspect, name, count);
        return;
    }
    inspect->run->tx.place[number] = (uint16_t)(count + 1);
}

void tx_set(inspect_t *inspect, int number, slice_t name, slice_t text)
{
    const value_t *value =
        number == TX_NO_NAME ? other_at(inspect, name) : tx_at(inspect, number);
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

/* Of those behind it, up to the next free one, each that may moves into it: no
 * name is behind a free slot that it would be looked for in. */
static void free_slot(inspect_t *inspect, uint32_t at)
{
    tx_t *tx = &inspect->run->tx;
    uint32_t next, home;

    for (next = (at + 1) & tx->mask; tx->slot[next];
         next = (next + 1) & tx->mask) {
        home = tx_name_hash(name_at(inspect, tx->slot[next] - 1));
        if (((next - home) & tx->mask) >= ((next - at) & tx->mask)) {
            tx->slot[at] = tx->slot[next];
            at = next;
        }
    }
    tx->slot[at] = 0;
    tx->others--;
}

/* Those behind the place that is gone move to the front. */
static void move_places(uint16_t *place, uint32_t count, uint16_t gone)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        place[i] = (uint16_t)(place[i] - (place[i] > gone));
    }
}

static void take_out(inspect_t *inspect, slice_t name, uint16_t gone)
{
    tx_t *tx = &inspect->run->tx;
    int number = tx_names_find(names_of(inspect), name);

    if (number == TX_NO_NAME) {
        free_slot(inspect, slot_of(inspect, name));
    }
    else {
        tx->place[number] = 0;
    }
    move_places(tx->place, (uint32_t)tx_names_count(names_of(inspect)), gone);
    if (tx->slot) {
        move_places(tx->slot, tx->mask + 1, gone);
    }
}

void tx_remove(inspect_t *inspect, slice_t name)
{
    const value_t *value = tx_find(inspect, name);

    if (value) {
        take_out(inspect, name,
                 (uint16_t)(value - values_at(inspect->values, VARIABLE_TX, 0)
                            + 1));
        values_remove(inspect->values, VARIABLE_TX, name);
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
