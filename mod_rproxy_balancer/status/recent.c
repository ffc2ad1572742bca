/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* recent.c: see recent.h.  Layer L0. */
#include "recent.h"

static uint32_t number_at(int64_t now_us)
{
    return (uint32_t)(now_us / (RECENT_SLOT_S * INT64_C(1000000)));
}

void recent_add(recent_t *recent, int64_t now_us)
{
    uint32_t number = number_at(now_us);
    uint64_t *slot = &recent->slot[number % RECENT_SLOTS];
    uint64_t seen = __atomic_load_n(slot, __ATOMIC_RELAXED);

    while (seen >> 32 != number) {
        if (__atomic_compare_exchange_n(slot, &seen, (uint64_t)number << 32 | 1,
                                        0, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED)) {
            return;
        }
    }
    __atomic_fetch_add(slot, 1, __ATOMIC_RELAXED);
}

void recent_read(const recent_t *recent, int64_t now_us,
                 uint32_t count[RECENT_SLOTS])
{
    uint32_t i, last = number_at(now_us);

    for (i = 0; i < RECENT_SLOTS; i++) {
        uint32_t number = last - (RECENT_SLOTS - 1) + i;
        uint64_t slot = __atomic_load_n(&recent->slot[number % RECENT_SLOTS],
                                        __ATOMIC_RELAXED);

        if (slot >> 32 == number) {
            count[i] += (uint32_t)slot;
        }
    }
}
