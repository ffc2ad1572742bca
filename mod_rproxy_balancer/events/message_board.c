/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message_board.c: see message_board.h.  Layer L1. */
#include "message_board.h"

#include <errno.h>
#include <sys/mman.h>

static apr_status_t unmap(void *board)
{
    munmap(board, sizeof(message_board_t));
    return APR_SUCCESS;
}

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

message_board_t *message_board_make(apr_pool_t *pool)
{
    void *base = mmap(NULL, sizeof(message_board_t), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    message_board_t *board = base;

    if (base == MAP_FAILED) {
        return NULL;
    }
    apr_pool_cleanup_register(pool, board, unmap, apr_pool_cleanup_null);
    return make_lock(&board->lock) ? board : NULL;
}

void message_board_lock(message_board_t *board)
{
    if (pthread_mutex_lock(&board->lock) == EOWNERDEAD) {
        message_queue_mend(&board->queue);
        pthread_mutex_consistent(&board->lock);
    }
}

void message_board_unlock(message_board_t *board)
{
    pthread_mutex_unlock(&board->lock);
}
