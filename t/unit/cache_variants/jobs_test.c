/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jobs_test.c: order, bounds, and an end that forgets no job. */
#include "unit.h"

#include <apr_general.h>

#include "variants/jobs.c"

#define MAX_LOG 64

/* What jobs did, and a gate that they may be held at. */
typedef struct {
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *changed;
    int log[MAX_LOG]; /* numbers of jobs, negative: called with *stop */
    int done, at_gate, gate_is_open;
    apr_status_t from_within;
    int niceness;
} scene_t;

typedef struct {
    scene_t *scene;
    jobs_t *jobs;
    int number;
} task_t;

static apr_pool_t *pool;
static scene_t scene;
static jobs_t *jobs;

static void begin(int threads, int capacity)
{
    apr_pool_create(&pool, NULL);
    scene = (scene_t){ 0 };
    apr_thread_mutex_create(&scene.mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    apr_thread_cond_create(&scene.changed, pool);
    assert_int_equal(jobs_create(&jobs, threads, capacity, pool), APR_SUCCESS);
}

static task_t *task(int number)
{
    task_t *t = apr_pcalloc(pool, sizeof(*t));

    *t = (task_t){ &scene, jobs, number };
    return t;
}

static void note(task_t *t, const int *stop)
{
    int n = __atomic_load_n(stop, __ATOMIC_RELAXED) ? -t->number : t->number;

    apr_thread_mutex_lock(t->scene->mutex);
    t->scene->log[t->scene->done++] = n;
    apr_thread_cond_broadcast(t->scene->changed);
    apr_thread_mutex_unlock(t->scene->mutex);
}

static void do_note(void *data, const int *stop)
{
    note(data, stop);
}

static void do_wait(void *data, const int *stop)
{
    task_t *t = data;

    apr_thread_mutex_lock(scene.mutex);
    scene.at_gate++;
    apr_thread_cond_broadcast(scene.changed);
    while (!scene.gate_is_open) {
        apr_thread_cond_wait(scene.changed, scene.mutex);
    }
    apr_thread_mutex_unlock(scene.mutex);
    note(t, stop);
}

/* Ends only when it is told to. */
static void do_until_stop(void *data, const int *stop)
{
    apr_thread_mutex_lock(scene.mutex);
    scene.at_gate++;
    apr_thread_cond_broadcast(scene.changed);
    apr_thread_mutex_unlock(scene.mutex);
    while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
        apr_thread_yield();
    }
    scene.from_within = jobs_submit(jobs, do_note, data);
    note(data, stop);
}

static void do_submit(void *data, const int *stop)
{
    task_t *t = data;

    scene.from_within = jobs_submit(t->jobs, do_note, task(t->number + 1));
    note(t, stop);
}

static void await(const int *value, int wanted)
{
    apr_thread_mutex_lock(scene.mutex);
    while (*value < wanted) {
        apr_thread_cond_wait(scene.changed, scene.mutex);
    }
    apr_thread_mutex_unlock(scene.mutex);
}

static void open_gate(void)
{
    apr_thread_mutex_lock(scene.mutex);
    scene.gate_is_open = 1;
    apr_thread_cond_broadcast(scene.changed);
    apr_thread_mutex_unlock(scene.mutex);
}

static void submit(jobs_fn fn, int number)
{
    assert_int_equal(jobs_submit(jobs, fn, task(number)), APR_SUCCESS);
}

static void assert_log(const char *wanted)
{
    unit_text_t text = { 0 };
    int i;

    for (i = 0; i < scene.done; i++) {
        unit_text_add(&text, "%s%d", i ? " " : "", scene.log[i]);
    }
    assert_string_equal(text.text, wanted);
}

static void check_by_owner(void **state)
{
    begin(0, 3);
    assert_int_equal(jobs_run_one(jobs), 0);
    submit(do_note, 1);
    submit(do_note, 2);
    submit(do_note, 3);
    assert_int_equal(jobs_waiting(jobs), 3);
    assert_log("");
    assert_int_equal(jobs_run_one(jobs), 1);
    assert_log("1");
    submit(do_note, 4);
    while (jobs_run_one(jobs)) {
    }
    assert_int_equal(jobs_waiting(jobs), 0);
    assert_log("1 2 3 4");
    apr_pool_destroy(pool);
}

static void check_full(void **state)
{
    int round;

    begin(0, 2);
    for (round = 0; round < 5; round++) {
        submit(do_note, 1);
        submit(do_note, 2);
        assert_int_equal(jobs_submit(jobs, do_note, task(3)), APR_ENOSPC);
        assert_int_equal(jobs_run_one(jobs), 1);
        submit(do_note, 4);
        assert_int_equal(jobs_submit(jobs, do_note, task(5)), APR_ENOSPC);
        assert_int_equal(jobs_run_one(jobs), 1);
        assert_int_equal(jobs_run_one(jobs), 1);
    }
    assert_log("1 2 4 1 2 4 1 2 4 1 2 4 1 2 4");
    apr_pool_destroy(pool);
}

static void check_in_order(void **state)
{
    begin(1, 8);
    submit(do_wait, 1);
    await(&scene.at_gate, 1);
    submit(do_note, 2);
    submit(do_note, 3);
    submit(do_note, 4);
    open_gate();
    await(&scene.done, 4);
    assert_log("1 2 3 4");
    apr_pool_destroy(pool);
}

static void check_under_way(void **state)
{
    begin(1, 2);
    submit(do_wait, 1);
    await(&scene.at_gate, 1);
    assert_int_equal(jobs_waiting(jobs), 0);
    submit(do_note, 2);
    submit(do_note, 3);
    assert_int_equal(jobs_submit(jobs, do_note, task(4)), APR_ENOSPC);
    open_gate();
    await(&scene.done, 3);
    apr_pool_destroy(pool);
    assert_log("1 2 3");
}

/* Neither would come to its end without the other. */
static void check_two_at_once(void **state)
{
    begin(2, 2);
    submit(do_wait, 1);
    submit(do_wait, 1);
    await(&scene.at_gate, 2);
    open_gate();
    await(&scene.done, 2);
    assert_log("1 1");
    apr_pool_destroy(pool);
}

static void check_end(void **state)
{
    begin(1, 4);
    submit(do_until_stop, 1);
    await(&scene.at_gate, 1);
    submit(do_note, 2);
    submit(do_note, 3);
    assert_int_equal(scene.done, 0);
    apr_pool_destroy(pool);
    assert_log("-1 -2 -3");
    assert_int_equal(scene.from_within, APR_EOF);
}

static void check_end_by_owner(void **state)
{
    begin(0, 4);
    submit(do_note, 1);
    submit(do_note, 2);
    apr_pool_destroy(pool);
    assert_log("-1 -2");
}

static void check_end_idle(void **state)
{
    begin(2, 4);
    apr_pool_destroy(pool);
    assert_log("");
}

static void check_from_within(void **state)
{
    begin(1, 4);
    submit(do_submit, 1);
    await(&scene.done, 2);
    assert_log("1 2");
    assert_int_equal(scene.from_within, APR_SUCCESS);
    apr_pool_destroy(pool);
}

#define SUBMITTERS 4
#define EACH 2000

static int counted;

static void do_count(void *data, const int *stop)
{
    __atomic_fetch_add(&counted, 1, __ATOMIC_RELAXED);
}

static void *APR_THREAD_FUNC submit_many(apr_thread_t *thread, void *data)
{
    int *taken = data, i;

    for (i = 0; i < EACH; i++) {
        *taken += jobs_submit(jobs, do_count, NULL) == APR_SUCCESS;
    }
    return NULL;
}

static void check_many_submitters(void **state)
{
    apr_thread_t *threads[SUBMITTERS];
    int taken[SUBMITTERS] = { 0 }, sum = 0, i;
    apr_status_t rv;

    begin(2, 16);
    counted = 0;
    for (i = 0; i < SUBMITTERS; i++) {
        apr_thread_create(&threads[i], NULL, submit_many, &taken[i], pool);
    }
    for (i = 0; i < SUBMITTERS; i++) {
        apr_thread_join(&rv, threads[i]);
        sum += taken[i];
    }
    apr_pool_destroy(pool);
    assert_true(sum >= 16);
    assert_int_equal(counted, sum);
}

#ifdef __linux__
static void do_ask_priority(void *data, const int *stop)
{
    scene.niceness = getpriority(PRIO_PROCESS, 0);
    note(data, stop);
}

static void check_priority(void **state)
{
    int ours = getpriority(PRIO_PROCESS, 0);

    begin(1, 1);
    submit(do_ask_priority, 1);
    await(&scene.done, 1);
    assert_int_equal(scene.niceness,
                     ours + NICENESS > 19 ? 19 : ours + NICENESS);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), ours);
    apr_pool_destroy(pool);
}
#endif

int main(void)
{
    apr_initialize();
    unit_add("no threads: the owner runs them", check_by_owner, NULL);
    unit_add("full, again and again", check_full, NULL);
    unit_add("one thread: in order", check_in_order, NULL);
    unit_add("a job under way takes no place", check_under_way, NULL);
    unit_add("two threads: two at once", check_two_at_once, NULL);
    unit_add("end: under way and waiting", check_end, NULL);
    unit_add("end: without threads", check_end_by_owner, NULL);
    unit_add("end: nothing to do", check_end_idle, NULL);
    unit_add("a job submits a job", check_from_within, NULL);
    unit_add("many submitters", check_many_submitters, NULL);
#ifdef __linux__
    unit_add("requests go first", check_priority, NULL);
#endif
    return unit_run("jobs");
}
