/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reload_orders.c: see reload_orders.h.  Layer L2. */
#include "guard_private.h"
#include "reload_orders.h"

#include <ap_mpm.h>
#include <scoreboard.h>

#include "child_slots.h"
#include "shared_area.h"

#define BADLY 1u /* of an answer: the last bit, beside the order */

static struct {
    uint32_t *order;         /* [things] */
    uint32_t *generation_of; /* [slots]; 0: nobody's */
    uint32_t *answer;        /* [slots][things]: twice the order, or BADLY */
    uint32_t generation;
    int things;
    uint32_t *carried_out; /* [things], of this process */
} orders;

static uint32_t read_word(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void write_word(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static uint32_t *answer_of(int slot, int thing)
{
    return &orders.answer[slot * orders.things + thing];
}

static void empty(int slot)
{
    write_word(&orders.generation_of[slot], 0);
}

int reload_orders_open(server_rec *s, int things, apr_pool_t *pconf)
{
    size_t slots = (size_t)child_slots_count(), n = (size_t)things;
    uint32_t *area = shared_area(s, "reload orders",
                                 sizeof(*area) * (1 + n + slots + n * slots));
    int i;

    if (!area) {
        return 0;
    }
    orders.things = things;
    orders.order = area + 1;
    orders.generation_of = orders.order + n;
    orders.answer = orders.generation_of + slots;
    orders.generation = area[0] + 1 ? area[0] + 1 : 1;
    write_word(area, orders.generation);
    orders.carried_out = apr_palloc(pconf, sizeof(*area) * (n + 1));
    for (i = 0; i < things; i++) {
        orders.carried_out[i] = read_word(&orders.order[i]);
    }
    child_slots_empty_by(empty);
    return 1;
}

void reload_orders_start(void)
{
    int slot = child_slot(), i;

    if (slot < 0) {
        return;
    }
    for (i = 0; i < orders.things; i++) {
        write_word(answer_of(slot, i), orders.carried_out[i] << 1);
    }
    write_word(&orders.generation_of[slot], orders.generation);
}

int reload_orders_is_past(void)
{
    const global_score *server = ap_get_scoreboard_global();
    int own = 0;

    return server && ap_mpm_query(AP_MPMQ_GENERATION, &own) == APR_SUCCESS
           && own != server->running_generation;
}

uint32_t reload_orders_give(int thing)
{
    return __atomic_add_fetch(&orders.order[thing], 1, __ATOMIC_ACQ_REL);
}

int reload_orders_is_due(int thing, uint32_t *order)
{
    /* the word before the orders: is there a newer configuration? */
    if (read_word(orders.order - 1) != orders.generation) {
        return 0;
    }
    *order = read_word(&orders.order[thing]);
    return *order != orders.carried_out[thing];
}

void reload_orders_answer(int thing, uint32_t order, int is_well)
{
    orders.carried_out[thing] = order;
    if (child_slot() >= 0) {
        write_word(answer_of(child_slot(), thing),
                   order << 1 | (is_well ? 0 : BADLY));
    }
}

reload_count_t reload_orders_count(int thing, uint32_t order)
{
    reload_count_t count = { 0 };
    int i, n = child_slots_used();

    for (i = 0; i < n; i++) {
        uint32_t answer = read_word(answer_of(i, thing));

        if (read_word(&orders.generation_of[i]) != orders.generation) {
            continue;
        }
        count.children++;
        if ((int32_t)((answer & ~BADLY) - (order << 1)) >= 0) {
            *(answer & BADLY ? &count.badly : &count.well) += 1;
        }
    }
    return count;
}
