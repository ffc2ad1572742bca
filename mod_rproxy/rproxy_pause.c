/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_pause.c: output filters that wait for another thread, on the loop.
 * Layer L2.
 *
 * While a response is paused its request lives, so that the other thread may
 * look at what belongs to it; the exchange goes on as far as it can without
 * the filters. */
#include "rproxy_pause.h"

#include <stddef.h>

#include "client/loop.h"
#include "mod_rproxy.h"
#include "rproxy_handler.h"
#include "rproxy_loop.h"
#include "rproxy_private.h"

struct rproxy_pause_t {
    reactor_task_t task;
    proxied_t *p;
    rproxy_pause_fn *fn;
    void *ctx;
};

static void go_on(reactor_task_t *task, reactor_t *reactor)
{
    rproxy_pause_t *pause =
        (rproxy_pause_t *)((char *)task - offsetof(rproxy_pause_t, task));
    proxied_t *p = pause->p;

    (void)reactor;
    p->paused = 0;
    pause->fn(p->r, pause->ctx);
    if (!p->paused) {
        rproxy_loop_go_on(p);
    }
}

static rproxy_pause_t *rproxy_pause(request_rec *r, rproxy_pause_fn *fn,
                                    void *ctx)
{
    proxied_t *p = ap_get_module_config(r->request_config, &rproxy_module);
    rproxy_pause_t *pause;

    if (!p || !p->client || !p->x || p->r != r || p->paused || p->has_ended) {
        return NULL;
    }
    pause = apr_pcalloc(r->pool, sizeof(*pause));
    pause->task.run = go_on;
    pause->p = p;
    pause->fn = fn;
    pause->ctx = ctx;
    p->paused = 1;
    return pause;
}

static void rproxy_go_on(rproxy_pause_t *pause)
{
    reactor_post(pause->p->client->loop->reactor, &pause->task);
}

void pause_register(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_pause);
    APR_REGISTER_OPTIONAL_FN(rproxy_go_on);
}
