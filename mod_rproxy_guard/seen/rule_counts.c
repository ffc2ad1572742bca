/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_counts.c: see rule_counts.h.  Layer L0. */
#include "rule_counts.h"

#include <string.h>

/* FNV-1a: all texts are the configuration's, no client chooses them. */
static uint64_t mix(uint64_t hash, slice_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        hash = (hash ^ (uint8_t)text.p[i]) * UINT64_C(0x100000001b3);
    }
    return (hash ^ 0x100) * UINT64_C(0x100000001b3); /* its end */
}

static uint64_t hash_of(slice_t rule, slice_t class, slice_t action)
{
    uint64_t hash = mix(UINT64_C(0xcbf29ce484222325), rule);

    hash = mix(mix(hash, class), action);
    return hash ? hash : 1;
}

static void copy(char *out, size_t room, slice_t text)
{
    size_t len = text.len < room ? text.len : room - 1;

    if (len) {
        memcpy(out, text.p, len);
    }
    out[len] = '\0';
}

/* @return 0: it is another's */
static int take(rule_count_t *place, uint64_t hash)
{
    uint64_t seen = __atomic_load_n(&place->hash, __ATOMIC_ACQUIRE);

    return seen == hash
           || (seen == 0
               && __atomic_compare_exchange_n(&place->hash, &seen, hash, 0,
                                              __ATOMIC_ACQ_REL,
                                              __ATOMIC_ACQUIRE))
           || seen == hash;
}

static rule_count_t *find(rule_counts_t *counts, uint64_t hash)
{
    uint32_t i;

    for (i = 0; i < RULE_COUNTS_PLACES; i++) {
        rule_count_t *place = &counts->place[(hash + i) % RULE_COUNTS_PLACES];

        if (take(place, hash)) {
            return place;
        }
    }
    return &counts->place[RULE_COUNTS_PLACES];
}

void rule_counts_add(rule_counts_t *counts, slice_t rule, slice_t class,
                     slice_t action, int64_t now)
{
    rule_count_t *place = find(counts, hash_of(rule, class, action));

    if (place == &counts->place[RULE_COUNTS_PLACES]) {
        rule = SLICE_LIT("others");
        class = action = slice_make("", 0);
        __atomic_store_n(&place->hash, 1, __ATOMIC_RELAXED);
    }
    if (!__atomic_load_n(&place->ready, __ATOMIC_ACQUIRE)) {
        copy(place->rule, sizeof(place->rule), rule);
        copy(place->class, sizeof(place->class), class);
        copy(place->action, sizeof(place->action), action);
        __atomic_store_n(&place->ready, 1, __ATOMIC_RELEASE);
    }
    __atomic_fetch_add(&place->count, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&place->last, now, __ATOMIC_RELAXED);
}

const rule_count_t *rule_counts_next(const rule_counts_t *counts, int *i)
{
    while (*i <= RULE_COUNTS_PLACES) {
        const rule_count_t *place = &counts->place[(*i)++];

        if (__atomic_load_n(&place->ready, __ATOMIC_ACQUIRE)) {
            return place;
        }
    }
    return NULL;
}
