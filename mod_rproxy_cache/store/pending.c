/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pending.c: the followers' side of a fill (fill.h).  Layer L1.
 *
 * A follower leaves its child's bit before it looks, so that what changes
 * behind its look wakes it. */
#include <unistd.h>

#include "fill.h"
#include "child.h"
#include "pin.h"

static void ask_to_be_woken(const store_t *store, ticket_t *ticket)
{
    atomic_u64_t *word = &ticket->followers[store->child / 64];
    uint64_t bit = (uint64_t)1 << store->child % 64;

    if (!(atomic_load(word) & bit)) {
        atomic_fetch_or(word, bit);
    }
}

static pending_e object_stage(const store_object_t *o, uint64_t *available)
{
    pending_e stage = (pending_e)atomic_load(&o->stage);

    *available = store_object_length(o);
    return stage;
}

/* The ticket names it no more before it is taken away. */
static int attach(store_t *store, store_pin_t *pin, ticket_t *ticket,
                  uint32_t object)
{
    uint32_t taken = pin_take(store);

    if (!taken) {
        return 0;
    }
    pin_publish(store, taken, object);
    if (atomic_load(&ticket->object) != object) {
        pin_give(store, taken);
        return 0;
    }
    if (!atomic_load(&ticket->followed)) {
        atomic_store(&ticket->followed, 1);
    }
    pin->object = object_at(store, object);
    pin->slot = taken;
    return 1;
}

/* It was complete before this follower looked. */
static pending_e attach_done(store_t *store, store_pin_t *pin,
                             uint64_t *available)
{
    store_pin_t found;
    store_key_t key = { .text = store_object_key(pin->object) };

    store_key_hash(store, &key);
    if (store_find(store, &key, &found) != APR_SUCCESS) {
        return PENDING_MOVED;
    }
    pin->object = found.object;
    pin->slot = found.slot;
    *available = store_object_length(pin->object);
    return PENDING_DONE;
}

pending_e store_pending(store_t *store, store_pin_t *pin, uint64_t *available)
{
    const store_object_t *o;
    ticket_t *ticket;
    pending_e stage;
    uint32_t object;

    *available = 0;
    if (!pin->ticket_slot) {
        return object_stage(pin->object, available);
    }
    o = object_at(store, atomic_load(pin_word(store, pin->ticket_slot)));
    ticket = object_ticket(o);
    ask_to_be_woken(store, ticket);
    if (pin->slot != pin->ticket_slot) {
        return object_stage(pin->object, available);
    }
    object = atomic_load(&ticket->object);
    if (object && attach(store, pin, ticket, object)) {
        return object_stage(pin->object, available);
    }
    stage = (pending_e)atomic_load(&o->stage);
    if (stage == PENDING_DONE) {
        return attach_done(store, pin, available);
    }
    if (stage != PENDING_HEAD) {
        return stage;
    }
    /* No pin was free; or it is ending just now, and will wake us. */
    return atomic_load(&ticket->object) ? PENDING_REFUSED : PENDING_WAIT;
}

int64_t store_pending_length(const store_t *store, const store_pin_t *pin)
{
    const store_object_t *o;

    if (!pin->ticket_slot) {
        return (int64_t)store_object_length(pin->object);
    }
    o = object_at(store, atomic_load(pin_word(store, pin->ticket_slot)));
    return (int64_t)atomic_load(&object_ticket(o)->told) - 1;
}

int store_wake_fd(const store_t *store)
{
    return store->child == NO_CHILD ? -1 : store->wake_fds[store->child];
}

void child_wake(const store_t *store, uint32_t child)
{
    uint64_t one = 1;
    ssize_t n;

    if (child < store->children) {
        n = write(store->wake_fds[child], &one, sizeof(one));
        (void)n; /* full: it is readable */
    }
}
