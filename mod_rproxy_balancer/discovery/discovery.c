/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* discovery.c: see discovery.h.  Layer L1. */
#include "discovery.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "driver/clock.h"
#include "engine/thread.h"

enum {
    WAIT_MAX_MS = 60000
};

struct discovery_t {
    source_t *sources;
    int count;
    int stop_fd;
    apr_pool_t *pool; /* the thread's, once it runs */
    apr_thread_t *thread;
    struct pollfd *fds; /* of stop_fd, then of all sources */
    int *first;         /* [source]: its first in fds, and one more */
};

static int wait_ms(const discovery_t *d, int64_t now_us)
{
    int64_t due = now_us + apr_time_from_msec(WAIT_MAX_MS);
    int i;

    for (i = 0; i < d->count; i++) {
        int64_t of_source = source_due(&d->sources[i], now_us);

        due = of_source < due ? of_source : due;
    }
    return due > now_us ? (int)((due - now_us + 999) / 1000) : 0;
}

/* @return 0: it is to stop */
static int wait_for_any(discovery_t *d)
{
    int i, n = 1;

    d->fds[0].fd = d->stop_fd;
    d->fds[0].events = POLLIN;
    for (i = 0; i < d->count; i++) {
        d->first[i] = n;
        n += source_poll(&d->sources[i], &d->fds[n]);
    }
    d->first[i] = n;
    /* What is ready is for the sources to see; after an error they ask again
     * when their time comes. */
    if (poll(d->fds, (nfds_t)n, wait_ms(d, clock_now())) < 0) {
        for (i = 0; i < n; i++) {
            d->fds[i].revents = 0;
        }
    }
    return d->fds[0].revents == 0;
}

static void *APR_THREAD_FUNC discovery_main(apr_thread_t *thread, void *data)
{
    discovery_t *d = data;
    int i;

    while (wait_for_any(d)) {
        int64_t now = clock_now();

        for (i = 0; i < d->count; i++) {
            source_step(&d->sources[i], &d->fds[d->first[i]],
                        d->first[i + 1] - d->first[i], now);
        }
    }
    for (i = 0; i < d->count; i++) {
        source_end(&d->sources[i]);
    }
    return NULL;
}

static apr_status_t close_stop(void *data)
{
    close(((discovery_t *)data)->stop_fd);
    return APR_SUCCESS;
}

discovery_t *discovery_start(source_t *sources, int count)
{
    apr_pool_t *pool = thread_pool_create();
    size_t fds = 1 + (size_t)count * DNS_LOOKUP_SOCKETS;
    discovery_t *d;
    int i;

    if (!pool) {
        return NULL;
    }
    d = apr_pcalloc(pool, sizeof(*d));
    d->sources = sources;
    d->count = count;
    d->pool = pool;
    d->fds = apr_pcalloc(pool, sizeof(*d->fds) * fds);
    d->first = apr_pcalloc(pool, sizeof(int) * (size_t)(count + 1));
    d->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    apr_pool_cleanup_register(pool, d, close_stop, apr_pool_cleanup_null);
    for (i = 0; i < count; i++) {
        sources[i].parent = pool;
    }
    if (d->stop_fd < 0
        || thread_start(&d->thread, discovery_main, d, pool) != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return NULL;
    }
    return d;
}

void discovery_stop(discovery_t *d)
{
    uint64_t one = 1;
    ssize_t ignored = write(d->stop_fd, &one, sizeof(one));
    apr_status_t rv;

    (void)ignored;
    apr_thread_join(&rv, d->thread);
    apr_pool_destroy(d->pool);
}
