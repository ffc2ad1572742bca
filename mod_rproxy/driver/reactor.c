/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reactor.c: the event loop.  Layer L1. */
#include "reactor.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_PER_TURN 64
#define LAG_SAMPLE 16
#define LAG_CROWD (EVENTS_PER_TURN / 2)
#define TIDY_INTERVAL apr_time_from_sec(1)
#define IDLE_CHUNK_BYTES (4 * 1024 * 1024)

static void list_init(reactor_list_t *list)
{
    list->first = NULL;
    list->last = &list->first;
}

static void list_append(reactor_list_t *list, reactor_task_t *task)
{
    if (!task->queued) {
        task->queued = 1;
        task->next = NULL;
        *list->last = task;
        list->last = &task->next;
    }
}

static int list_remove(reactor_list_t *list, reactor_task_t *task)
{
    reactor_task_t **at;

    for (at = &list->first; *at; at = &(*at)->next) {
        if (*at == task) {
            *at = task->next;
            if (!*at) {
                list->last = at;
            }
            task->queued = 0;
            return 1;
        }
    }
    return 0;
}

void reactor_later(reactor_t *reactor, reactor_task_t *task)
{
    if (!task->queued) {
        task->turn = reactor->turn;
    }
    list_append(&reactor->later, task);
}

void reactor_at_turn_end(reactor_t *reactor, reactor_task_t *task)
{
    list_append(&reactor->turn_end, task);
}

void reactor_forget(reactor_t *reactor, reactor_task_t *task)
{
    if (task->queued && !list_remove(&reactor->later, task)) {
        list_remove(&reactor->turn_end, task);
    }
}

void reactor_post(reactor_t *reactor, reactor_task_t *task)
{
    reactor_task_t *head = __atomic_load_n(&reactor->inbox, __ATOMIC_RELAXED);
    uint64_t one = 1;

    do {
        task->next = head;
    } while (!__atomic_compare_exchange_n(&reactor->inbox, &head, task, 1,
                                          __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    if (!head) { /* else a wake-up is under way */
        ssize_t ignored = write(reactor->wake_fd, &one, sizeof(one));
        (void)ignored;
    }
}

/* What is in the inbox goes behind what has arrived before. */
static void empty_inbox(reactor_t *reactor)
{
    reactor_task_t *task, *in_order = NULL, **last = &reactor->arrived;

    task = __atomic_exchange_n(&reactor->inbox, NULL, __ATOMIC_ACQUIRE);
    while (task) {
        reactor_task_t *next = task->next;
        task->next = in_order;
        in_order = task;
        task = next;
    }
    while (*last) {
        last = &(*last)->next;
    }
    *last = in_order;
}

static void run_inbox(reactor_t *reactor)
{
    empty_inbox(reactor);
    while (reactor->arrived) {
        reactor_task_t *task = reactor->arrived;

        reactor->arrived = task->next;
        task->run(task, reactor);
    }
}

/* The descriptor stays readable: those that are left are run soon. */
void reactor_unpost(reactor_t *reactor, const reactor_task_t *task)
{
    reactor_task_t **at;

    empty_inbox(reactor);
    for (at = &reactor->arrived; *at; at = &(*at)->next) {
        if (*at == task) {
            *at = task->next;
            return;
        }
    }
}

/* Runs what is in the list now and what its tasks add while they run. */
static void run_list(reactor_t *reactor, reactor_list_t *list)
{
    while (list->first) {
        reactor_task_t *task = list->first;
        list->first = task->next;
        if (!list->first) {
            list->last = &list->first;
        }
        task->queued = 0;
        task->run(task, reactor);
    }
}

/* Runs only what was there before: its tasks may ask for one more turn. */
static void run_later(reactor_t *reactor)
{
    reactor->turn++;
    while (reactor->later.first
           && reactor->later.first->turn != reactor->turn) {
        reactor_task_t *task = reactor->later.first;
        list_remove(&reactor->later, task);
        task->run(task, reactor);
    }
}

static void tidy(timer_entry_t *entry, int64_t now)
{
    reactor_t *reactor =
        (reactor_t *)((char *)entry - offsetof(reactor_t, tidy_timer));

    conn_pool_expire(reactor->env.conns, now);
    timer_set(&reactor->timers, entry, now + TIDY_INTERVAL);
}

apr_status_t reactor_watch(reactor_t *reactor, int fd, watch_t *watch)
{
    struct epoll_event event = { .events =
                                     EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                 .data.ptr = watch };

    if (epoll_ctl(reactor->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        return errno;
    }
    return APR_SUCCESS;
}

static apr_status_t close_descriptors(void *data)
{
    reactor_t *reactor = data;

    close(reactor->epoll_fd);
    close(reactor->wake_fd);
    return APR_SUCCESS;
}

apr_status_t reactor_create(reactor_t **out, int number, const shared_t *shared,
                            apr_pool_t *pool)
{
    reactor_t *reactor = apr_pcalloc(pool, sizeof(*reactor));
    struct epoll_event event = { .events = EPOLLIN };

    reactor->number = number;
    reactor->now = clock_now();
    reactor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    reactor->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reactor->epoll_fd < 0 || reactor->wake_fd < 0
        || epoll_ctl(reactor->epoll_fd, EPOLL_CTL_ADD, reactor->wake_fd, &event)
               != 0) {
        return errno;
    }
    apr_pool_cleanup_register(pool, reactor, close_descriptors,
                              apr_pool_cleanup_null);
    list_init(&reactor->later);
    list_init(&reactor->turn_end);
    timer_wheel_init(&reactor->timers, reactor->now);
    reactor->tidy_timer.fire = tidy;
    timer_set(&reactor->timers, &reactor->tidy_timer,
              reactor->now + TIDY_INTERVAL);
    reactor->env.chunks.max_idle = IDLE_CHUNK_BYTES;
    reactor->env.conns = conn_pool_create(shared, 0, pool);
    reactor->env.conns->defer_free = 1;
    reactor->env.shared = shared;
    reactor->env.driver = reactor;
    reactor->metrics = &shared->child[shared_child()];
    *out = reactor;
    return APR_SUCCESS;
}

static int wait_ms(const reactor_t *reactor)
{
    int64_t usec;

    if (reactor->later.first) {
        return 0;
    }
    usec = timer_wheel_next(&reactor->timers, reactor->now);
    return usec < 0 ? 1000 : (int)((usec + 999) / 1000);
}

static void drain_wake_up(const reactor_t *reactor)
{
    uint64_t count;
    ssize_t ignored = read(reactor->wake_fd, &count, sizeof(count));

    (void)ignored;
}

/* How long turns take, by sample: to read the clock twice in each turn would
 * be felt.  Every 16th turn is measured, and each that found a crowd of events:
 * what has to wait for a long turn comes in a crowd afterwards. */
static void count_turn(const reactor_t *reactor, int events)
{
    metrics_child_t *m = reactor->metrics;
    uint64_t turn = METRIC_ADD(m->loop_turns, 1);

    if (turn % LAG_SAMPLE == 0 || events >= LAG_CROWD) {
        histogram_add(&m->loop_lag, clock_now() - reactor->now);
    }
}

void reactor_run(reactor_t *reactor)
{
    struct epoll_event events[EVENTS_PER_TURN];

    while (!reactor->stop) {
        int i, n = epoll_wait(reactor->epoll_fd, events, EVENTS_PER_TURN,
                              wait_ms(reactor));
        reactor->now = clock_now();
        for (i = 0; i < n; i++) {
            watch_t *watch = events[i].data.ptr;
            if (watch) {
                watch->ready(watch, events[i].events);
            }
            else {
                drain_wake_up(reactor);
            }
        }
        run_inbox(reactor);
        timer_wheel_run(&reactor->timers, reactor->now);
        run_later(reactor);
        run_list(reactor, &reactor->turn_end);
        conn_pool_bury(reactor->env.conns);
        count_turn(reactor, n);
    }
}
