/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* timer_wheel.h: deadlines of many things, most of which never pass.
 * Layer L0.
 *
 * Setting a later deadline, the common case, is one store: the entry stays in
 * its slot and moves on when that slot comes up.  512 slots of 16.4 ms; an
 * entry further away waits in the last slot.  An entry fires at most two slots
 * late.  One thread. */
#ifndef RPROXY_TIMER_WHEEL_H
#define RPROXY_TIMER_WHEEL_H

#include <stdint.h>

#define TIMER_SLOTS 512
#define TIMER_TICK_SHIFT 14 /* a tick is 2^14 usec */

typedef struct timer_entry_t {
    struct timer_entry_t *next, *prev; /* NULL: in no slot */
    int64_t deadline;                  /* usec; 0: none */
    int64_t slot_tick;                 /* tick of the slot it is in */
    void (*fire)(struct timer_entry_t *entry, int64_t now);
} timer_entry_t;

typedef struct {
    timer_entry_t slots[TIMER_SLOTS]; /* list heads */
    uint64_t used[TIMER_SLOTS / 64];  /* slot has entries */
    int64_t tick;                     /* all slots up to here were run */
} timer_wheel_t;

void timer_wheel_init(timer_wheel_t *wheel, int64_t now);

/* @param deadline usec on the clock of timer_wheel_run; 0 takes the deadline
 *        away.  The entry's memory must be zeroed before its first use and
 *        timer_remove()d before it goes. */
void timer_set(timer_wheel_t *wheel, timer_entry_t *entry, int64_t deadline);

void timer_remove(timer_wheel_t *wheel, timer_entry_t *entry);

/* Fires what is due.  A callback may set and remove any entry. */
void timer_wheel_run(timer_wheel_t *wheel, int64_t now);

/* @return usec until the next slot with entries, or -1 with no entry at all */
int64_t timer_wheel_next(const timer_wheel_t *wheel, int64_t now);

#endif
