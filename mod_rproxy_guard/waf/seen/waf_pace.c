/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_pace.c: see waf_pace.h.  Layer L0. */
#include "waf_pace.h"

#define SECOND_BITS 24 /* half a year: older ones are taken for younger */
#define SECOND_MASK ((UINT64_C(1) << SECOND_BITS) - 1)

static uint64_t load(const uint64_t *number)
{
    return __atomic_load_n(number, __ATOMIC_RELAXED);
}

/* ---- a second ---- */

static void begin_second(waf_pace_t *pace, uint64_t second)
{
    uint64_t before = load(&pace->second);

    if (second > before
        && __atomic_compare_exchange_n(&pace->second, &before, second, 0,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        __atomic_store_n(&pace->lines, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&pace->firsts, 0, __ATOMIC_RELAXED);
    }
}

/* ---- who is new ---- */

static uint64_t age(uint64_t place, uint64_t second)
{
    return (second - place) & SECOND_MASK;
}

static int first_has_room(waf_pace_t *pace, uint64_t second,
                          uint32_t lines_a_second)
{
    uint64_t most = (uint64_t)lines_a_second * WAF_PACE_FIRSTS;

    begin_second(pace, second);
    return load(&pace->firsts) < most
           && __atomic_fetch_add(&pace->firsts, 1, __ATOMIC_RELAXED) < most;
}

int waf_pace_is_first(waf_pace_t *pace, uint64_t key, uint64_t second,
                      uint32_t lines_a_second)
{
    uint64_t *set = pace->first[key % WAF_PACE_SETS];
    uint64_t name = (key | UINT64_C(1) << SECOND_BITS) & ~SECOND_MASK;
    uint64_t *oldest = &set[0];
    int i;

    for (i = 0; i < WAF_PACE_WAYS; i++) {
        uint64_t place = load(&set[i]);

        if ((place & ~SECOND_MASK) == name) {
            if (age(place, second) < WAF_PACE_PERIOD_S) {
                return 0;
            }
            oldest = &set[i];
            break;
        }
        if (!place || age(place, second) > age(load(oldest), second)) {
            oldest = &set[i];
        }
    }
    if (!first_has_room(pace, second, lines_a_second)) {
        return 0;
    }
    __atomic_store_n(oldest, name | (second & SECOND_MASK), __ATOMIC_RELAXED);
    return 1;
}

/* ---- how many ---- */

int waf_pace_has_room(waf_pace_t *pace, uint64_t second,
                      uint32_t lines_a_second)
{
    begin_second(pace, second);
    return load(&pace->lines) < lines_a_second;
}

void waf_pace_count(waf_pace_t *pace, uint64_t second, int is_written)
{
    uint64_t none = 0;

    if (is_written) {
        begin_second(pace, second);
        __atomic_fetch_add(&pace->lines, 1, __ATOMIC_RELAXED);
        return;
    }
    __atomic_fetch_add(&pace->withheld, 1, __ATOMIC_RELAXED);
    if (!load(&pace->since)) {
        __atomic_compare_exchange_n(&pace->since, &none, second, 0,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
}

uint64_t waf_pace_tell(waf_pace_t *pace, uint64_t second)
{
    uint64_t since = load(&pace->since);

    if (!since || second < since + WAF_PACE_PERIOD_S
        || !__atomic_compare_exchange_n(&pace->since, &since, 0, 0,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        return 0;
    }
    return __atomic_exchange_n(&pace->withheld, 0, __ATOMIC_RELAXED);
}
