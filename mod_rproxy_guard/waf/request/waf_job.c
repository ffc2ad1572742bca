/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_job.c: large bodies are inspected by threads of our own, so that the
 * event loop goes on with others (t/bench/waf-lag).  Layer L2.
 *
 * A client may go while its request's body is inspected: what the thread looks
 * at is in the record's own pool, which lives until both have done with it.  A
 * response's request lives on meanwhile (rproxy_pause), but its pool is for the
 * loop to take from: the record's own serves here, too. */
#include "guard_private.h"
#include "waf_request.h"

#include <ap_mpm.h>
#include <apr_thread_pool.h>

enum {
    LARGE = 4096,           /* near a millisecond with the Core Rule Set */
    LARGE_RESPONSE = 32768, /* likewise */
    THREADS = 4,
    WAITING_MAX = 1000
};

static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;
static APR_OPTIONAL_FN_TYPE(rproxy_wake) * wake;
static APR_OPTIONAL_FN_TYPE(rproxy_pause) * pause_response;
static APR_OPTIONAL_FN_TYPE(rproxy_go_on) * go_on;
static apr_thread_pool_t *threads; /* NULL: none */

/* Rules with the exceptions of .htaccess files end with the request: a client
 * may go while a thread looks at its body. */
static int has_lasting_rules(const waf_settings_t *settings)
{
    return !settings->place || !settings->place->stem;
}

static int has_room(void)
{
    return apr_thread_pool_tasks_count(threads) < WAITING_MAX;
}

int waf_job_is_on_loop(request_rec *r)
{
    return threads && on_loop(r);
}

int waf_job_is_for(const waf_request_t *waf)
{
    return has_lasting_rules(waf->settings) && waf->body.spool->len > LARGE
           && waf->owners && waf_job_is_on_loop(waf->r)
           && !waf->job.is_impossible && has_room();
}

/* ---- requests ---- */

static void done(waf_request_t *waf)
{
    pthread_mutex_lock(&waf->job.lock);
    waf->job.is_done = 1;
    if (waf->job.park) {
        wake(waf->job.park);
    }
    pthread_mutex_unlock(&waf->job.lock);
    waf_request_release(waf);
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    waf_request_t *waf = data;

    (void)thread;
    waf->job.verdict = waf_body_inspect(waf);
    done(waf);
    return NULL;
}

static void *APR_THREAD_FUNC run_write(apr_thread_t *thread, void *data)
{
    waf_request_t *waf = data;

    (void)thread;
    waf->job.error = waf_spool_write(waf->body.spool);
    done(waf);
    return NULL;
}

static int push(waf_request_t *waf, apr_thread_start_t what)
{
    waf->job.is_done = 0;
    __atomic_add_fetch(&waf->owners, 1, __ATOMIC_ACQ_REL);
    if (apr_thread_pool_push(threads, what, waf,
                             APR_THREAD_TASK_PRIORITY_NORMAL, NULL)
        == APR_SUCCESS) {
        return 1;
    }
    waf_request_release(waf);
    return 0;
}

int waf_job_write(waf_request_t *waf, rproxy_park_t *park)
{
    if (!threads || !has_room()) {
        return 0;
    }
    waf->job.park = park;
    waf->job.is_writing = 1;
    if (!push(waf, run_write)) {
        waf->job.is_writing = 0;
    }
    return waf->job.is_writing;
}

static void *APR_THREAD_FUNC run_release(apr_thread_t *thread, void *data)
{
    (void)thread;
    waf_request_release(data);
    return NULL;
}

int waf_job_release(waf_request_t *waf)
{
    return threads
           && apr_thread_pool_push(threads, run_release, waf,
                                   APR_THREAD_TASK_PRIORITY_NORMAL, NULL)
                  == APR_SUCCESS;
}

void waf_job_begin(waf_request_t *waf, rproxy_park_t *park)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, waf->r,
                  RPLOGNO(4470) "%" APR_SIZE_T_FMT " bytes of the request are "
                                "inspected by a thread",
                  waf->body.spool->len);
    waf->job.park = park;
    waf->job.is_begun = 1;
    if (!push(waf, run)) {
        waf->job.is_begun = 0;
        waf->job.is_impossible = 1;
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
    return (waf->job.is_begun || waf->job.is_writing) && !waf_job_is_done(waf);
}

void waf_job_forget_park(waf_request_t *waf)
{
    if (waf->job.is_begun || waf->job.is_writing) {
        pthread_mutex_lock(&waf->job.lock);
        waf->job.park = NULL;
        pthread_mutex_unlock(&waf->job.lock);
    }
}

/* ---- responses ---- */

int waf_job_is_large_response(apr_off_t bytes)
{
    return bytes > LARGE_RESPONSE;
}

/* The request may be over as soon as it is told to go on. */
static void *APR_THREAD_FUNC run_response(apr_thread_t *thread, void *data)
{
    waf_request_t *waf = data;

    (void)thread;
    waf_response_inspect(waf);
    go_on(waf->response.pause);
    return NULL;
}

int waf_job_begin_response(waf_request_t *waf, request_rec *r,
                           rproxy_pause_fn *done)
{
    if (!waf->owners || !waf_job_is_on_loop(r) || !has_room()) {
        return 0;
    }
    waf->response.pause = pause_response(r, done, waf);
    if (!waf->response.pause) {
        return 0;
    }
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,
                  RPLOGNO(4471) "%" APR_SIZE_T_FMT " bytes of the response are "
                                "inspected by a thread",
                  waf->response.spool->len);
    if (apr_thread_pool_push(threads, run_response, waf,
                             APR_THREAD_TASK_PRIORITY_NORMAL, NULL)
        != APR_SUCCESS) {
        go_on(waf->response.pause); /* done finds that nobody has looked */
    }
    return 1;
}

/* ---- threads ---- */

/* Before anything of the child's goes: they look at requests.  Behind the
 * loops' own end, which begins first. */
static apr_status_t end_threads(void *unused)
{
    (void)unused;
    if (threads) {
        apr_thread_pool_destroy(threads);
        threads = NULL;
    }
    return APR_SUCCESS;
}

/* All threads begin here.  apr_thread_pool_push would add them one by one, and
 * where there can be no more of them it says that it has failed but keeps the
 * task: who takes a request back then would free what is still to be run. */
static void child_init(apr_pool_t *pchild, server_rec *s)
{
    int is_threaded = 0;

    threads = NULL;
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    wake = APR_RETRIEVE_OPTIONAL_FN(rproxy_wake);
    pause_response = APR_RETRIEVE_OPTIONAL_FN(rproxy_pause);
    go_on = APR_RETRIEVE_OPTIONAL_FN(rproxy_go_on);
    ap_mpm_query(AP_MPMQ_IS_THREADED, &is_threaded);
    if (!waf_settings_are_used() || !on_loop || !is_threaded) {
        return;
    }
    if (apr_thread_pool_create(&threads, THREADS, THREADS, pchild)
        != APR_SUCCESS) {
        threads = NULL;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4361) "no threads for large bodies: the event "
                                   "loops inspect them, others wait");
        return;
    }
    apr_pool_pre_cleanup_register(pchild, NULL, end_threads);
}

void waf_job_register(void)
{
    /* what is registered first is cleaned up last */
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_FIRST);
}
