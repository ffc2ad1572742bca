/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reactor_test.c: what runs when in a turn of the event loop: events, the
 * inbox, timers, what was put off, what waits for the end of the turn; and
 * posts of other threads. */
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <apr_general.h>

#include "engine/metrics.c"
#include "engine/recount.c"
#include "engine/shared.c"
#include "engine/conn_pool.c"
#include "driver/timer_wheel.c"
#include "driver/reactor.c"

static apr_pool_t *pool;
static shared_t *shared;
static reactor_t *loop;
static unit_text_t said;

static void begin_with(int members)
{
    if (pool) {
        apr_pool_destroy(pool);
    }
    apr_pool_create(&pool, NULL);
    assert_int_equal(shared_create(&shared, 1, 0, members, 0, pool),
                     APR_SUCCESS);
    assert_int_equal(shared_child_claim(shared, pool), APR_SUCCESS);
    assert_int_equal(reactor_create(&loop, 0, shared, pool), APR_SUCCESS);
    said.len = 0;
    said.text[0] = '\0';
}

static void begin(void)
{
    begin_with(0);
}

static uint64_t turns(void)
{
    return shared->child[0].loop_turns;
}

/* ---- tasks that say their name ---- */

typedef struct job_t {
    reactor_task_t task;
    const char *name;
    void (*then)(struct job_t *job); /* what it does besides */
    int left;                        /* how often it goes on */
} job_t;

static void run_job(reactor_task_t *task, reactor_t *reactor)
{
    job_t *job = (job_t *)task;

    assert_ptr_equal(reactor, loop);
    unit_text_add(&said, "%s ", job->name);
    if (job->then) {
        job->then(job);
    }
}

#define JOB(word, what)                                        \
    {                                                          \
        .task = { .run = run_job }, .name = word, .then = what \
    }

static void stop_loop(job_t *job)
{
    loop->stop = 1;
}

static job_t stopper = JOB("stop", stop_loop);

/* One turn, which does not wait. */
static void run_turn(void)
{
    const uint64_t one = 1;

    loop->stop = 0;
    assert_int_equal(write(loop->wake_fd, &one, sizeof(one)), sizeof(one));
    reactor_at_turn_end(loop, &stopper.task);
    reactor_run(loop);
}

/* ---- the order within a turn ---- */

typedef struct {
    watch_t watch;
    int fd;
} event_t;

static void event_ready(watch_t *watch, unsigned events)
{
    unit_text_add(&said, "event ");
    assert_true(events & EPOLLIN);
}

static void timer_fired(timer_entry_t *entry, int64_t now)
{
    unit_text_add(&said, "timer ");
}

static void check_order(void **state)
{
    event_t event = { .watch = { event_ready } };
    timer_entry_t timer = { .fire = timer_fired };
    job_t inbox = JOB("inbox", NULL), later = JOB("later", NULL);
    job_t end = JOB("end", NULL);
    uint64_t one = 1;

    begin();
    event.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_int_equal(reactor_watch(loop, event.fd, &event.watch), APR_SUCCESS);
    timer_wheel_init(&loop->timers, loop->now - (10 << TIMER_TICK_SHIFT));
    timer_set(&loop->timers, &timer, loop->now - (5 << TIMER_TICK_SHIFT));
    reactor_at_turn_end(loop, &end.task);
    reactor_later(loop, &later.task);
    reactor_post(loop, &inbox.task);
    assert_int_equal(write(event.fd, &one, sizeof(one)), sizeof(one));
    run_turn();
    assert_string_equal(said.text, "event inbox timer later end stop ");
    assert_int_equal(turns(), 1);
    close(event.fd);
}

/* An edge is told once, until there is a new one. */
static void check_edges(void **state)
{
    event_t event = { .watch = { event_ready } };
    uint64_t one = 1;
    int i;

    begin();
    event.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_int_equal(reactor_watch(loop, event.fd, &event.watch), APR_SUCCESS);
    assert_int_equal(write(event.fd, &one, sizeof(one)), sizeof(one));
    for (i = 0; i < 3; i++) {
        if (i == 2) {
            assert_int_equal(write(event.fd, &one, sizeof(one)), sizeof(one));
        }
        run_turn();
    }
    assert_string_equal(said.text, "event stop stop event stop ");
    close(event.fd);
    assert_int_equal(reactor_watch(loop, event.fd, &event.watch), EBADF);
}

/* ---- later and at the end of the turn ---- */

static job_t added = JOB("added", NULL);

static void add_later(job_t *job)
{
    reactor_later(loop, &added.task);
}

static void add_at_end(job_t *job)
{
    reactor_at_turn_end(loop, &added.task);
}

static void check_added(void **state)
{
    job_t first = JOB("first", add_later), second = JOB("second", add_at_end);

    begin();
    reactor_later(loop, &first.task);
    run_turn();
    assert_string_equal(said.text, "first stop ");
    run_turn(); /* the next one runs what was added, without a wait */
    assert_string_equal(said.text, "first stop added stop ");
    begin();
    reactor_later(loop, &second.task);
    run_turn();
    assert_string_equal(said.text, "second stop added ");
    assert_int_equal(turns(), 1);
}

static void repeat_later(job_t *job)
{
    if (job->left--) {
        reactor_later(loop, &job->task);
    }
    else {
        loop->stop = 1;
    }
}

/* Once a turn, whatever else is there; no turn waits for an event. */
static void check_again_and_again(void **state)
{
    job_t a = JOB("a", repeat_later), b = JOB("b", repeat_later);

    begin();
    a.left = 2;
    b.left = 3;
    reactor_later(loop, &a.task);
    reactor_later(loop, &b.task);
    reactor_run(loop); /* a stops it in the third turn, b goes on */
    assert_string_equal(said.text, "a b a b a b ");
    assert_int_equal(turns(), 3);
    assert_int_equal(b.left, 0);
    loop->stop = 0;
    reactor_run(loop);
    assert_string_equal(said.text, "a b a b a b b ");
    assert_int_equal(turns(), 4);
}

static job_t *forgotten;

static void forget_and_repeat(job_t *job)
{
    reactor_forget(loop, &forgotten->task);
    reactor_later(loop, &job->task);
}

/* The last of the turn is taken away by one that comes again: that is for the
 * next turn all the same. */
static void check_forgets_the_last(void **state)
{
    job_t a = JOB("a", forget_and_repeat), b = JOB("b", NULL);

    begin();
    forgotten = &b;
    reactor_later(loop, &a.task);
    reactor_later(loop, &b.task);
    run_turn();
    assert_string_equal(said.text, "a stop ");
    run_turn();
    assert_string_equal(said.text, "a stop a stop ");
}

static void repeat_at_end(job_t *job)
{
    if (job->left--) {
        reactor_at_turn_end(loop, &job->task);
    }
}

static void check_end_goes_on(void **state)
{
    job_t a = JOB("a", repeat_at_end);

    begin();
    a.left = 2;
    reactor_later(loop, &added.task);
    reactor_at_turn_end(loop, &a.task);
    run_turn();
    assert_string_equal(said.text, "added a stop a a ");
    assert_int_equal(turns(), 1);
}

static void check_twice(void **state)
{
    job_t a = JOB("a", NULL), b = JOB("b", NULL);

    begin();
    reactor_later(loop, &a.task);
    reactor_later(loop, &b.task);
    reactor_later(loop, &a.task);
    reactor_at_turn_end(loop, &a.task); /* is queued already */
    run_turn();
    assert_string_equal(said.text, "a b stop ");
    reactor_later(loop, &a.task);
    run_turn();
    assert_string_equal(said.text, "a b stop a stop ");
}

/* ---- forgetting ---- */

/* Each of three in turn, out of either list; the others keep their order and
 * more can be added. */
static void check_forget(void **state)
{
    void (*const put[])(reactor_t *,
                        reactor_task_t *) = { reactor_later,
                                              reactor_at_turn_end };
    static const char *const left[] = { "b c d ", "a c d ", "a b d " };
    int i, list;

    for (list = 0; list < 2; list++) {
        for (i = 0; i < 3; i++) {
            job_t a = JOB("a", NULL), b = JOB("b", NULL), c = JOB("c", NULL);
            job_t d = JOB("d", NULL), *all[] = { &a, &b, &c };
            char expected[32];

            begin();
            put[list](loop, &a.task);
            put[list](loop, &b.task);
            put[list](loop, &c.task);
            reactor_forget(loop, &all[i]->task);
            reactor_forget(loop, &all[i]->task); /* in no list: nothing */
            put[list](loop, &d.task);
            run_turn();
            snprintf(expected, sizeof(expected), "%sstop ", left[i]);
            assert_string_equal(said.text, expected);
            reactor_later(loop, &all[i]->task);
            run_turn();
            assert_int_equal(turns(), 2);
        }
    }
}

static void forget_added(job_t *job)
{
    reactor_forget(loop, &added.task);
}

/* By one that runs just before. */
static void check_forget_next(void **state)
{
    job_t a = JOB("a", forget_added), b = JOB("b", NULL);

    begin();
    reactor_later(loop, &a.task);
    reactor_later(loop, &added.task);
    reactor_later(loop, &b.task);
    run_turn();
    assert_string_equal(said.text, "a b stop ");
}

/* ---- the inbox ---- */

static uint64_t wake_ups(void)
{
    uint64_t n = 0;

    return read(loop->wake_fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* In the order posted; one wake-up is enough for all. */
static void check_inbox(void **state)
{
    job_t a = JOB("a", NULL), b = JOB("b", NULL), c = JOB("c", NULL);

    begin();
    assert_int_equal(wake_ups(), 0);
    reactor_post(loop, &a.task);
    assert_int_equal(wake_ups(), 1);
    reactor_post(loop, &b.task);
    reactor_post(loop, &c.task);
    assert_int_equal(wake_ups(), 0);
    run_turn();
    assert_string_equal(said.text, "a b c stop ");
    reactor_post(loop, &a.task);
    run_turn();
    assert_string_equal(said.text, "a b c stop a stop ");
    assert_int_equal(wake_ups(), 0);
}

static void post_again(job_t *job)
{
    if (job->left--) {
        reactor_post(loop, &job->task);
    }
}

/* What a task posts is for the next turn. */
static void check_inbox_again(void **state)
{
    job_t a = JOB("a", post_again);

    begin();
    a.left = 1;
    reactor_post(loop, &a.task);
    run_turn();
    assert_string_equal(said.text, "a stop ");
    run_turn();
    assert_string_equal(said.text, "a stop a stop ");
}

#define POSTERS 3
#define POSTS 5000

typedef struct {
    reactor_task_t task;
    int poster, number;
} post_t;

static post_t posts[POSTERS][POSTS];
static int seen[POSTERS];

static void run_post(reactor_task_t *task, reactor_t *reactor)
{
    post_t *post = (post_t *)task;

    assert_int_equal(post->number, seen[post->poster]); /* in order, once */
    seen[post->poster]++;
    if (seen[0] + seen[1] + seen[2] == POSTERS * POSTS) {
        reactor->stop = 1;
    }
}

static void *post_all(void *data)
{
    post_t *mine = data;
    int i;

    for (i = 0; i < POSTS; i++) {
        mine[i].task.run = run_post;
        mine[i].number = i;
        reactor_post(loop, &mine[i].task);
    }
    return NULL;
}

static void check_threads(void **state)
{
    pthread_t thread[POSTERS];
    int i, k;

    begin();
    memset(seen, 0, sizeof(seen));
    for (k = 0; k < POSTERS; k++) {
        for (i = 0; i < POSTS; i++) {
            posts[k][i].poster = k;
        }
        assert_int_equal(pthread_create(&thread[k], NULL, post_all, posts[k]),
                         0);
    }
    reactor_run(loop);
    for (k = 0; k < POSTERS; k++) {
        pthread_join(thread[k], NULL);
        assert_int_equal(seen[k], POSTS);
    }
}

/* ---- waiting ---- */

static void check_wait(void **state)
{
    timer_entry_t timer = { .fire = timer_fired };
    int usec = 50 * 1000;

    begin();
    timer_remove(&loop->timers, &loop->tidy_timer);
    assert_int_equal(wait_ms(loop), 1000);
    timer_set(&loop->timers, &timer, loop->now + usec);
    assert_in_range(wait_ms(loop), 50, 50 + 2 * 17);
    reactor_later(loop, &added.task);
    assert_int_equal(wait_ms(loop), 0);
    run_turn();
    assert_string_equal(said.text, "added stop ");
    timer_remove(&loop->timers, &timer);
}

/* Once a second, idle connections that are too old are closed. */
static void check_tidy(void **state)
{
    member_t member = { .max_idle = 1, .idle_timeout = 5 };
    upstream_conn_t *conn;

    begin_with(1);
    member.shared = &shared->member[0];
    assert_int_equal(member_slot_take(shared, &member), 1);
    conn = calloc(1, sizeof(*conn));
    conn->fd = eventfd(0, EFD_CLOEXEC);
    conn->member = &member;
    conn->pool = loop->env.conns;
    conn_pool_give(loop->env.conns, &conn, loop->now);
    tidy(&loop->tidy_timer, loop->now + 4);
    assert_int_equal(member.shared->connections, 1);
    assert_int_equal(loop->tidy_timer.deadline,
                     loop->now + 4 + apr_time_from_sec(1));
    tidy(&loop->tidy_timer, loop->now + 5);
    assert_int_equal(member.shared->connections, 0);
    conn_pool_bury(loop->env.conns);
}

int main(void)
{
    int failed;

    apr_initialize();
    unit_add("order within a turn", check_order, NULL);
    unit_add("edges", check_edges, NULL);
    unit_add("tasks that add tasks", check_added, NULL);
    unit_add("later, again and again", check_again_and_again, NULL);
    unit_add("later, the last forgotten", check_forgets_the_last, NULL);
    unit_add("turn end goes on", check_end_goes_on, NULL);
    unit_add("twice counts once", check_twice, NULL);
    unit_add("forget", check_forget, NULL);
    unit_add("forget the next", check_forget_next, NULL);
    unit_add("inbox", check_inbox, NULL);
    unit_add("inbox, again", check_inbox_again, NULL);
    unit_add("inbox, several threads", check_threads, NULL);
    unit_add("how long it waits", check_wait, NULL);
    unit_add("idle connections", check_tidy, NULL);
    failed = unit_run("reactor");
    apr_pool_destroy(pool);
    return failed;
}
