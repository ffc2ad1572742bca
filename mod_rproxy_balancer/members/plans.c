/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* plans.c: who reads where.  Layer L1. */
#include "plans.h"

void plans_create(plans_t *plans, uint32_t count, apr_pool_t *pool)
{
    int i;

    for (i = 0; i < PLANS_PLACES; i++) {
        scratch_create(&plans->place[i].scratch, plan_room(count), pool);
    }
    pthread_mutex_init(&plans->making, NULL);
}

/* The present place, entered.  One that is no longer present after that may
 * have been given to the next plan. */
static uint32_t enter_place(plans_t *plans)
{
    for (;;) {
        uint32_t place = __atomic_load_n(&plans->current, __ATOMIC_SEQ_CST);

        __atomic_fetch_add(&plans->place[place].readers, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&plans->current, __ATOMIC_SEQ_CST) == place) {
            return place;
        }
        plans_let_go(plans, place);
    }
}

/* Of all but the present one.  Who enters another place now finds out that it
 * is not the present one, and reads nothing of it. */
static void drop_unread(plans_t *plans)
{
    uint32_t i;

    for (i = 0; i < PLANS_PLACES; i++) {
        if (i != plans->current
            && __atomic_load_n(&plans->place[i].readers, __ATOMIC_SEQ_CST)
                   == 0) {
            scratch_drop(&plans->place[i].scratch);
        }
    }
}

static void make_next(plans_t *plans, plans_make_fn *make, void *ctx)
{
    uint32_t i;

    for (i = 0; i < PLANS_PLACES; i++) {
        if (i != plans->current
            && __atomic_load_n(&plans->place[i].readers, __ATOMIC_SEQ_CST)
                   == 0) {
            plans->place[i].plan = make(ctx, plans->place[i].scratch.memory,
                                        &plans->place[i].version);
            __atomic_store_n(&plans->current, i, __ATOMIC_SEQ_CST);
            drop_unread(plans);
            return;
        }
    }
}

const plan_t *plans_hold(plans_t *plans, uint32_t version, plans_make_fn *make,
                         void *ctx, uint32_t *place)
{
    *place = enter_place(plans);
    if (plans->place[*place].version == version) {
        return plans->place[*place].plan;
    }
    if (!plans->place[*place].plan) {
        pthread_mutex_lock(&plans->making); /* the first one */
    }
    else if (pthread_mutex_trylock(&plans->making) != 0) {
        return plans->place[*place].plan;
    }
    if (plans->place[plans->current].version != version) {
        make_next(plans, make, ctx);
    }
    pthread_mutex_unlock(&plans->making);
    plans_let_go(plans, *place);
    *place = enter_place(plans);
    return plans->place[*place].plan;
}
