/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_job.c: large bodies are inspected by threads of our own, so that the
 * event loop goes on with others.  Layer L2.
 *
 * A client may go meanwhile: what the thread looks at is in the record's own
 * pool, which lives until both have done with it. */
#include "guard_private.h"
#include "waf_request.h"

#include <apr_thread_pool.h>

enum {
    LARGE = 4096, /* some milliseconds with the Core Rule Set */
    IDLE_MAX = 2,
    THREADS_MAX = 4,
    WAITING_MAX = 1000
};

static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;
static APR_OPTIONAL_FN_TYPE(rproxy_wake) * wake;
static apr_thread_pool_t *threads; /* NULL: none */

/* Rules with the exceptions of .htaccess files end with the request: a client
 * may go while a thread looks at its body. */
static int has_lasting_rules(const waf_settings_t *settings)
{
    return !settings->place || !settings->place->stem;
}

int waf_job_is_for(const waf_request_t *waf)
{
    return has_lasting_rules(waf->settings) && waf->body.spool->len > LARGE
           && waf->owners && threads && on_loop && on_loop(waf->r)
           && !waf->job.is_impossible
           && apr_thread_pool_tasks_count(threads) < WAITING_MAX;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    waf_request_t *waf = data;
    inspect_verdict_t verdict = waf_body_inspect(waf);

    (void)thread;
    pthread_mutex_lock(&waf->job.lock);
    waf->job.verdict = verdict;
    waf->job.is_done = 1;
    if (waf->job.park) {
        wake(waf->job.park);
    }
    pthread_mutex_unlock(&waf->job.lock);
    waf_request_release(waf);
    return NULL;
}

void waf_job_begin(waf_request_t *waf, rproxy_park_t *park)
{
    waf->job.park = park;
    waf->job.is_begun = 1;
    __atomic_add_fetch(&waf->owners, 1, __ATOMIC_ACQ_REL);
    if (apr_thread_pool_push(threads, run, waf, APR_THREAD_TASK_PRIORITY_NORMAL,
                             NULL)
        != APR_SUCCESS) {
        waf->job.is_begun = 0;
        waf->job.is_impossible = 1;
        waf_request_release(waf);
        wake(park);
    }
}

int waf_job_is_done(waf_request_t *waf)
{
    int is_done;

    pthread_mutex_lock(&waf->job.lock);
    is_done = waf->job.is_done;
    pthread_mutex_unlock(&waf->job.lock);
    return is_done;
}

int waf_job_is_busy(waf_request_t *waf)
{
    return waf->job.is_begun && !waf_job_is_done(waf);
}

void waf_job_forget_park(waf_request_t *waf)
{
    if (waf->job.is_begun) {
        pthread_mutex_lock(&waf->job.lock);
        waf->job.park = NULL;
        pthread_mutex_unlock(&waf->job.lock);
    }
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    threads = NULL;
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    wake = APR_RETRIEVE_OPTIONAL_FN(rproxy_wake);
    if (!waf_settings_are_used() || !on_loop) {
        return;
    }
    if (apr_thread_pool_create(&threads, 0, THREADS_MAX, pchild)
        != APR_SUCCESS) {
        threads = NULL;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4361) "no threads for large request bodies: the "
                                   "event loops inspect them, others wait");
        return;
    }
    apr_thread_pool_idle_max_set(threads, IDLE_MAX);
}

void waf_job_register(void)
{
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
}
