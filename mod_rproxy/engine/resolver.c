/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* resolver.c: one thread per child that may wait for the name service.
 * Layer L1.  A name whose answer did not change costs no memory. */
#include "resolver.h"

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>
#include <arpa/inet.h>

#include "thread.h"

typedef struct {
    apr_array_header_t *members;
    apr_interval_time_t interval;
    apr_pool_t *pool;
    apr_thread_t *thread;
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *ended;
    int stop; /* under mutex */
} resolver_t;

static int has_name(const member_t *member)
{
    unsigned char address[16];

    return member->host && inet_pton(AF_INET, member->host, address) != 1
           && inet_pton(AF_INET6, member->host, address) != 1;
}

static int any_name(const apr_array_header_t *members)
{
    int i;

    for (i = 0; i < members->nelts; i++) {
        if (has_name(APR_ARRAY_IDX(members, i, member_t *))) {
            return 1;
        }
    }
    return 0;
}

static void resolve_all(resolver_t *resolver)
{
    int i;

    for (i = 0; i < resolver->members->nelts; i++) {
        member_t *m = APR_ARRAY_IDX(resolver->members, i, member_t *);
        if (has_name(m)) {
            member_resolve(m, resolver->pool);
        }
    }
}

static void *APR_THREAD_FUNC resolver_main(apr_thread_t *thread, void *data)
{
    resolver_t *resolver = data;

    apr_thread_mutex_lock(resolver->mutex);
    while (!resolver->stop) {
        apr_thread_cond_timedwait(resolver->ended, resolver->mutex,
                                  resolver->interval);
        if (!resolver->stop) {
            apr_thread_mutex_unlock(resolver->mutex);
            resolve_all(resolver);
            apr_thread_mutex_lock(resolver->mutex);
        }
    }
    apr_thread_mutex_unlock(resolver->mutex);
    return NULL;
}

static apr_status_t stop(void *data)
{
    resolver_t *resolver = data;
    apr_status_t rv;

    apr_thread_mutex_lock(resolver->mutex);
    resolver->stop = 1;
    apr_thread_cond_signal(resolver->ended);
    apr_thread_mutex_unlock(resolver->mutex);
    apr_thread_join(&rv, resolver->thread);
    return APR_SUCCESS;
}

apr_status_t resolver_start(apr_array_header_t *members,
                            apr_interval_time_t interval, apr_pool_t *pool)
{
    resolver_t *resolver;
    apr_status_t rv;

    if (!interval || !any_name(members)) {
        return APR_SUCCESS;
    }
    resolver = apr_pcalloc(pool, sizeof(*resolver));
    resolver->members = members;
    resolver->interval = interval;
    apr_pool_create(&resolver->pool, pool);
    apr_thread_mutex_create(&resolver->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    apr_thread_cond_create(&resolver->ended, pool);
    rv = thread_start(&resolver->thread, resolver_main, resolver, pool);
    if (rv == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(pool, resolver, stop);
    }
    return rv;
}
