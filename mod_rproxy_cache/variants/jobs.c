/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jobs.c: a ring of jobs under one mutex, and threads that empty it.  Layer L1.
 * A job runs without the mutex. */
#include "jobs.h"

#ifdef __linux__
#include <sys/resource.h>
#endif

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>

#include "engine/thread.h"

#define NICENESS 10

typedef struct {
    jobs_fn fn;
    void *data;
} job_t;

struct jobs_t {
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *filled;
    apr_thread_t **threads;
    int thread_count;
    int stop; /* written under mutex, read by jobs without */
    /* under mutex */
    job_t *ring;
    int capacity, first, count;
};

/* On Linux it is a thread, not the process, that has a priority. */
static void yield_to_requests(void)
{
#ifdef __linux__
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + NICENESS);
#endif
}

static int take_locked(jobs_t *jobs, job_t *job)
{
    if (jobs->count == 0) {
        return 0;
    }
    *job = jobs->ring[jobs->first];
    jobs->first = (jobs->first + 1) % jobs->capacity;
    jobs->count--;
    return 1;
}

static void *APR_THREAD_FUNC jobs_main(apr_thread_t *thread, void *data)
{
    jobs_t *jobs = data;
    job_t job;

    (void)thread;
    yield_to_requests();
    apr_thread_mutex_lock(jobs->mutex);
    for (;;) {
        if (take_locked(jobs, &job)) {
            apr_thread_mutex_unlock(jobs->mutex);
            job.fn(job.data, &jobs->stop);
            apr_thread_mutex_lock(jobs->mutex);
        }
        else if (jobs->stop) {
            break;
        }
        else {
            apr_thread_cond_wait(jobs->filled, jobs->mutex);
        }
    }
    apr_thread_mutex_unlock(jobs->mutex);
    return NULL;
}

/* The threads empty the ring before they end; without threads it is done
 * here. */
static apr_status_t jobs_end(void *data)
{
    jobs_t *jobs = data;
    apr_status_t ignored;
    int i;

    apr_thread_mutex_lock(jobs->mutex);
    __atomic_store_n(&jobs->stop, 1, __ATOMIC_RELAXED);
    apr_thread_cond_broadcast(jobs->filled);
    apr_thread_mutex_unlock(jobs->mutex);
    for (i = 0; i < jobs->thread_count; i++) {
        apr_thread_join(&ignored, jobs->threads[i]);
    }
    while (jobs_run_one(jobs)) {
    }
    return APR_SUCCESS;
}

apr_status_t jobs_create(jobs_t **out, int threads, int capacity,
                         apr_pool_t *pool)
{
    jobs_t *jobs = apr_pcalloc(pool, sizeof(*jobs));
    apr_status_t rv;

    jobs->capacity = capacity;
    jobs->ring = apr_pcalloc(pool, sizeof(job_t) * (size_t)capacity);
    jobs->threads =
        apr_pcalloc(pool, sizeof(apr_thread_t *) * (size_t)(threads + 1));
    rv = apr_thread_mutex_create(&jobs->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    if (rv == APR_SUCCESS) {
        rv = apr_thread_cond_create(&jobs->filled, pool);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    apr_pool_pre_cleanup_register(pool, jobs, jobs_end);
    while (rv == APR_SUCCESS && jobs->thread_count < threads) {
        rv = thread_start(&jobs->threads[jobs->thread_count], jobs_main, jobs,
                          pool);
        jobs->thread_count += rv == APR_SUCCESS;
    }
    if (rv != APR_SUCCESS) {
        apr_pool_cleanup_run(pool, jobs, jobs_end);
        return rv;
    }
    *out = jobs;
    return APR_SUCCESS;
}

apr_status_t jobs_submit(jobs_t *jobs, jobs_fn fn, void *data)
{
    apr_status_t rv = APR_SUCCESS;

    apr_thread_mutex_lock(jobs->mutex);
    if (jobs->stop) {
        rv = APR_EOF;
    }
    else if (jobs->count == jobs->capacity) {
        rv = APR_ENOSPC;
    }
    else {
        int at = (jobs->first + jobs->count) % jobs->capacity;

        jobs->ring[at] = (job_t){ fn, data };
        jobs->count++;
        apr_thread_cond_signal(jobs->filled);
    }
    apr_thread_mutex_unlock(jobs->mutex);
    return rv;
}

int jobs_run_one(jobs_t *jobs)
{
    job_t job;
    int is_one;

    apr_thread_mutex_lock(jobs->mutex);
    is_one = take_locked(jobs, &job);
    apr_thread_mutex_unlock(jobs->mutex);
    if (is_one) {
        job.fn(job.data, &jobs->stop);
    }
    return is_one;
}

int jobs_waiting(jobs_t *jobs)
{
    int count;

    apr_thread_mutex_lock(jobs->mutex);
    count = jobs->count;
    apr_thread_mutex_unlock(jobs->mutex);
    return count;
}
