/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_stress_test.c: the queue under load: processes of several threads that
 * share two places at each of three members, of which one after the other is
 * killed.  Nobody waits in vain, nothing is left over. */
#include "unit.h"

#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "balanced.h"
#include "overload/queue_bell.c"

enum {
    PROCESSES = CHILDREN - 1, /* one slot is ours */
    THREADS = 12,
    PLACES = 2,   /* of each member */
    ROUNDS = 400, /* of each thread */
    KILLS = 40,
    KILL_EACH_US = 15000,
    TICK_US = 5000,
    LOOK_US = 100000, /* bells that were not rung for a death */
    TIMEOUT_US = 8000000
};

typedef struct {
    uint64_t rounds, waited, calls, futile, timed_out, late;
    int64_t longest_us;
    int64_t look_us;
} seen_t;

static seen_t *seen;
static queue_t queue;

/* @param look_us  how often children look whether somebody was called */
static void begin_queue(int64_t look_us)
{
    const queue_rules_t rules = { .max_waiting = 1000,
                                  .aging_ms = 10,
                                  .aged_every = 8 };

    begin(PLACES);
    memset(&queue, 0, sizeof(queue));
    queue.rules = rules;
    queue.timeout_us = TIMEOUT_US;
    queue_open(&queue, queue_lines_make(1, CHILDREN, ROOM, pool), 0, segment,
               pool);
    balance.queue = &queue;
    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(seen, MAP_FAILED);
    memset(seen, 0, sizeof(*seen));
    seen->look_us = look_us;
}

/* ---- one request ---- */

typedef struct {
    balancer_waiter_t waiter; /* first */
    sem_t woken;
} sleeper_t;

static void wake(balancer_waiter_t *waiter)
{
    sem_post(&((sleeper_t *)waiter)->woken);
}

static void note_longest(int64_t us)
{
    int64_t longest = METRIC_READ(seen->longest_us);

    while (us > longest
           && !__atomic_compare_exchange_n(&seen->longest_us, &longest, us, 0,
                                           __ATOMIC_RELAXED,
                                           __ATOMIC_RELAXED)) {
    }
}

/* @return 0 when nobody has called in time */
static int sleep_until_called(sleeper_t *s)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TIMEOUT_US / 1000000;
    while (__atomic_load_n(&s->waiter.verdict, __ATOMIC_SEQ_CST)
           == BALANCER_WAITS) {
        if (sem_timedwait(&s->woken, &until) != 0) {
            return 0;
        }
    }
    return 1;
}

/* @return the member, or -1 */
static int stand_in_line(balancer_request_t *request, balancer_reason_e *reason)
{
    const balancer_tried_t tried = { 0 };
    sleeper_t s = { .waiter.wake = wake };
    int64_t begun = clock_now();
    int n = BALANCER_FULL;

    sem_init(&s.woken, 0, 0);
    METRIC_ADD(seen->waited, 1);
    while (n == BALANCER_FULL) {
        if (balance_engine.wait(&balance, &s.waiter, request, clock_now())
                != BALANCER_ENTERED
            || !sleep_until_called(&s)) {
            METRIC_ADD(seen->timed_out, 1);
            break;
        }
        METRIC_ADD(seen->calls, 1);
        request->is_called = 1;
        n = balance_engine.choose(&balance, request, &tried, clock_now(),
                                  reason);
        request->is_called = 0;
        METRIC_ADD(seen->futile, n == BALANCER_FULL);
    }
    note_longest(clock_now() - begun);
    balance_engine.stop_waiting(&balance, &s.waiter,
                                n < 0 ? BALANCER_TIMED_OUT : BALANCER_SERVED,
                                clock_now());
    return n;
}

static void one_round(unsigned *random)
{
    const balancer_tried_t tried = { 0 };
    balancer_request_t request = { .session_member = -1,
                                   .class_number = rand_r(random) % 3 };
    balancer_reason_e reason;
    int n =
        balance_engine.choose(&balance, &request, &tried, clock_now(), &reason);

    if (n == BALANCER_FULL) {
        n = stand_in_line(&request, &reason);
    }
    if (n >= 0) {
        usleep((useconds_t)(rand_r(random) % 200));
        balance_engine.leave(&balance, n, reason, BALANCER_PASSED, clock_now());
    }
    METRIC_ADD(seen->rounds, 1);
}

/* ---- processes ---- */

static void *thread_main(void *data)
{
    unsigned random = (unsigned)(uintptr_t)data;
    int i;

    for (i = 0; i < ROUNDS && !METRIC_READ(seen->timed_out); i++) {
        one_round(&random);
    }
    return NULL;
}

static void child_main(unsigned number)
{
    static queue_t *const queues[] = { &queue };
    pthread_t thread[THREADS];
    apr_pool_t *own;
    unsigned i;

    own_child = -1;
    apr_pool_create(&own, NULL);
    if (segment_child_claim(segment, own) != APR_SUCCESS
        || queue_bell_start(queues, 1, seen->look_us, own) != APR_SUCCESS) {
        _exit(1);
    }
    for (i = 0; i < THREADS; i++) {
        if (pthread_create(&thread[i], NULL, thread_main,
                           (void *)(uintptr_t)(number * THREADS + i + 1))) {
            _exit(1);
        }
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    apr_pool_destroy(own);
    _exit(0);
}

static pid_t start_child(unsigned number)
{
    pid_t pid = fork();

    if (pid == 0) {
        child_main(number);
    }
    assert_true(pid > 0);
    return pid;
}

/* As the elected process does. */
static void tick(void)
{
    segment_reclaim(segment);
    balance_queue_tick(&balance, clock_now());
}

static void wait_and_tick(int64_t us)
{
    int64_t until = clock_now() + us;

    while (clock_now() < until) {
        usleep(TICK_US);
        tick();
    }
}

static void finish(const pid_t *pid)
{
    int i, left = PROCESSES, status;

    while (left) {
        for (i = 0; i < PROCESSES; i++) {
            if (waitpid(pid[i], &status, WNOHANG) == pid[i]) {
                assert_int_equal(status, 0);
                left--;
            }
        }
        wait_and_tick(TICK_US);
    }
}

static void check_nothing_left(void)
{
    int i;

    tick();
    for (i = 0; i < RECOUNT_LOOKS; i++) {
        balance_recount(&balance); /* of who was killed between two counts */
    }
    assert_int_equal(queue.line->waiting, 0);
    assert_int_equal(queue.line->called, 0);
    assert_int_equal(segment->pool[0].total, 0);
    for (i = 0; i < MEMBERS; i++) {
        assert_int_equal(segment->in_flight[i], 0);
    }
    for (i = 0; i < QUEUE_CLASSES; i++) {
        assert_int_equal(queue.line->of_class[i].waiting, 0);
    }
}

static void report(const char *what)
{
    print_message("# %s: %lu requests, %lu waited, %lu calls, %lu of them in "
                  "vain; longest wait %.1f ms\n",
                  what, (unsigned long)seen->rounds,
                  (unsigned long)seen->waited, (unsigned long)seen->calls,
                  (unsigned long)seen->futile, (double)seen->longest_us / 1000);
}

/* Without ticks and looks: whoever makes room calls and wakes. */
static void test_nobody_is_forgotten(void **state)
{
    pid_t pid[PROCESSES];
    int i, status;

    begin_queue(2 * TIMEOUT_US);
    for (i = 0; i < PROCESSES; i++) {
        pid[i] = start_child((unsigned)i);
    }
    for (i = 0; i < PROCESSES; i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    report("no ticks");
    assert_int_equal(seen->rounds, PROCESSES * THREADS * ROUNDS);
    assert_int_equal(seen->timed_out, 0);
    assert_true(seen->waited > 0);
    assert_true(seen->futile < seen->calls / 10);
    check_nothing_left();
}

static int take_rings(void)
{
    sem_t *bell = &queue.bell[segment_child()];
    int n = 0;

    while (sem_trywait(bell) == 0) {
        n++;
    }
    return n;
}

static void no_wake(balancer_waiter_t *waiter)
{
}

/* Whoever calls may be killed before it rings: while anybody waits here the
 * bell's thread has to look, and it stops when all have been called. */
static void test_somebody_looks(void **state)
{
    balancer_waiter_t w[3] = { { .wake = no_wake },
                               { .wake = no_wake },
                               { .wake = no_wake } };
    int i;

    begin_queue(LOOK_US);
    assert_int_equal(queue_wait(&queue, &w[0], 0, 1), BALANCER_ENTERED);
    assert_int_equal(take_rings(), 1);
    assert_int_equal(queue_deliver(&queue), 1);
    assert_int_equal(queue_wait(&queue, &w[1], 0, 2), BALANCER_ENTERED);
    assert_int_equal(take_rings(), 0); /* it looks already */
    queue_call(&queue, 2, 3);
    assert_int_equal(queue_deliver(&queue), 0);
    assert_int_equal(queue_wait(&queue, &w[2], 0, 4), BALANCER_ENTERED);
    assert_int_equal(take_rings(), 1);
    queue_call(&queue, 3, 5);
    assert_int_equal(queue_deliver(&queue), 0);
    assert_int_equal(queue_wait(&queue, &w[0], 0, 6), BALANCER_ENTERED);
    assert_int_equal(take_rings(), 1); /* called in vain */
    for (i = 0; i < 3; i++) {
        queue_stop(&queue, &w[i], QUEUE_EXIT_GONE, 7);
    }
    check_nothing_left();
}

static void test_killed(void **state)
{
    pid_t pid[PROCESSES];
    unsigned i;
    int status;

    begin_queue(LOOK_US);
    for (i = 0; i < PROCESSES; i++) {
        pid[i] = start_child(i);
    }
    for (i = 0; i < KILLS; i++) {
        pid_t *victim = &pid[i % PROCESSES];

        wait_and_tick(KILL_EACH_US);
        kill(*victim, SIGKILL);
        assert_int_equal(waitpid(*victim, &status, 0), *victim);
        *victim = start_child(PROCESSES + i);
    }
    finish(pid);
    report("killed");
    assert_true(seen->rounds >= PROCESSES * THREADS * ROUNDS);
    assert_int_equal(seen->timed_out, 0);
    check_nothing_left();
}

int main(void)
{
    apr_initialize();
    unit_add("nobody is forgotten", test_nobody_is_forgotten, NULL);
    unit_add("somebody looks while somebody waits", test_somebody_looks, NULL);
    unit_add("processes are killed", test_killed, NULL);
    return unit_run("queue under load");
}
