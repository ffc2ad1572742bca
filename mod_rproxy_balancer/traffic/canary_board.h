/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary_board.h: the canaries of a server in shared memory.  Layer L1 (no
 * APR).
 *
 *   +---------------------------------+  one anonymous mapping, made once and
 *   | place 0: lock, id, now, totals  |  kept over graceful restarts; places
 *   |   bank 0: state, counts of both |  are found again by id
 *   |   bank 1: state, counts of both |
 *   +---------------------------------+
 *   | place 1 ...                     |
 *
 * State and counts of a step lie in one of two banks; a new step is written
 * into the other one, and then `now` says that this one holds.  So whoever is
 * killed at whatever instruction leaves the old step or the new one.  What was
 * sent under one step and comes home under another is in the totals alone.
 *
 * Locks: a place's lock is held by whoever changes its state or reads the last
 * change; requests take none. */
#ifndef RPROXY_BALANCER_CANARY_BOARD_H
#define RPROXY_BALANCER_CANARY_BOARD_H

#include <pthread.h>

#include "canary.h"
#include "latency_counts.h"

enum {
    CANARY_PLACES = 64
};

typedef enum {
    CANARY_CONTROL,
    CANARY_TEST
} canary_side_e;

typedef struct {
    uint32_t requests, failed; /* atomic */
    latency_counts_t latency;
} __attribute__((aligned(64))) canary_side_t;

typedef struct {
    canary_t state;
    canary_side_t side[2]; /* canary_side_e */
} canary_bank_t;

/* How a step came to its end, with its figures. */
typedef struct {
    int64_t at_us; /* 0: there was none */
    uint8_t from, to;
    uint8_t reason, ended;
    canary_count_t test, control;
} canary_change_t;

typedef struct {
    pthread_mutex_t lock;
    uint64_t id;    /* 0: free; the parent process alone writes it */
    uint32_t now;   /* atomic: bank[now & 1] holds */
    uint8_t paused; /* atomic: no step up */
    uint8_t reason; /* atomic; canary_reason_e: why nothing changes */
    uint64_t requests[2], failed[2]; /* atomic: of all steps */
    canary_change_t last;            /* under lock */
    canary_bank_t bank[2];
} __attribute__((aligned(64))) canary_place_t;

typedef struct {
    canary_place_t place[CANARY_PLACES];
} canary_board_t;

/* @return NULL: no memory */
canary_board_t *canary_board_map(void);

/* In the parent process: the place of that id, as it was left or begun anew.
 * keep: ids in use by this configuration.
 * @return NULL: all places are in use */
canary_place_t *canary_board_take(canary_board_t *board, uint64_t id,
                                  const uint64_t *keep, int keep_count,
                                  const canary_rules_t *rules, int start,
                                  int64_t now_us);

/* What a request is to remember: under which `now` it was sent where. */
typedef uint32_t canary_mark_t;

static inline canary_side_e canary_mark_side(canary_mark_t mark)
{
    return (canary_side_e)(mark & 1);
}

/* @param client a hash that is the same for all requests of a client */
canary_mark_t canary_board_choose(const canary_place_t *place, uint64_t client);

/* Do both sides get some of the traffic? */
int canary_board_is_split(const canary_place_t *place);

/* @param first_byte_us  < 0: there was no answer */
void canary_board_count(canary_place_t *place, canary_mark_t mark, int failed,
                        int64_t first_byte_us);

/* Decides and acts.  @return 1 and *change, when there is a new step or an
 * end */
int canary_board_tick(canary_place_t *place, const canary_rules_t *rules,
                      int64_t now_us, canary_change_t *change);

typedef enum {
    CANARY_ORDER_START, /* anew; goes on when it is paused */
    CANARY_ORDER_PAUSE, /* no step up; a roll back nevertheless */
    CANARY_ORDER_PROMOTE,
    CANARY_ORDER_ROLLBACK
} canary_order_e;

/* @return NULL and *change (at_us is 0 when the share is the same), or a
 *         sentence why nothing was done */
const char *canary_board_order(canary_place_t *place,
                               const canary_rules_t *rules,
                               canary_order_e order, int64_t now_us,
                               canary_change_t *change);

/* For people. */
typedef struct {
    canary_t state;
    int paused;
    canary_reason_e reason;
    canary_count_t test, control; /* since the step began */
    uint64_t requests[2], failed[2];
    canary_change_t last;
} canary_view_t;

void canary_board_look(canary_place_t *place, canary_view_t *view);

#endif
