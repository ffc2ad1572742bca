/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_pool.c: see waf_pool.h.  Layer L1. */
#include "waf_pool.h"

#include <pthread.h>

#include "engine/thread.h"

enum {
    KEPT = 32,
    BYTES_KEPT = 512 * 1024 /* in each; an ordinary request needs 150 KB */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static apr_pool_t *kept[KEPT]; /* the last one given is the next one taken: its
                                  memory is the nearest */
static int count;

static apr_pool_t *pop(void)
{
    apr_pool_t *pool;

    pthread_mutex_lock(&lock);
    pool = count ? kept[--count] : NULL;
    pthread_mutex_unlock(&lock);
    return pool;
}

apr_pool_t *waf_pool_take(void)
{
    apr_pool_t *pool = pop();

    if (!pool) {
        pool = thread_pool_create();
        if (pool) {
            apr_allocator_max_free_set(apr_pool_allocator_get(pool),
                                       BYTES_KEPT);
        }
    }
    return pool;
}

void waf_pool_give(apr_pool_t *pool)
{
    int is_kept = 0;

    apr_pool_clear(pool);
    pthread_mutex_lock(&lock);
    if (count < KEPT) {
        kept[count++] = pool;
        is_kept = 1;
    }
    pthread_mutex_unlock(&lock);
    if (!is_kept) {
        apr_pool_destroy(pool);
    }
}
