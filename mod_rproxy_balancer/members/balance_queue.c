/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_queue.c: how much room the members have for those that wait.
 * Layer L1.
 *
 * As many are called as there is room for, but for those that are on their way.
 * Room comes when a request leaves its member, when members or limits change,
 * or when what a killed process had is taken back: the first is seen at once,
 * the others by the next tick. */
#include "balance.h"

#include "response_time.h"

/* Those that are asked while they are open: the first tier. */
static uint32_t positions_asked(const plan_t *plan)
{
    uint32_t i, end = 0;

    for (i = 0; i < plan->level_count
                && plan->level[i].key >> 1 == plan->level[0].key >> 1;
         i++) {
        end = plan->level[i].first + plan->level[i].count;
    }
    return end;
}

/* @param enough  more is not counted
 * @return requests that the members still take; with none open enough, so that
 *         those who wait learn of it */
static uint32_t room_for(balance_t *b, uint32_t enough)
{
    uint32_t place, i, end;
    const plan_t *plan = balance_plan(b, &place);
    uint64_t room = 0;

    end = positions_asked(plan);
    for (i = 0; i < end && room < enough; i++) {
        uint32_t load = __atomic_load_n(&b->load.in_flight[plan->member[i]],
                                        __ATOMIC_SEQ_CST);

        room += load < plan->limit[i] ? plan->limit[i] - load : 0;
    }
    plans_let_go(&b->plans, place);
    return end && room < enough ? (uint32_t)room : enough;
}

void balance_call(balance_t *b, int64_t now)
{
    uint32_t length = queue_line_length(b->queue->line);

    if (length) {
        queue_call(b->queue, room_for(b, length), now);
    }
}

void balance_queue_tick(balance_t *b, int64_t now)
{
    queue_line_t *line;

    if (!b->queue) {
        return;
    }
    line = b->queue->line;
    if (queue_is_used(b->queue) || line->used) {
        queue_line_reclaim(line, b->segment->pid, b->segment->children);
    }
    balance_call(b, now);
}

/* ---- what the engine calls ---- */

/* Requests that the members serve at once. */
static uint32_t slots_of(balance_t *b)
{
    uint32_t place, i, end;
    const plan_t *plan = balance_plan(b, &place);
    uint64_t slots = 0;

    end = positions_asked(plan);
    for (i = 0; i < end && slots < UINT32_MAX; i++) {
        slots += plan->limit[i];
    }
    plans_let_go(&b->plans, place);
    return slots < UINT32_MAX ? (uint32_t)slots : UINT32_MAX;
}

int balance_spares_none(balance_t *b)
{
    uint64_t most = ((uint64_t)slots_of(b) * b->spare_percent + 99) / 100;

    return queue_is_used(b->queue)
           || __atomic_load_n(&b->shared->total, __ATOMIC_RELAXED) >= most;
}

static uint32_t retry_after_s(balance_t *b)
{
    const queue_line_t *line = b->queue->line;

    return queue_order_retry_after_s(method_load(&line->waiting), slots_of(b),
                                     method_load(&line->service_us));
}

balancer_entry_e balance_wait(void *pool, balancer_waiter_t *waiter,
                              const balancer_request_t *request, apr_time_t now)
{
    balance_t *b = pool;
    balancer_entry_e entry;

    if (!b->queue) {
        return BALANCER_NO_QUEUE;
    }
    waiter->retry_after_s = 0;
    entry = request->is_spare
                ? BALANCER_REFUSED
                : queue_wait(b->queue, waiter, request->class_number, now);
    if (entry == BALANCER_REFUSED) {
        waiter->retry_after_s = retry_after_s(b);
    }
    else if (entry == BALANCER_ENTERED) {
        balance_call(b, now); /* room that came meanwhile */
    }
    return entry;
}

void balance_stop_waiting(void *pool, balancer_waiter_t *waiter,
                          balancer_exit_e why, apr_time_t now)
{
    static const queue_exit_e exits[] = {
        [BALANCER_SERVED] = QUEUE_EXIT_SERVED,
        [BALANCER_NOBODY_LEFT] = QUEUE_EXIT_UNCOUNTED,
        [BALANCER_TIMED_OUT] = QUEUE_EXIT_TIMED_OUT,
        [BALANCER_GONE] = QUEUE_EXIT_GONE,
        [BALANCER_MOVED] = QUEUE_EXIT_UNCOUNTED,
    };
    balance_t *b = pool;

    queue_stop(b->queue, waiter, exits[why], now);
    if (why == BALANCER_TIMED_OUT || why == BALANCER_MOVED) {
        waiter->retry_after_s = retry_after_s(b);
    }
    balance_call(b, now); /* whatever it was called for */
}

/* ---- for the others here ---- */

void balance_note_service(const balance_t *b, int64_t took_us)
{
    uint32_t *mean = &b->queue->line->service_us;
    int64_t old = method_load(mean), took = took_us;

    took = took < RESPONSE_TIME_MAX_US ? took : RESPONSE_TIME_MAX_US;
    __atomic_store_n(mean, (uint32_t)(old ? old + (took - old) / 8 : took),
                     __ATOMIC_RELAXED);
}
