/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mod_park_test.c: a module that uses mod_rproxy.h, for t/36-park.t.  Layer L2.
 *
 * rproxy-cache-wait parks the request under its path until a request to the
 * handler rproxy-cache with "?wake=/path" has it woken by a thread.  Then it
 * does what its query says:
 *
 *   do=answer    says "woken" after times=N wake-ups
 *   do=own       goes on with handler=NAME, on a timeout as well; alone=1:
 *                to the end even if the client goes
 *   do=status    returns code=N
 *   do=stream    sends bytes=N as kind=heap, or kind=memory in pieces of 1 MiB
 *
 * The filter PARK_SAVE wants the whole response, whoever goes; PARK_PAUSE waits
 * with the first bytes of one until its path is woken. */
#include <httpd.h>
#include <ap_provider.h>
#include <apr_strings.h>
#include <apr_thread_cond.h>
#include <apr_thread_proc.h>
#include <http_config.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <stdlib.h>
#include <util_filter.h>
#include <util_script.h>

#include "mod_rproxy.h"

#define PIECE (32 * 1024)
#define LARGE_PIECE (1024 * 1024)
#define STORM_LEAST apr_time_from_msec(200)
#define STORM_MOST apr_time_from_sec(4)
#define STORM_PAUSE 100 /* usec, of the first wake-ups */
#define STORM_PAUSE_MOST 50000

extern module __attribute__((visibility("default"))) park_test_module;
#ifdef APLOG_USE_MODULE
APLOG_USE_MODULE(park_test);
#endif

typedef struct parked_t {
    struct parked_t *next;
    request_rec *r;
    rproxy_park_t *park;   /* NULL: it is over, or it is */
    rproxy_pause_t *pause; /* a filter's */
    ap_filter_t *filter;
    apr_bucket_brigade *held;
    apr_table_t *query;
    int wakes, rooms;
    apr_off_t sent;
} parked_t;

static APR_OPTIONAL_FN_TYPE(rproxy_can_park) * can_park;
static APR_OPTIONAL_FN_TYPE(rproxy_park) * park;
static APR_OPTIONAL_FN_TYPE(rproxy_wake) * wake;
static APR_OPTIONAL_FN_TYPE(rproxy_pause) * pause_response;
static APR_OPTIONAL_FN_TYPE(rproxy_go_on) * go_on_with;
static APR_OPTIONAL_FN_TYPE(rproxy_output_full) * output_full;
static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;
static APR_OPTIONAL_FN_TYPE(rproxy_finish_alone) * finish_alone;
static APR_OPTIONAL_FN_TYPE(rproxy_outcome) * outcome;

/* The lock guards the list, the job and stop; whoever holds it and finds a
 * request in the list may wake it. */
static apr_thread_mutex_t *lock;
static apr_thread_cond_t *changed;
static apr_thread_t *waker;
static parked_t *all;
static char job[256]; /* a path, or "storm"; "" none */
static int stop;
static int asides; /* atomic: memory buckets set aside */
static char *pattern;

#define SAY(r, ...) ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, __VA_ARGS__)

static const char *asked(const parked_t *p, const char *name)
{
    const char *value = apr_table_get(p->query, name);

    return value ? value : "";
}

/* ---- the thread that wakes ---- */

static void wake_one(parked_t *p)
{
    rproxy_pause_t *pause = p->pause;

    if (p->park) {
        wake(p->park);
        wake(p->park);
    }
    else if (pause) { /* once */
        p->pause = NULL;
        go_on_with(pause);
    }
}

static void wake_all(const char *path)
{
    parked_t *p;

    for (p = all; p; p = p->next) {
        if (!path || strcmp(p->r->uri, path) == 0) {
            wake_one(p);
        }
    }
}

/* Until all are gone.  It slackens, so that a short time to wait can end. */
static void wake_in_a_storm(void)
{
    apr_time_t begun = apr_time_now(), now = begun;
    apr_interval_time_t pause = STORM_PAUSE;

    while (!stop && now < begun + STORM_MOST
           && (all || now < begun + STORM_LEAST)) {
        wake_all(NULL);
        apr_thread_mutex_unlock(lock);
        apr_sleep(pause);
        pause += pause < STORM_PAUSE_MOST ? pause / 4 : 0;
        apr_thread_mutex_lock(lock);
        now = apr_time_now();
    }
}

static void *APR_THREAD_FUNC run_waker(apr_thread_t *thread, void *unused)
{
    (void)unused;
    apr_thread_mutex_lock(lock);
    while (!stop) {
        if (strcmp(job, "storm") == 0) {
            wake_in_a_storm();
        }
        else if (*job) {
            wake_all(job);
        }
        *job = '\0';
        apr_thread_cond_wait(changed, lock);
    }
    apr_thread_mutex_unlock(lock);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static apr_status_t stop_waker(void *unused)
{
    apr_status_t rv;

    (void)unused;
    apr_thread_mutex_lock(lock);
    stop = 1;
    apr_thread_cond_signal(changed);
    apr_thread_mutex_unlock(lock);
    return apr_thread_join(&rv, waker);
}

static int wake_handler(request_rec *r)
{
    apr_table_t *query;
    const char *path;

    ap_args_to_table(r, &query);
    path = apr_table_get(query, "wake");
    apr_thread_mutex_lock(lock);
    apr_cpystrn(job, path ? path : "", sizeof(job));
    apr_thread_cond_signal(changed);
    apr_thread_mutex_unlock(lock);
    ap_rprintf(r, "%s\n", on_loop(r) ? "loop" : "worker");
    return OK;
}

/* ---- buckets in memory that lasts ---- */

static apr_status_t memory_read(apr_bucket *b, const char **data,
                                apr_size_t *len, apr_read_type_e block)
{
    (void)block;
    *data = pattern + b->start;
    *len = b->length;
    return APR_SUCCESS;
}

static apr_status_t memory_setaside(apr_bucket *b, apr_pool_t *pool)
{
    (void)b;
    (void)pool;
    __atomic_add_fetch(&asides, 1, __ATOMIC_RELAXED);
    return APR_SUCCESS;
}

static const apr_bucket_type_t memory_type = { "PARK_TEST_MEMORY",
                                               5,
                                               APR_BUCKET_DATA,
                                               apr_bucket_destroy_noop,
                                               memory_read,
                                               memory_setaside,
                                               apr_bucket_simple_split,
                                               apr_bucket_simple_copy };

static apr_bucket *memory_bucket(apr_size_t len, apr_bucket_alloc_t *list)
{
    apr_bucket *b = apr_bucket_alloc(sizeof(*b), list);

    APR_BUCKET_INIT(b);
    b->free = apr_bucket_free;
    b->list = list;
    b->type = &memory_type;
    b->data = NULL;
    b->start = 0;
    b->length = len;
    return b;
}

/* ---- what a woken request does ---- */

static apr_status_t send_piece(parked_t *p, apr_off_t left)
{
    request_rec *r = p->r;
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, list);
    int memory = strcmp(asked(p, "kind"), "memory") == 0;
    apr_off_t piece = memory ? LARGE_PIECE : PIECE;
    apr_size_t len = (apr_size_t)(left < piece ? left : piece);

    APR_BRIGADE_INSERT_TAIL(bb, memory ? memory_bucket(len, list)
                                       : apr_bucket_heap_create(pattern, len,
                                                                NULL, list));
    p->sent += (apr_off_t)len;
    return ap_pass_brigade(r->output_filters, bb);
}

static int stream(parked_t *p)
{
    apr_off_t bytes = (apr_off_t)apr_atoi64(asked(p, "bytes"));

    ap_set_content_length(p->r, bytes);
    while (p->sent < bytes) {
        if (output_full(p->r)) {
            SAY(p->r, "park test: %s: full", p->r->uri);
            return RPROXY_PARKED;
        }
        if (send_piece(p, bytes - p->sent) != APR_SUCCESS) {
            return AP_FILTER_ERROR;
        }
    }
    SAY(p->r, "park test: streamed, rooms=%d asides=%d", p->rooms,
        __atomic_load_n(&asides, __ATOMIC_RELAXED));
    return OK;
}

static int go_on(parked_t *p)
{
    request_rec *r = p->r;
    const char *what = asked(p, "do");

    if (strcmp(what, "own") == 0) {
        r->handler = *asked(p, "handler") ? asked(p, "handler") : NULL;
        finish_alone(r, *asked(p, "alone") != '\0');
        return DECLINED;
    }
    if (strcmp(what, "status") == 0) {
        return atoi(asked(p, "code"));
    }
    if (strcmp(what, "stream") == 0) {
        return stream(p);
    }
    if (p->wakes < atoi(asked(p, "times"))) {
        return RPROXY_PARKED;
    }
    ap_set_content_type(r, "text/plain");
    apr_table_setn(r->notes, RPROXY_NOTE_CACHE, "woken");
    apr_table_setn(r->notes, RPROXY_NOTE_CACHE_REASON, "by \"thread\"");
    ap_rputs("woken\n", r);
    return OK;
}

/* ---- parking ---- */

static void unlist(parked_t *p)
{
    parked_t **at;

    apr_thread_mutex_lock(lock);
    for (at = &all; *at != p; at = &(*at)->next) {
    }
    *at = p->next;
    apr_thread_mutex_unlock(lock);
}

static int on_event(request_rec *r, rproxy_park_e event, void *ctx)
{
    static const char *const names[] = { "wake", "room", "gone", "timeout" };
    parked_t *p = ctx;
    int status;

    SAY(r, "park test: %s: %s", r->uri, names[event]);
    p->wakes += event == RPROXY_PARK_WAKE;
    p->rooms += event == RPROXY_PARK_ROOM;
    status = event == RPROXY_PARK_GONE ? RPROXY_PARKED
             : event == RPROXY_PARK_TIMEOUT && strcmp(asked(p, "do"), "own")
                 ? HTTP_GATEWAY_TIME_OUT
                 : go_on(p);
    if (event == RPROXY_PARK_GONE || status != RPROXY_PARKED) {
        unlist(p);
    }
    return status;
}

static int park_handler(request_rec *r)
{
    parked_t *p = apr_pcalloc(r->pool, sizeof(*p));
    apr_interval_time_t timeout;

    ap_args_to_table(r, &p->query);
    if (!can_park(r)) {
        ap_rputs("cannot park\n", r);
        return OK;
    }
    timeout = apr_time_from_msec(apr_atoi64(asked(p, "timeout")));
    p->r = r;
    apr_thread_mutex_lock(lock);
    p->park = park(r, on_event, p, timeout);
    p->next = all;
    all = p;
    apr_thread_mutex_unlock(lock);
    SAY(r, "park test: %s: parked", r->uri);
    return SUSPENDED;
}

static int handler(request_rec *r)
{
    if (!r->handler || !can_park) {
        return DECLINED;
    }
    if (strcmp(r->handler, "rproxy-cache-wait") == 0) {
        return park_handler(r);
    }
    return strcmp(r->handler, "rproxy-cache") == 0 ? wake_handler(r) : DECLINED;
}

/* ---- a filter that wants all of it ---- */

static apr_status_t save_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    request_rec *r = f->r;
    apr_off_t *saved = f->ctx;
    apr_bucket *b;

    if (!saved) {
        saved = f->ctx = apr_pcalloc(r->pool, sizeof(*saved));
        finish_alone(r, 1);
    }
    if (r->args && strcmp(r->args, "not-alone") == 0) {
        finish_alone(r, 0);
    }
    for (b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb);
         b = APR_BUCKET_NEXT(b)) {
        *saved += (apr_off_t)b->length;
        if (AP_BUCKET_IS_ERROR(b)) {
            SAY(r, "park test: %s: error bucket", r->uri);
        }
        if (APR_BUCKET_IS_EOS(b)) {
            SAY(r, "park test: %s: saved %" APR_OFF_T_FMT " outcome %s", r->uri,
                *saved, outcome(r) ? outcome(r) : "none");
        }
    }
    return ap_pass_brigade(f->next, bb);
}

/* ---- a filter that waits ---- */

static void resume(request_rec *r, void *ctx)
{
    parked_t *p = ctx;

    unlist(p);
    SAY(r, "park test: %s: resumed", r->uri);
    ap_pass_brigade(p->filter->next, p->held);
}

static apr_status_t pause_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    parked_t *p = f->ctx;

    if (p) {
        return ap_pass_brigade(f->next, bb);
    }
    p = f->ctx = apr_pcalloc(f->r->pool, sizeof(*p));
    p->r = f->r;
    p->filter = f;
    ap_save_brigade(f, &p->held, &bb, f->r->pool);
    apr_thread_mutex_lock(lock);
    p->pause = pause_response(f->r, resume, p);
    p->next = all;
    all = p;
    apr_thread_mutex_unlock(lock);
    SAY(f->r, "park test: %s: paused", f->r->uri);
    return APR_SUCCESS;
}

/* ---- the status ---- */

static void html(request_rec *r, apr_bucket_brigade *bb)
{
    apr_brigade_printf(bb, NULL, NULL, "<p>of %s</p>\n", r->handler);
}

static void json(request_rec *r, apr_bucket_brigade *bb)
{
    apr_brigade_printf(bb, NULL, NULL, "{\"of\":\"%s\"}", r->handler);
}

static void metrics(request_rec *r, apr_bucket_brigade *bb)
{
    (void)r;
    apr_brigade_puts(bb, NULL, NULL,
                     "# HELP rproxy_park_test Of a test.\n"
                     "# TYPE rproxy_park_test gauge\nrproxy_park_test 7\n");
}

static const rproxy_status_section_t section = { "Parking & test", html, json,
                                                 metrics };

/* ---- hooks ---- */

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    APR_OPTIONAL_FN_TYPE(rproxy_memory_bucket) *memory =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_memory_bucket);
    APR_OPTIONAL_FN_TYPE(rproxy_quick_filter) *quick_filter =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_quick_filter);
    APR_OPTIONAL_FN_TYPE(rproxy_use_loop) *use_loop =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_use_loop);

    can_park = APR_RETRIEVE_OPTIONAL_FN(rproxy_can_park);
    park = APR_RETRIEVE_OPTIONAL_FN(rproxy_park);
    wake = APR_RETRIEVE_OPTIONAL_FN(rproxy_wake);
    output_full = APR_RETRIEVE_OPTIONAL_FN(rproxy_output_full);
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    finish_alone = APR_RETRIEVE_OPTIONAL_FN(rproxy_finish_alone);
    outcome = APR_RETRIEVE_OPTIONAL_FN(rproxy_outcome);
    memory(&memory_type);
    pause_response = APR_RETRIEVE_OPTIONAL_FN(rproxy_pause);
    go_on_with = APR_RETRIEVE_OPTIONAL_FN(rproxy_go_on);
    quick_filter("park_save");
    quick_filter("park_pause");
    for (; s; s = s->next) {
        if (s->server_hostname && !strcmp(s->server_hostname, "park.example")) {
            use_loop(s);
        }
    }
    return OK;
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    apr_size_t i;

    (void)s;
    pattern = apr_palloc(pchild, LARGE_PIECE);
    for (i = 0; i < LARGE_PIECE; i++) {
        pattern[i] = (char)(i % PIECE % 251);
    }
    apr_thread_mutex_create(&lock, APR_THREAD_MUTEX_DEFAULT, pchild);
    apr_thread_cond_create(&changed, pchild);
    apr_thread_create(&waker, NULL, run_waker, NULL, pchild);
    apr_pool_pre_cleanup_register(pchild, NULL, stop_waker);
}

static void register_hooks(apr_pool_t *pool)
{
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_FIRST);
    ap_register_output_filter("PARK_SAVE", save_filter, NULL,
                              AP_FTYPE_RESOURCE);
    ap_register_output_filter("PARK_PAUSE", pause_filter, NULL,
                              AP_FTYPE_RESOURCE);
    ap_register_provider(pool, RPROXY_STATUS_GROUP, "park_test",
                         RPROXY_STATUS_VERSION, &section);
}

module __attribute__((visibility("default")))
park_test_module = { STANDARD20_MODULE_STUFF,
                     NULL,
                     NULL,
                     NULL,
                     NULL,
                     NULL,
                     register_hooks
#if defined(AP_MODULE_FLAG_NONE)
                     ,
                     AP_MODULE_FLAG_NONE
#endif
};
