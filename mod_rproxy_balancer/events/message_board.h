/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message_board.h: the queue of messages in memory that all processes share,
 * and its lock.  Layer L1. */
#ifndef RPROXY_MESSAGE_BOARD_H
#define RPROXY_MESSAGE_BOARD_H

#include <pthread.h>

#include <apr_pools.h>

#include "message_queue.h"

enum {
    MESSAGE_POOLS = 256
};

typedef struct {
    pthread_mutex_t lock;
    message_queue_t queue; /* under lock */
    int32_t runner;        /* process that tells; 0: none; under lock */
    int64_t runner_at_us;  /* it was there; under lock */
    /* Upstreams that were told to be in panic: a hash of the name, by number;
     * the elected process's. */
    uint64_t panic[MESSAGE_POOLS];
} message_board_t;

/* The mapping goes with pool.  @return NULL: no memory */
message_board_t *message_board_make(apr_pool_t *pool);

/* A dead owner's queue is mended. */
void message_board_lock(message_board_t *board);
void message_board_unlock(message_board_t *board);

#endif
