/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_table.c: see usage_table.h.  Layer L0. */
#include "usage_table.h"

#define COUNT_MASK ((UINT64_C(1) << USAGE_COUNT_BITS) - 1)

/* FNV-1a of 64 bits: labels come from the administrator. */
static uint64_t id_of(slice_t label)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t i;

    for (i = 0; i < label.len; i++) {
        hash = (hash ^ (unsigned char)label.p[i]) * UINT64_C(1099511628211);
    }
    return hash ? hash : 1;
}

/* Whoever finds the row writes the same bytes: who took it may have been killed
 * before it could. */
static void name_row(usage_row_t *row, slice_t label)
{
    size_t len = label.len < USAGE_LABEL ? label.len : USAGE_LABEL - 1;

    if (memcmp(row->label, label.p, len) != 0) {
        memcpy(row->label, label.p, len);
    }
}

usage_row_t *usage_table_row(const usage_table_t *table, slice_t label)
{
    uint64_t id = id_of(label);
    uint32_t i;

    for (i = 0; i < table->rows; i++) {
        usage_row_t *row = &table->row[(id + i) & (table->rows - 1)];
        uint64_t is = 0;

        if (__atomic_compare_exchange_n(&row->id, &is, id, 0, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE)
            || is == id) {
            name_row(row, label);
            return row;
        }
    }
    return NULL;
}

static uint64_t *place_of(usage_row_t *row, uint32_t day, usage_count_e what)
{
    return &row->count[day % USAGE_DAYS][what];
}

static uint64_t of_day(uint64_t value, uint32_t day)
{
    return value >> USAGE_COUNT_BITS == day ? value & COUNT_MASK : 0;
}

static uint64_t with_day(uint64_t count, uint32_t day)
{
    return (uint64_t)day << USAGE_COUNT_BITS
           | (count < COUNT_MASK ? count : COUNT_MASK);
}

void usage_add(usage_row_t *row, uint32_t day, usage_count_e what, uint64_t n)
{
    uint64_t *place = place_of(row, day, what);
    uint64_t is = __atomic_load_n(place, __ATOMIC_RELAXED);

    n = n < COUNT_MASK ? n : COUNT_MASK;
    while (!__atomic_compare_exchange_n(place, &is,
                                        with_day(of_day(is, day) + n, day), 1,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

uint64_t usage_get(const usage_row_t *row, uint32_t day, usage_count_e what)
{
    return of_day(__atomic_load_n(&row->count[day % USAGE_DAYS][what],
                                  __ATOMIC_RELAXED),
                  day);
}

int usage_take(usage_row_t *row, uint32_t day, uint64_t quota)
{
    uint64_t *place = place_of(row, day, USAGE_REQUESTS);
    uint64_t is = __atomic_load_n(place, __ATOMIC_RELAXED);

    do {
        if (quota && of_day(is, day) >= quota) {
            return 0;
        }
    } while (!__atomic_compare_exchange_n(place, &is,
                                          with_day(of_day(is, day) + 1, day), 1,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return 1;
}

static rate_t decide(const rate_rule_t *rule, uint64_t is, int64_t now_us)
{
    uint64_t now = rate_now(rule, now_us);

    return rate_decide(rule, is ? is : now, now, 1);
}

rate_t usage_rate_look(const usage_row_t *row, const rate_rule_t *rule,
                       int64_t now_us)
{
    return decide(rule, __atomic_load_n(&row->until, __ATOMIC_RELAXED), now_us);
}

rate_t usage_rate(usage_row_t *row, const rate_rule_t *rule, int64_t now_us)
{
    uint64_t is = __atomic_load_n(&row->until, __ATOMIC_RELAXED);
    rate_t rate;

    do {
        rate = decide(rule, is, now_us);
    } while (rate.allowed
             && !__atomic_compare_exchange_n(&row->until, &is, rate.until, 1,
                                             __ATOMIC_RELAXED,
                                             __ATOMIC_RELAXED));
    return rate;
}
