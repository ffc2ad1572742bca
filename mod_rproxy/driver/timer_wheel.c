/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* timer_wheel.c: hashed wheel with lazy re-insertion.  Layer L0. */
#include "timer_wheel.h"

#include <stddef.h>
#include <string.h>

static unsigned slot_of(int64_t tick)
{
    return (unsigned)(tick & (TIMER_SLOTS - 1));
}

void timer_wheel_init(timer_wheel_t *wheel, int64_t now)
{
    int i;

    memset(wheel, 0, sizeof(*wheel));
    for (i = 0; i < TIMER_SLOTS; i++) {
        wheel->slots[i].next = wheel->slots[i].prev = &wheel->slots[i];
    }
    wheel->tick = now >> TIMER_TICK_SHIFT;
}

static void unlink_entry(timer_wheel_t *wheel, timer_entry_t *entry)
{
    unsigned slot = slot_of(entry->slot_tick);

    entry->next->prev = entry->prev;
    entry->prev->next = entry->next;
    entry->next = entry->prev = NULL;
    if (wheel->slots[slot].next == &wheel->slots[slot]) {
        wheel->used[slot / 64] &= ~(1ULL << (slot % 64));
    }
}

static void link_entry(timer_wheel_t *wheel, timer_entry_t *entry)
{
    int64_t tick = (entry->deadline >> TIMER_TICK_SHIFT) + 1;
    timer_entry_t *head;
    unsigned slot;

    if (tick <= wheel->tick) {
        tick = wheel->tick + 1;
    }
    else if (tick > wheel->tick + TIMER_SLOTS - 1) {
        tick = wheel->tick + TIMER_SLOTS - 1;
    }
    slot = slot_of(tick);
    head = &wheel->slots[slot];
    entry->slot_tick = tick;
    entry->prev = head->prev;
    entry->next = head;
    head->prev->next = entry;
    head->prev = entry;
    wheel->used[slot / 64] |= 1ULL << (slot % 64);
}

void timer_set(timer_wheel_t *wheel, timer_entry_t *entry, int64_t deadline)
{
    entry->deadline = deadline;
    if (!deadline) {
        return; /* leaves its slot when that comes up */
    }
    if (entry->next) {
        if (entry->slot_tick <= (deadline >> TIMER_TICK_SHIFT) + 1) {
            return;
        }
        unlink_entry(wheel, entry);
    }
    link_entry(wheel, entry);
}

void timer_remove(timer_wheel_t *wheel, timer_entry_t *entry)
{
    entry->deadline = 0;
    if (entry->next) {
        unlink_entry(wheel, entry);
    }
}

static void run_slot(timer_wheel_t *wheel, int64_t now)
{
    timer_entry_t *head = &wheel->slots[slot_of(wheel->tick)];
    timer_entry_t batch = { &batch, &batch, 0, 0, NULL };

    /* Entries linked or removed by a callback must not disturb the walk: the
     * slot's list becomes a private one, emptied from its front. */
    if (head->next == head) {
        return;
    }
    batch.next = head->next;
    batch.prev = head->prev;
    batch.next->prev = batch.prev->next = &batch;
    head->next = head->prev = head;
    while (batch.next != &batch) {
        timer_entry_t *entry = batch.next;
        unlink_entry(wheel, entry);
        if (!entry->deadline) {
            continue;
        }
        if (entry->deadline > now) {
            link_entry(wheel, entry);
            continue;
        }
        entry->deadline = 0;
        entry->fire(entry, now);
    }
}

void timer_wheel_run(timer_wheel_t *wheel, int64_t now)
{
    int64_t target = now >> TIMER_TICK_SHIFT;

    if (target - wheel->tick > TIMER_SLOTS) { /* the clock jumped ahead */
        wheel->tick = target - TIMER_SLOTS;
    }
    while (wheel->tick < target) {
        wheel->tick++;
        run_slot(wheel, now);
    }
}

int64_t timer_wheel_next(const timer_wheel_t *wheel, int64_t now)
{
    unsigned start = slot_of(wheel->tick + 1);
    unsigned i;

    for (i = 0; i < TIMER_SLOTS;) {
        unsigned slot = (start + i) % TIMER_SLOTS;
        uint64_t word = wheel->used[slot / 64] >> (slot % 64);
        if (word) {
            int64_t ticks = (int64_t)i + __builtin_ctzll(word) + 1;
            int64_t at = (wheel->tick + ticks) << TIMER_TICK_SHIFT;
            return at > now ? at - now : 0;
        }
        i += 64 - slot % 64;
    }
    return -1;
}
