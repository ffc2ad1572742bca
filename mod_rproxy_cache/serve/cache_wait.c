/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_wait.c: see cache_wait.h.  Layer L2. */
#include "cache_wait.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_connection.h>

#include "status/cache_counters.h"
#include "serve/cache_form.h"
#include "serve/cache_head.h"
#include "serve/cache_lookup.h"
#include "save/cache_save.h"
#include "serve/cache_serve.h"
#include "engine/thread.h"
#include "policy/reuse.h"

/* An owner that is killed says nothing: all look by themselves now and then. */
#define LOOK_MS 250

typedef struct waiting_t {
    struct waiting_t *next, *prev; /* of all in this child; under lock */
    cache_request_t *q;
    request_rec *r;
    rproxy_park_t *park; /* NULL: a thread waits for the condition */
    apr_time_t until;    /* for the head */
    uint64_t sent;       /* bytes of the body */
    int begun;           /* the head is out */
    int moved;           /* since the thread looked; under lock */
} waiting_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wakened = PTHREAD_COND_INITIALIZER;
static waiting_t *all;
static int stop_pipe[2] = { -1, -1 };
static apr_thread_t *thread;

/* ---- who waits ---- */

static void link_waiting(waiting_t *w)
{
    pthread_mutex_lock(&lock);
    w->next = all;
    if (all) {
        all->prev = w;
    }
    all = w;
    pthread_mutex_unlock(&lock);
}

static void unlink_waiting(waiting_t *w)
{
    pthread_mutex_lock(&lock);
    *(w->prev ? &w->prev->next : &all) = w->next;
    if (w->next) {
        w->next->prev = w->prev;
    }
    w->next = w->prev = NULL;
    pthread_mutex_unlock(&lock);
}

static void wake_all(void)
{
    waiting_t *w;

    pthread_mutex_lock(&lock);
    for (w = all; w; w = w->next) {
        w->moved = 1;
        if (w->park) {
            cache.peers.wake(w->park);
        }
    }
    pthread_cond_broadcast(&wakened);
    pthread_mutex_unlock(&lock);
}

static void *APR_THREAD_FUNC watch(apr_thread_t *self, void *unused)
{
    struct pollfd fds[2] = { { store_wake_fd(cache.store), POLLIN, 0 },
                             { stop_pipe[0], POLLIN, 0 } };
    uint64_t count;

    (void)self;
    (void)unused;
    while (!fds[1].revents) {
        if (poll(fds, 2, -1) < 0) {
            continue;
        }
        if (fds[0].revents && read(fds[0].fd, &count, sizeof(count)) < 0) {
            continue;
        }
        wake_all();
    }
    return NULL;
}

static apr_status_t stop(void *unused)
{
    apr_status_t rv;

    (void)unused;
    close(stop_pipe[1]);
    apr_thread_join(&rv, thread);
    close(stop_pipe[0]);
    return APR_SUCCESS;
}

apr_status_t cache_wait_start(apr_pool_t *pchild)
{
    apr_status_t rv;

    if (pipe(stop_pipe) != 0) {
        return errno;
    }
    rv = thread_start(&thread, watch, NULL, pchild);
    if (rv == APR_SUCCESS) {
        /* Before the thread's own pool goes. */
        apr_pool_pre_cleanup_register(pchild, NULL, stop);
    }
    return rv;
}

/* ---- one step ---- */

/* Goes to the origin itself, behind the phases it has been through. */
static int go_alone(waiting_t *w)
{
    w->r->handler = w->q->handler;
    w->q->waited = 1;
    w->q->fwd = "miss";
    cache_fetch_alone(w->q, w->r);
    cache_save_install(w->q, w->r);
    return DECLINED;
}

/* The fetch has failed, but there is an older response that may be used. */
static int use_stale(waiting_t *w)
{
    cache_request_t *q = w->q;

    if (!cache_may_stand_in(q)) {
        return 0;
    }
    store_unpin(cache.store, &q->pin);
    q->pin = q->stale;
    memset(&q->stale, 0, sizeof(q->stale));
    q->reason = reuse_name(REUSE_STALE_ERROR);
    return 1;
}

static int finish(waiting_t *w)
{
    cache_request_t *q = w->q;

    q->collapsed = 1;
    q->way = CACHE_SERVE;
    cache_request_say(q, w->r, "hit");
    cache_count(cache_server_conf(w->r->server)->number, COUNT_COLLAPSED, 1);
    if (cache_form_waits(q, w->r, q->pin.object)) {
        w->r->handler = CACHE_THREAD_HANDLER;
        return DECLINED;
    }
    return cache_serve(q, w->r);
}

/* Under another key now, or stored anew: as if it had just come. */
static int look_again(waiting_t *w)
{
    cache_request_t *q = w->q;
    int soft;

    store_unpin(cache.store, &q->pin);
    if (cache_lookup(q, &q->pin, &soft) == FOUND_OBJECT
        && !(store_object_meta(q->pin.object)->flags & STORE_PARTIAL)
        && cache_lookup_verdict(q, &q->pin, soft) == REUSE_HIT) {
        return finish(w);
    }
    store_unpin(cache.store, &q->pin);
    switch (store_fill_begin(cache.store, &q->variant, q->clock, 1, &q->fill,
                             &q->pin)) {
    case FILL_FOLLOW:
        return SUSPENDED;
    case FILL_OWNER:
        store_fill_abort(&q->fill, (uint32_t)q->begun_s, 0);
        return go_alone(w);
    default:
        return go_alone(w);
    }
}

static int begin_head(waiting_t *w)
{
    cache_request_t *q = w->q;
    const store_object_t *o = q->pin.object;
    int64_t length = store_pending_length(cache.store, &q->pin);

    w->begun = 1;
    q->collapsed = 1;
    cache_request_say(q, w->r, "hit");
    cache_count(cache_server_conf(w->r->server)->number, COUNT_COLLAPSED, 1);
    cache_head_apply(w->r, store_object_raw_head(o),
                     store_object_meta(o)->status);
    cache_serve_set_age(q, w->r, o);
    if (length >= 0) {
        ap_set_content_length(w->r, (apr_off_t)length);
    }
    return OK;
}

static int pass(waiting_t *w, apr_bucket_brigade *bb)
{
    apr_status_t rv = ap_pass_brigade(w->r->output_filters, bb);

    apr_brigade_cleanup(bb);
    return rv == APR_SUCCESS || w->r->connection->aborted ? OK
                                                          : AP_FILTER_ERROR;
}

/* More of the body has come. */
static int send_more(waiting_t *w, uint64_t available, int done)
{
    request_rec *r = w->r;
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, list);
    int rv;

    if (!r->header_only) {
        cache_serve_body(r, w->q->pin.object, w->sent, available - w->sent, bb);
    }
    w->sent = available;
    APR_BRIGADE_INSERT_TAIL(bb, done ? apr_bucket_eos_create(list)
                                     : apr_bucket_flush_create(list));
    rv = pass(w, bb);
    return rv != OK || done ? rv : SUSPENDED;
}

static int cut_short(waiting_t *w)
{
    request_rec *r = w->r;
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, list);

    APR_BRIGADE_INSERT_TAIL(bb, ap_bucket_error_create(HTTP_BAD_GATEWAY, NULL,
                                                       r->pool, list));
    APR_BRIGADE_INSERT_TAIL(bb, ap_bucket_eoc_create(list));
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(list));
    r->connection->keepalive = AP_CONN_CLOSE;
    return pass(w, bb);
}

/* Conditions, codings and whole responses are cache_serve's: only a long body
 * on its way is sent piece by piece. */
static int may_stream(const waiting_t *w)
{
    const cache_request_t *q = w->q;
    int wanting;

    return !q->facts.has_condition && !q->facts.has_range
           && cache_form_find(q, q->pin.object, &wanting) == q->pin.object;
}

/* Who waits has asked for the whole; the fetch may be of a range. */
static int is_part(const waiting_t *w)
{
    return (store_object_meta(w->q->pin.object)->flags & STORE_PARTIAL) != 0;
}

/* @return SUSPENDED: waits on; DECLINED: the request's own handler; or what a
 *         handler returns */
static int step(waiting_t *w, apr_time_t now)
{
    uint64_t available = 0;

    switch (store_pending(cache.store, &w->q->pin, &available)) {
    case PENDING_WAIT:
        if (now < w->until) {
            return SUSPENDED;
        }
        return use_stale(w) ? finish(w) : go_alone(w);
    case PENDING_HEAD:
        if (is_part(w)) {
            return go_alone(w);
        }
        if (!w->begun && (!may_stream(w) || available == 0)) {
            return now < w->until ? SUSPENDED : go_alone(w);
        }
        if (!w->begun) {
            begin_head(w);
        }
        if (available == w->sent
            || (cache.peers.output_full && w->park
                && cache.peers.output_full(w->r))) {
            return SUSPENDED;
        }
        return send_more(w, available, 0);
    case PENDING_DONE:
        if (is_part(w)) {
            return go_alone(w);
        }
        return w->begun ? send_more(w, available, 1) : finish(w);
    case PENDING_MOVED:
        return look_again(w);
    case PENDING_REFUSED:
    case PENDING_FAILED:
        break;
    }
    if (w->begun) {
        return cut_short(w);
    }
    return use_stale(w) ? finish(w) : go_alone(w);
}

/* ---- on the loop ---- */

static int parked(request_rec *r, rproxy_park_e event, void *ctx)
{
    waiting_t *w = ctx;
    int rv;

    (void)r;
    if (event == RPROXY_PARK_GONE) {
        unlink_waiting(w);
        return OK;
    }
    rv = step(w, apr_time_now());
    if (rv != RPROXY_PARKED) {
        unlink_waiting(w);
    }
    return rv;
}

/* ---- on a thread ---- */

static int wait_here(waiting_t *w)
{
    int rv;

    while ((rv = step(w, apr_time_now())) == SUSPENDED) {
        struct timespec until;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_mutex_lock(&lock);
        while (!w->moved
               && pthread_cond_timedwait(&wakened, &lock, &until) == 0) {
        }
        w->moved = 0;
        pthread_mutex_unlock(&lock);
        if (w->r->connection->aborted) {
            return OK;
        }
    }
    return rv;
}

int cache_wait(cache_request_t *q, request_rec *r)
{
    waiting_t *w = apr_pcalloc(r->pool, sizeof(*w));
    int on_loop = cache.peers.can_park && cache.peers.can_park(r);
    int rv;

    w->q = q;
    w->r = r;
    w->until =
        apr_time_now() + apr_time_from_sec(CACHE_SETTING(q->settings, wait_s));
    link_waiting(w);
    if (on_loop) {
        /* The first look too happens from there: it may end with the request's
         * own handler, which may not be one for the loop. */
        pthread_mutex_lock(&lock);
        w->park = cache.peers.park(r, parked, w, LOOK_MS * 1000);
        cache.peers.wake(w->park);
        pthread_mutex_unlock(&lock);
        return SUSPENDED;
    }
    rv = wait_here(w);
    unlink_waiting(w);
    return rv;
}
