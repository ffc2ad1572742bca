/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* log_pace.c: see log_pace.h.  Layer L0. */
#include "log_pace.h"

enum {
    SET_BACK_S = 60
};

static int is_new(uint32_t second, uint32_t before)
{
    int32_t ahead = (int32_t)(second - before);

    return ahead > 0 || ahead < -SET_BACK_S;
}

int log_pace_take(log_pace_t *pace, uint32_t second, uint32_t lines_a_second,
                  uint32_t *more)
{
    uint32_t before = __atomic_load_n(&pace->second, __ATOMIC_RELAXED);

    *more = 0;
    if (is_new(second, before)
        && __atomic_compare_exchange_n(&pace->second, &before, second, 0,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        __atomic_store_n(&pace->lines, 0, __ATOMIC_RELAXED);
        *more = __atomic_exchange_n(&pace->more, 0, __ATOMIC_RELAXED);
    }
    if (__atomic_load_n(&pace->lines, __ATOMIC_RELAXED) < lines_a_second) {
        __atomic_fetch_add(&pace->lines, 1, __ATOMIC_RELAXED);
        return 1;
    }
    __atomic_fetch_add(&pace->more, 1, __ATOMIC_RELAXED);
    return 0;
}
