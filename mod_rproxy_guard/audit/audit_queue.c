/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_queue.c: two buffers, one filled while the other is written.
 * Layer L1. */
#include "audit_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <apr_time.h>

#include "audit_line.h"
#include "engine/thread.h"

enum {
    PIECE_MAX = 4096,
    GATHER_MS = 20, /* so many wake-ups a second at most: 50 */
    FULL_ENOUGH = AUDIT_QUEUE_BYTES / 2, /* to be written at once */
    END_S = 2
};

typedef struct {
    char bytes[AUDIT_QUEUE_BYTES];
    size_t used;
    uint32_t lines;
} buffer_t;

struct audit_queue_t {
    int fd;
    apr_thread_t *thread; /* in a pool of its own: it may outlive the process's
                             other pools, where it cannot write */
    audit_counts_t *counts;
    audit_failed_fn *failed;
    const char *target;
    int error; /* of the last write, of the thread */
    pthread_mutex_t mutex;
    pthread_cond_t filled, ended;
    /* under mutex */
    buffer_t buffer[2], *filling;
    int stop, has_ended;
    uint64_t lost; /* and not told yet */
};

static struct timespec in_ms(int64_t ms)
{
    int64_t us = apr_time_now() + ms * 1000;
    struct timespec at = { us / 1000000, us % 1000000 * 1000 };

    return at;
}

int audit_queue_put(audit_queue_t *q, const char *line, size_t len)
{
    buffer_t *buffer;
    int fits;

    pthread_mutex_lock(&q->mutex);
    buffer = q->filling;
    fits = !q->stop && buffer->used + len <= AUDIT_QUEUE_BYTES;
    if (fits) {
        memcpy(buffer->bytes + buffer->used, line, len);
        buffer->used += len;
        if (!buffer->lines++ || buffer->used > FULL_ENOUGH) {
            pthread_cond_signal(&q->filled);
        }
    }
    else {
        q->lost++;
    }
    pthread_mutex_unlock(&q->mutex);
    if (!fits) {
        __atomic_fetch_add(&q->counts->lost, 1, __ATOMIC_RELAXED);
    }
    return fits;
}

/* ---- the thread ---- */

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno != EINTR) {
            return errno;
        }
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* Of so many whole lines as fit, but one at least. */
static size_t piece_of(const char *bytes, size_t len)
{
    size_t n = len < PIECE_MAX ? len : PIECE_MAX;

    while (n && bytes[n - 1] != '\n') {
        n--;
    }
    if (!n) {
        for (n = 1; n < len && bytes[n - 1] != '\n'; n++) {
        }
    }
    return n;
}

static void tell(audit_queue_t *q, int error)
{
    if (error != q->error) {
        q->error = error;
        q->failed(q->target, error);
    }
}

static void write_buffer(audit_queue_t *q, buffer_t *buffer)
{
    size_t at = 0;
    int error = 0;

    if (!buffer->used) {
        return; /* the end was told, and there is nothing more */
    }
    while (at < buffer->used && !error) {
        size_t n = piece_of(buffer->bytes + at, buffer->used - at);

        error = write_all(q->fd, buffer->bytes + at, n);
        at += n;
    }
    __atomic_fetch_add(error ? &q->counts->lost : &q->counts->written,
                       buffer->lines, __ATOMIC_RELAXED);
    tell(q, error);
    buffer->used = 0;
    buffer->lines = 0;
}

static void write_lost(audit_queue_t *q, uint64_t lost)
{
    char line[AUDIT_LINE_MAX], time[40];
    apr_time_exp_t t;
    apr_size_t len;

    apr_time_exp_gmt(&t, apr_time_now());
    apr_strftime(time, &len, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &t);
    write_all(q->fd, line, audit_line_lost(line, slice_make(time, len), lost));
}

/* Sleeps until there is something, then gathers more for a moment. */
static buffer_t *await_locked(audit_queue_t *q)
{
    struct timespec at;
    buffer_t *full;

    while (!q->stop && !q->filling->used) {
        pthread_cond_wait(&q->filled, &q->mutex);
    }
    at = in_ms(GATHER_MS);
    while (!q->stop && q->filling->used <= FULL_ENOUGH
           && pthread_cond_timedwait(&q->filled, &q->mutex, &at) == 0) {
    }
    full = q->filling;
    q->filling = full == q->buffer ? q->buffer + 1 : q->buffer;
    return full;
}

static void *APR_THREAD_FUNC write_lines(apr_thread_t *thread, void *data)
{
    audit_queue_t *q = data;
    int goes_on = 1;

    (void)thread;
    pthread_mutex_lock(&q->mutex);
    while (goes_on) {
        buffer_t *full = await_locked(q);
        uint64_t lost = q->lost;

        q->lost = 0;
        pthread_mutex_unlock(&q->mutex);
        write_buffer(q, full);
        if (lost) {
            write_lost(q, lost);
        }
        pthread_mutex_lock(&q->mutex);
        goes_on = !q->stop || q->filling->used;
    }
    q->has_ended = 1;
    pthread_cond_signal(&q->ended);
    pthread_mutex_unlock(&q->mutex);
    return NULL;
}

/* A program that reads nothing holds the thread, not the process. */
static apr_status_t stop(void *data)
{
    audit_queue_t *q = data;
    struct timespec at = in_ms(END_S * 1000);
    apr_status_t rv;
    int has_ended;

    pthread_mutex_lock(&q->mutex);
    q->stop = 1;
    pthread_cond_signal(&q->filled);
    while (!q->has_ended
           && pthread_cond_timedwait(&q->ended, &q->mutex, &at) == 0) {
    }
    has_ended = q->has_ended;
    pthread_mutex_unlock(&q->mutex);
    if (has_ended) {
        apr_thread_join(&rv, q->thread);
    }
    return APR_SUCCESS;
}

audit_queue_t *audit_queue_start(int fd, audit_counts_t *counts,
                                 audit_failed_fn *failed, const char *target,
                                 apr_pool_t *pool)
{
    audit_queue_t *q = calloc(1, sizeof(*q));
    apr_pool_t *own = q ? thread_pool_create() : NULL;

    if (!own) {
        free(q);
        return NULL;
    }
    q->fd = fd;
    q->counts = counts;
    q->failed = failed;
    q->target = target;
    q->filling = q->buffer;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_cond_init(&q->filled, NULL);
    pthread_cond_init(&q->ended, NULL);
    if (thread_start(&q->thread, write_lines, q, own) != APR_SUCCESS) {
        apr_pool_destroy(own);
        free(q);
        return NULL;
    }
    apr_pool_pre_cleanup_register(pool, q, stop);
    return q;
}
