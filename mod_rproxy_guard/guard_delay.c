/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_delay.c: see guard_delay.h.  Layer L2. */
#include "guard_private.h"
#include "guard_delay.h"

#include <ap_mpm.h>

#include "guard_request.h"

enum {
    PARKED_MAX = 10000 /* of a child, on its loops */
};

#define LOOK_AGAIN apr_time_from_msec(100)

static APR_OPTIONAL_FN_TYPE(rproxy_can_park) * can_park;
static APR_OPTIONAL_FN_TYPE(rproxy_park) * park;
static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;

static uint32_t parked, threads; /* that wait, in this child; atomics */
static uint32_t threads_max;

void guard_delay_open(void)
{
    int n = 1;

    can_park = APR_RETRIEVE_OPTIONAL_FN(rproxy_can_park);
    park = APR_RETRIEVE_OPTIONAL_FN(rproxy_park);
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &n);
    threads_max = n > 1 ? (uint32_t)n / 2 : 1;
}

/* ---- how many wait ---- */

static apr_status_t count_down(void *count)
{
    __atomic_fetch_sub((uint32_t *)count, 1, __ATOMIC_RELAXED);
    return APR_SUCCESS;
}

static int count_up(request_rec *r, uint32_t *count, uint32_t max)
{
    if (__atomic_fetch_add(count, 1, __ATOMIC_RELAXED) >= max) {
        count_down(count);
        return 0;
    }
    apr_pool_cleanup_register(r->pool, count, count_down,
                              apr_pool_cleanup_null);
    return 1;
}

static int is_on_loop(request_rec *r)
{
    return on_loop && on_loop(r);
}

/* One that httpd makes of another has no way back to the loop. */
const char *guard_delay_begin(request_rec *r)
{
    guard_request_t *request = guard_request_of(r);
    int loop = is_on_loop(r);
    uint32_t *count = loop ? &parked : &threads;

    if (!request->wait.limit || request->waits) {
        return NULL;
    }
    if (loop && (r->main || r->prev)) {
        return "it cannot wait within another request";
    }
    if (!count_up(r, count, loop ? PARKED_MAX : threads_max)) {
        return "too many requests wait already";
    }
    request->waits = count;
    apr_table_setn(r->notes, RPROXY_NOTE_LATER, "1");
    return NULL;
}

/* ---- the wait ---- */

static void go_on(request_rec *r)
{
    guard_request_t *request = guard_request_of(r);
    apr_interval_time_t since = apr_time_now() - r->request_time;

    apr_pool_cleanup_run(r->pool, request->waits, count_down);
    request->waits = NULL;
    request->waited = request->wait;
    if (since < request->waited.us) { /* its client went */
        request->waited.us = since;
    }
    request->wait = (guard_wait_t){ NULL, 0 };
    apr_table_unset(r->notes, RPROXY_NOTE_LATER);
}

static int woken(request_rec *r, rproxy_park_e event, void *unused)
{
    if (event != RPROXY_PARK_TIMEOUT && event != RPROXY_PARK_GONE) {
        return RPROXY_PARKED;
    }
    go_on(r);
    return event == RPROXY_PARK_GONE ? DONE : DECLINED;
}

/* Also if the clock was set back meanwhile. */
static apr_interval_time_t left_of(const request_rec *r,
                                   const guard_request_t *request)
{
    apr_interval_time_t left =
        r->request_time + request->wait.us - apr_time_now();

    return left < request->wait.us ? left : request->wait.us;
}

/* On a worker thread; a server that stops waits for nobody. */
static void sleep_for(apr_interval_time_t left)
{
    int state = 0;

    for (; left > 0 && ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS
           && state != AP_MPMQ_STOPPING;
         left -= LOOK_AGAIN) {
        apr_sleep(left < LOOK_AGAIN ? left : LOOK_AGAIN);
    }
}

/* Before all others.  Its time counts from when it came.  On a loop it parks
 * even if that is over: what comes behind may have to run on a thread. */
static int handler(request_rec *r)
{
    const guard_request_t *request;
    apr_interval_time_t left;

    if (!apr_table_get(r->notes, RPROXY_NOTE_LATER)) {
        return DECLINED;
    }
    request = guard_request_of(r);
    if (!request->waits) { /* for something else */
        return DECLINED;
    }
    left = left_of(r, request);
    if (can_park && can_park(r) && park(r, woken, NULL, left > 0 ? left : 1)) {
        return SUSPENDED;
    }
    if (!is_on_loop(r)) {
        sleep_for(left);
    }
    go_on(r);
    return DECLINED;
}

void guard_delay_register(void)
{
    static const char *const behind[] = { "mod_rproxy.c", "mod_rproxy_cache.c",
                                          NULL };

    ap_hook_handler(handler, NULL, behind, APR_HOOK_REALLY_FIRST);
}
