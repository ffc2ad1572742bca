/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* consumed_ring.c: see consumed_ring.h.  Layer L0. */
#include "consumed_ring.h"

/* Who loses so many races in a row finds no room. */
enum {
    PUT_RACES_MAX = 64
};

static uint64_t free_turn(uint64_t number)
{
    return number / CONSUMED_PLACES * 2;
}

static uint64_t turn_of(const consumed_place_t *place)
{
    return __atomic_load_n(&place->turn, __ATOMIC_ACQUIRE);
}

static int change(uint64_t *word, uint64_t from, uint64_t to)
{
    return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

int consumed_ring_put(consumed_ring_t *ring, const consumed_t *consumed)
{
    int races;

    for (races = 0; races < PUT_RACES_MAX; races++) {
        uint64_t number = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
        consumed_place_t *place = &ring->place[number % CONSUMED_PLACES];
        uint64_t turn = turn_of(place), free = free_turn(number);

        if (turn < free) {
            return 0;
        }
        if (turn == free && change(&ring->tail, number, number + 1)) {
            place->consumed = *consumed;
            return change(&place->turn, free, free + 1);
        }
    }
    return 0;
}

int consumed_ring_take(consumed_ring_t *ring, consumed_t *consumed)
{
    for (;;) {
        uint64_t number = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
        consumed_place_t *place = &ring->place[number % CONSUMED_PLACES];
        uint64_t turn = turn_of(place), free = free_turn(number);
        int taken = 0;

        if (turn <= free) {
            return 0;
        }
        if (turn == free + 1) {
            *consumed = place->consumed;
            taken = change(&place->turn, free + 1, free + 2);
        }
        change(&ring->head, number, number + 1);
        if (taken) {
            return 1;
        }
    }
}

uint64_t consumed_ring_stuck(const consumed_ring_t *ring)
{
    uint64_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
    uint64_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);

    return head < tail
                   && turn_of(&ring->place[head % CONSUMED_PLACES])
                          == free_turn(head)
               ? head
               : UINT64_MAX;
}

void consumed_ring_skip(consumed_ring_t *ring, uint64_t number)
{
    uint64_t free = free_turn(number);

    if (change(&ring->place[number % CONSUMED_PLACES].turn, free, free + 2)) {
        change(&ring->head, number, number + 1);
    }
}
