/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pin.h: who reads what.  Layer L1.
 *
 * A pin is a word in the child's own part of the runtime that names a ref.  A
 * reader takes one, publishes the ref, and then makes sure that the place where
 * it found the ref still names it; who takes an object away first changes that
 * place and then looks through all pins.  So either the reader sees that it
 * came too late, or the other one sees the pin (Michael, Hazard Pointers, IEEE
 * TPDS 15(6), 2004).
 *
 * Free pins of a child hang in a list of its own; the highest one ever taken
 * bounds what others look through. */
#ifndef RPROXY_STORE_PIN_H
#define RPROXY_STORE_PIN_H

#include "store_private.h"

/* All free; after the slot was claimed.  list: pins_each words. */
void pin_open(store_t *store, uint32_t *list);

/* @return a pin that names nothing, from 1 on; 0: none is free */
uint32_t pin_take(store_t *store);
void pin_give(store_t *store, uint32_t pin);

static inline atomic_u32_t *pin_word(const store_t *store, uint32_t pin)
{
    return &store->pins[(size_t)store->child * store->pins_each + pin - 1];
}

/* Visible to all before anything that is read behind this call. */
static inline void pin_publish(const store_t *store, uint32_t pin, uint32_t ref)
{
    atomic_exchange_explicit(pin_word(store, pin), ref, memory_order_seq_cst);
}

/* The same ref as another pin of this child names: nothing to make sure of. */
void pin_copy(const store_t *store, uint32_t pin, uint32_t ref);

/* Calls fn for each ref that a pin of any child names, for some more than once.
 * @return 0: so much went on that one may have been missed */
int pin_each(const store_t *store, void (*fn)(void *ctx, uint32_t ref),
             void *ctx);
size_t pin_count(const store_t *store);

#endif
