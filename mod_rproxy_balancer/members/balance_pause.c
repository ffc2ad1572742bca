/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_pause.c: members that said when they want to be asked again.
 * Layer L1. */
#include "balance.h"

static int64_t *until_of(const balance_t *b, int member)
{
    return &b->member[member].paused_until;
}

static int is_paused(const balance_t *b, int member, int64_t now_us)
{
    return __atomic_load_n(until_of(b, member), __ATOMIC_RELAXED) > now_us;
}

void balance_apply_pauses(const balance_t *b, member_facts_t *facts, int count,
                          int64_t now_us)
{
    int i, others = 0;

    for (i = 0; i < count && !others; i++) {
        others = facts[i].state == MEMBER_UP && facts[i].weight
                 && !is_paused(b, i, now_us);
    }
    for (i = 0; i < count && others; i++) {
        if (facts[i].state == MEMBER_UP && is_paused(b, i, now_us)) {
            facts[i].state = MEMBER_DRAIN;
        }
    }
}

/* Plans are made anew for the first such word only, of many. */
void balance_pause(const balance_t *b, int member, int64_t until_us,
                   int64_t now_us)
{
    if (__atomic_exchange_n(until_of(b, member), until_us, __ATOMIC_RELAXED)
        <= now_us) {
        __atomic_fetch_add(&b->shared->version, 1, __ATOMIC_RELEASE);
    }
}

int balance_pause_over(const balance_t *b, int member, int64_t now_us)
{
    int64_t until = __atomic_load_n(until_of(b, member), __ATOMIC_RELAXED);

    return until && until <= now_us
           && __atomic_compare_exchange_n(until_of(b, member), &until, 0, 0,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
