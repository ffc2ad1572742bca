/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* loop.c: the event loops of a child: start, choice, shedding, end.
 * Layer L2. */
#include "client_private.h"

#include <stddef.h>

#include "acceptor.h"

#include <ap_mpm.h>
#include <http_log.h>
#include <scoreboard.h>

#define SHED_INTERVAL apr_time_from_sec(1)
#define LEAVE_INTERVAL apr_time_from_msec(50)

static loop_t *loops;
static int loop_count;
static int next_loop;

static void *APR_THREAD_FUNC loop_main(apr_thread_t *thread, void *data)
{
    loop_t *loop = data;

    loop->thread = thread;
    reactor_run(loop->reactor);
    return NULL;
}

/* The MPM stops accepting when a child holds too many connections: the idle
 * ones that have waited longest make room. */
static void shed(timer_entry_t *entry, int64_t now)
{
    loop_t *loop = (loop_t *)((char *)entry - offsetof(loop_t, shed_timer));
    process_score *ps = ap_get_scoreboard_process(client_scoreboard_child());

    if (ps && ps->not_accepting && !loop->stopping) {
        client_shed(loop);
    }
    timer_set(&loop->reactor->timers, entry, now + SHED_INTERVAL);
}

static void stop_loop(reactor_task_t *task, reactor_t *reactor)
{
    loop_t *loop = (loop_t *)((char *)task - offsetof(loop_t, stop_task));
    client_t *client, *next;

    (void)reactor;
    loop->stopping = 1;
    acceptor_close(loop);
    client_handoff_stop(loop);
    for (client = loop->clients; client; client = next) {
        next = client->next;
        client_stop(client);
    }
}

void loops_stopping(int graceful)
{
    static int told;
    int i, again = __atomic_exchange_n(&told, 1, __ATOMIC_ACQ_REL);

    for (i = 0; i < loop_count; i++) {
        __atomic_store_n(&loops[i].graceful, graceful, __ATOMIC_RELEASE);
        if (!again) {
            loops[i].stop_task.run = stop_loop;
            reactor_post(loops[i].reactor, &loops[i].stop_task);
        }
    }
}

/* Ends the loop's thread: in a graceful stop when the last client is gone. */
static void leave(reactor_task_t *task, reactor_t *reactor)
{
    loop_t *loop = (loop_t *)((char *)task - offsetof(loop_t, leave_task));

    if (__atomic_load_n(&loop->graceful, __ATOMIC_ACQUIRE)
        && loop->client_count) {
        timer_set(&reactor->timers, &loop->leave_timer,
                  reactor->now + LEAVE_INTERVAL);
        return;
    }
    reactor->stop = 1;
}

static void leave_again(timer_entry_t *entry, int64_t now)
{
    loop_t *loop = (loop_t *)((char *)entry - offsetof(loop_t, leave_timer));

    (void)now;
    leave(&loop->leave_task, loop->reactor);
}

/* Before the child's pool goes: nobody may be inside a loop any more.  The
 * MPM waits for the connections it knows of; those the loops have accepted
 * themselves are waited for here, as long as the parent allows
 * (GracefulShutdownTimeout). */
static apr_status_t join_loops(void *unused)
{
    apr_status_t rv;
    int i, j;

    (void)unused;
    for (i = 0; i < loop_count; i++) {
        loops[i].leave_task.run = leave;
        loops[i].leave_timer.fire = leave_again;
        reactor_post(loops[i].reactor, &loops[i].leave_task);
    }
    for (i = 0; i < loop_count; i++) {
        if (loops[i].thread_handle) {
            apr_thread_join(&rv, loops[i].thread_handle);
        }
        for (j = 0; loops[i].own_threads && j < loops[i].own_threads->nelts;
             j++) {
            apr_thread_join(&rv, APR_ARRAY_IDX(loops[i].own_threads, j,
                                               apr_thread_t *));
        }
    }
    loop_count = 0;
    return APR_SUCCESS;
}

static apr_status_t start_thread(loop_t *loop, apr_pool_t *pool)
{
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 122)
    return ap_thread_create(&loop->thread_handle, NULL, loop_main, loop, pool);
#else
    return apr_thread_create(&loop->thread_handle, NULL, loop_main, loop, pool);
#endif
}

/* Some threads stay free for connections that the MPM accepts: it takes those
 * that run our callbacks for idle, and gives them connections that would wait
 * for them, or be lost when the child stops. */
static int handoff_limit(int threads, int loops)
{
    int limit = (threads - (threads + 7) / 8) / loops;

    return limit > 0 ? limit : 1;
}

apr_status_t loops_start(apr_pool_t *pchild, server_rec *s,
                         const shared_t *shared, int count)
{
    int i, threads = 1;
    apr_status_t rv;

    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    loops = apr_pcalloc(pchild, sizeof(loop_t) * (size_t)count);
    apr_pool_pre_cleanup_register(pchild, NULL, join_loops);
    for (i = 0; i < count; i++) {
        loop_t *loop = &loops[i];
        rv = reactor_create(&loop->reactor, i, shared, pchild);
        if (rv != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                         RPLOGNO(1301) "event loop %d cannot be made: this "
                                       "child serves all requests on worker "
                                       "threads",
                         i);
            break;
        }
        loop->loops = count;
        acceptor_start(loop, pchild);
        loop->handoff_limit = handoff_limit(threads, count);
        loop->waiting.last = &loop->waiting.first;
        loop->shed_timer.fire = shed;
        timer_set(&loop->reactor->timers, &loop->shed_timer,
                  clock_now() + SHED_INTERVAL);
        rv = start_thread(loop, pchild);
        if (rv != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                         RPLOGNO(1302) "the thread of event loop %d cannot be "
                                       "started",
                         i);
            break;
        }
        loop_count = i + 1;
    }
    return loop_count ? APR_SUCCESS : APR_EGENERAL;
}

loop_t *loops_choose(void)
{
    unsigned n;

    if (!loop_count) {
        return NULL;
    }
    n = (unsigned)__atomic_fetch_add(&next_loop, 1, __ATOMIC_RELAXED);
    return &loops[n % (unsigned)loop_count];
}
