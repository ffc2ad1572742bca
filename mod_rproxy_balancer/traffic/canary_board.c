/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary_board.c: places, banks and their changes.  Layer L1 (no APR). */
#include "canary_board.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "routing/siphash.h"

/* ---- places ---- */

static int make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    int rv = pthread_mutexattr_init(&attributes);

    rv = rv ? rv
            : pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    rv = rv ? rv
            : pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    rv = rv ? rv : pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return rv == 0;
}

/* The banks are whole at any time; of the last change at worst the figures are
 * mixed. */
static void lock_place(canary_place_t *place)
{
    if (pthread_mutex_lock(&place->lock) == EOWNERDEAD) {
        pthread_mutex_consistent(&place->lock);
    }
}

static void unlock_place(canary_place_t *place)
{
    pthread_mutex_unlock(&place->lock);
}

canary_board_t *canary_board_map(void)
{
    canary_board_t *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int i, good = board != MAP_FAILED;

    for (i = 0; i < CANARY_PLACES && good; i++) {
        good = make_lock(&board->place[i].lock);
    }
    return good ? board : NULL;
}

static canary_bank_t *bank_of(canary_place_t *place)
{
    uint32_t now = __atomic_load_n(&place->now, __ATOMIC_ACQUIRE);

    return &place->bank[now & 1];
}

/* The counts begin anew with it. */
static void set_state(canary_place_t *place, canary_t state)
{
    uint32_t next = __atomic_load_n(&place->now, __ATOMIC_ACQUIRE) + 1;
    canary_bank_t *bank = &place->bank[next & 1];

    memset(bank->side, 0, sizeof(bank->side));
    bank->state = state;
    __atomic_store_n(&place->reason, state.reason, __ATOMIC_RELAXED);
    __atomic_store_n(&place->now, next, __ATOMIC_RELEASE);
}

static int is_kept(uint64_t id, const uint64_t *keep, int keep_count)
{
    int i;

    for (i = 0; i < keep_count && keep[i] != id; i++) {
    }
    return i < keep_count;
}

static canary_place_t *find_place(canary_board_t *board, uint64_t id)
{
    int i;

    for (i = 0; i < CANARY_PLACES; i++) {
        if (board->place[i].id == id) {
            return &board->place[i];
        }
    }
    return NULL;
}

/* Of a canary that is configured no more: old children may still count in it,
 * which is no harm. */
static canary_place_t *find_unused(canary_board_t *board, const uint64_t *keep,
                                   int keep_count)
{
    canary_place_t *place = find_place(board, 0);
    int i;

    for (i = 0; i < CANARY_PLACES && !place; i++) {
        if (!is_kept(board->place[i].id, keep, keep_count)) {
            place = &board->place[i];
        }
    }
    return place;
}

canary_place_t *canary_board_take(canary_board_t *board, uint64_t id,
                                  const uint64_t *keep, int keep_count,
                                  const canary_rules_t *rules, int start,
                                  int64_t now_us)
{
    canary_place_t *place = find_place(board, id);
    canary_t state = canary_start(rules, now_us);

    if (place && canary_sane(&bank_of(place)->state, rules)) {
        return place;
    }
    place = place ? place : find_unused(board, keep, keep_count);
    if (place) {
        lock_place(place);
        place->id = id;
        place->paused = 0;
        memset(place->requests, 0, sizeof(place->requests));
        memset(place->failed, 0, sizeof(place->failed));
        memset(&place->last, 0, sizeof(place->last));
        set_state(place,
                  start ? state : canary_end(state, 0, CANARY_WAITS, now_us));
        unlock_place(place);
    }
    return place;
}

/* ---- requests ---- */

int canary_board_is_split(const canary_place_t *place)
{
    uint8_t percent = bank_of((canary_place_t *)place)->state.percent;

    return percent > 0 && percent < 100;
}

/* Who is below a share is below any greater one: while it goes up nobody
 * goes back. */
canary_mark_t canary_board_choose(const canary_place_t *place, uint64_t client)
{
    uint32_t now = __atomic_load_n(&place->now, __ATOMIC_ACQUIRE);
    siphash_key_t key = { place->id, client };
    uint64_t draw = siphash(key, slice_make("canary", 6)) >> 32;

    return now << 1 | (draw * 100 >> 32 < place->bank[now & 1].state.percent);
}

static void count_in(canary_side_t *side, int failed, int64_t first_byte_us)
{
    __atomic_fetch_add(&side->requests, 1, __ATOMIC_RELAXED);
    if (failed) {
        __atomic_fetch_add(&side->failed, 1, __ATOMIC_RELAXED);
    }
    if (first_byte_us >= 0) {
        latency_counts_add(&side->latency, first_byte_us);
    }
}

void canary_board_count(canary_place_t *place, canary_mark_t mark, int failed,
                        int64_t first_byte_us)
{
    uint32_t now = __atomic_load_n(&place->now, __ATOMIC_ACQUIRE);
    uint32_t then = mark >> 1;
    canary_side_e side = canary_mark_side(mark);

    __atomic_fetch_add(&place->requests[side], 1, __ATOMIC_RELAXED);
    if (failed) {
        __atomic_fetch_add(&place->failed[side], 1, __ATOMIC_RELAXED);
    }
    if (then == (now & UINT32_MAX >> 1)) {
        count_in(&place->bank[then & 1].side[side], failed, first_byte_us);
    }
}

/* ---- decisions ---- */

static canary_count_t count_of(const canary_side_t *side)
{
    canary_count_t count = {
        .failed = __atomic_load_n(&side->failed, __ATOMIC_RELAXED),
        .p95_us = latency_counts_percentile(&side->latency, 95),
    };

    /* after the failures: never fewer than these */
    count.requests = __atomic_load_n(&side->requests, __ATOMIC_RELAXED);
    return count;
}

static void change_to(canary_place_t *place, canary_t state, int64_t now_us,
                      canary_change_t *change)
{
    const canary_bank_t *bank = bank_of(place);

    change->at_us = now_us;
    change->from = bank->state.percent;
    change->to = state.percent;
    change->reason = state.reason;
    change->ended = state.ended;
    change->test = count_of(&bank->side[CANARY_TEST]);
    change->control = count_of(&bank->side[CANARY_CONTROL]);
    place->last = *change;
    set_state(place, state);
}

int canary_board_tick(canary_place_t *place, const canary_rules_t *rules,
                      int64_t now_us, canary_change_t *change)
{
    canary_count_t test, control;
    canary_verdict_e verdict;
    canary_reason_e reason;
    canary_bank_t *bank;

    lock_place(place);
    bank = bank_of(place);
    test = count_of(&bank->side[CANARY_TEST]);
    control = count_of(&bank->side[CANARY_CONTROL]);
    verdict =
        canary_decide(&bank->state, rules, &test, &control, now_us, &reason);
    if (verdict != CANARY_ROLL_BACK
        && __atomic_load_n(&place->paused, __ATOMIC_RELAXED)) {
        verdict = CANARY_HOLD;
    }
    if (verdict != CANARY_HOLD) {
        change_to(place,
                  canary_next(bank->state, rules, verdict, reason, now_us),
                  now_us, change);
    }
    else if (!bank->state.ended) {
        __atomic_store_n(&place->reason, (uint8_t)reason, __ATOMIC_RELAXED);
    }
    unlock_place(place);
    return verdict != CANARY_HOLD;
}

/* ---- orders ---- */

static const char *refusal(const canary_t *state, int paused,
                           canary_order_e order)
{
    if (order == CANARY_ORDER_PAUSE && state->ended) {
        return "it has ended: there is nothing to pause";
    }
    if (order == CANARY_ORDER_PAUSE && paused) {
        return "it is paused";
    }
    if (order == CANARY_ORDER_START && !state->ended && !paused) {
        return "it is running";
    }
    return NULL;
}

static void obey(canary_place_t *place, const canary_rules_t *rules,
                 canary_order_e order, int64_t now_us, canary_change_t *change)
{
    canary_t state = bank_of(place)->state;

    __atomic_store_n(&place->paused, order == CANARY_ORDER_PAUSE,
                     __ATOMIC_RELAXED);
    switch (order) {
    case CANARY_ORDER_START:
        if (state.ended) {
            state = canary_start(rules, now_us);
            state.reason = CANARY_STARTED;
            change_to(place, state, now_us, change);
        }
        break;
    case CANARY_ORDER_PROMOTE:
        change_to(place, canary_end(state, 100, CANARY_PROMOTED, now_us),
                  now_us, change);
        break;
    case CANARY_ORDER_ROLLBACK:
        change_to(place, canary_end(state, 0, CANARY_STOPPED, now_us), now_us,
                  change);
        break;
    case CANARY_ORDER_PAUSE:
        break;
    }
}

const char *canary_board_order(canary_place_t *place,
                               const canary_rules_t *rules,
                               canary_order_e order, int64_t now_us,
                               canary_change_t *change)
{
    const char *why;

    change->at_us = 0;
    lock_place(place);
    why = refusal(&bank_of(place)->state,
                  __atomic_load_n(&place->paused, __ATOMIC_RELAXED), order);
    if (!why) {
        obey(place, rules, order, now_us, change);
    }
    unlock_place(place);
    return why;
}

void canary_board_look(canary_place_t *place, canary_view_t *view)
{
    const canary_bank_t *bank;
    int i;

    lock_place(place);
    bank = bank_of(place);
    view->state = bank->state;
    view->test = count_of(&bank->side[CANARY_TEST]);
    view->control = count_of(&bank->side[CANARY_CONTROL]);
    view->last = place->last;
    unlock_place(place);
    view->paused = __atomic_load_n(&place->paused, __ATOMIC_RELAXED);
    view->reason =
        (canary_reason_e)__atomic_load_n(&place->reason, __ATOMIC_RELAXED);
    for (i = 0; i < 2; i++) {
        view->requests[i] =
            __atomic_load_n(&place->requests[i], __ATOMIC_RELAXED);
        view->failed[i] = __atomic_load_n(&place->failed[i], __ATOMIC_RELAXED);
    }
}
