/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pin.c: see pin.h.  Layer L1.
 *
 * The head of the free list carries a counter beside the pin's number, so that
 * a pin taken and given back in between is noticed. */
#include "pin.h"

enum {
    SCAN_TRIES = 8
};

#define COUNTER_STEP ((uint64_t)1 << 32)

void pin_open(store_t *store, uint32_t *list)
{
    uint32_t i;

    for (i = 0; i < store->pins_each; i++) {
        list[i] = i + 1 < store->pins_each ? i + 2 : 0;
    }
    store->free_pins = list;
    atomic_store(&store->free_head, 1);
}

static void raise_mark(store_t *store, uint32_t pin)
{
    atomic_u32_t *used = &store->runtime->children[store->child].pins_used;
    uint32_t have = atomic_load_explicit(used, memory_order_relaxed);

    while (have < pin && !atomic_compare_exchange_weak(used, &have, pin)) {
    }
}

uint32_t pin_take(store_t *store)
{
    uint64_t head, next;
    uint32_t pin;

    if (store->child == NO_CHILD) {
        return 0;
    }
    head = atomic_load_explicit(&store->free_head, memory_order_acquire);
    do {
        pin = (uint32_t)head;
        if (pin == 0) {
            return 0;
        }
        next = (head & ~(COUNTER_STEP - 1)) + COUNTER_STEP;
        next |= __atomic_load_n(&store->free_pins[pin - 1], __ATOMIC_RELAXED);
    } while (!atomic_compare_exchange_weak_explicit(&store->free_head, &head,
                                                    next, memory_order_acquire,
                                                    memory_order_acquire));
    raise_mark(store, pin);
    return pin;
}

void pin_give(store_t *store, uint32_t pin)
{
    uint64_t head, next;

    atomic_store_explicit(pin_word(store, pin), 0, memory_order_release);
    head = atomic_load_explicit(&store->free_head, memory_order_relaxed);
    do {
        __atomic_store_n(&store->free_pins[pin - 1], (uint32_t)head,
                         __ATOMIC_RELAXED);
        next = ((head & ~(COUNTER_STEP - 1)) + COUNTER_STEP) | pin;
    } while (!atomic_compare_exchange_weak_explicit(&store->free_head, &head,
                                                    next, memory_order_release,
                                                    memory_order_relaxed));
}

void pin_copy(const store_t *store, uint32_t pin, uint32_t ref)
{
    pin_publish(store, pin, ref);
    atomic_fetch_add(&store->runtime->children[store->child].copies, 1);
}

static void each_of_child(const store_t *store, uint32_t child,
                          void (*fn)(void *ctx, uint32_t ref), void *ctx)
{
    atomic_u32_t *pins = store->pins + (size_t)child * store->pins_each;
    uint32_t used = atomic_load(&store->runtime->children[child].pins_used);
    uint32_t i;

    for (i = 0; i < used; i++) {
        uint32_t ref = atomic_load(&pins[i]);

        if (ref) {
            fn(ctx, ref);
        }
    }
}

/* A ref may have wandered from a pin not yet looked at to one that was: then a
 * copy was made in between. */
int pin_each(const store_t *store, void (*fn)(void *ctx, uint32_t ref),
             void *ctx)
{
    uint32_t child;

    for (child = 0; child < store->children; child++) {
        atomic_u32_t *copies = &store->runtime->children[child].copies;
        uint32_t before, after = atomic_load(copies);
        int tries = 0;

        do {
            if (tries++ == SCAN_TRIES) {
                return 0;
            }
            before = after;
            each_of_child(store, child, fn, ctx);
            after = atomic_load(copies);
        } while (after != before);
    }
    return 1;
}

static void count_one(void *ctx, uint32_t ref)
{
    (void)ref;
    ++*(size_t *)ctx;
}

size_t pin_count(const store_t *store)
{
    size_t n = 0;

    pin_each(store, count_one, &n);
    return n;
}
