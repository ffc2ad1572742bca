/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* threads_test.c: threads of one child and of another one find, copy pins, put
 * and remove the same few objects: what a pin names is never torn, and no pin
 * is lost.  The bodies are all of one letter. */
#include "store_fixture.h"

#include <pthread.h>

enum {
    THREADS = 4,
    ROUNDS = 30000,
    NAMES = 12,
    BODY = 700
};

typedef struct {
    fixture_t *f;
    uint64_t random;
    unsigned wrong, hits;
} worker_t;

static uint32_t random_below(worker_t *w, uint32_t limit)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((w->random >> 33) % limit);
}

static int is_whole(const store_t *store, const store_object_t *o)
{
    struct iovec iov;
    const char *p;
    size_t i;

    if (store_object_length(o) != BODY
        || store_object_body(store, o, 0, BODY, &iov, 1) != 1
        || iov.iov_len != BODY) {
        return 0;
    }
    p = iov.iov_base;
    for (i = 1; i < BODY && p[i] == p[0]; i++) {
    }
    return i == BODY;
}

static void find_and_copy(worker_t *w, const char *name)
{
    store_pin_t pin, copy;
    int copies;

    if (fixture_find(w->f, name, &pin) != APR_SUCCESS) {
        return;
    }
    w->hits++;
    for (copies = 0; copies < 3; copies++) {
        if (store_pin_again(w->f->store, &pin, &copy) == APR_SUCCESS) {
            store_unpin(w->f->store, &pin);
            pin = copy;
        }
        w->wrong += !is_whole(w->f->store, pin.object);
    }
    if (random_below(w, 5) == 0) {
        store_object_remove(w->f->store, pin.object);
        w->wrong += !is_whole(w->f->store, pin.object);
    }
    store_unpin(w->f->store, &pin);
}

static void *work(void *data)
{
    worker_t *w = data;
    char name[8], body[BODY];
    int i;

    for (i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof(name), "%u", random_below(w, NAMES));
        if (random_below(w, 3)) {
            find_and_copy(w, name);
        }
        else {
            memset(body, 'a' + (int)random_below(w, 26), sizeof(body));
            fixture_put(w->f, name, slice_make(body, sizeof(body)));
        }
        if (i % 1000 == 0) {
            store_tidy(w->f->store, (uint32_t)i);
        }
    }
    return NULL;
}

static unsigned run_threads(fixture_t *f, uint64_t seed)
{
    pthread_t threads[THREADS];
    worker_t workers[THREADS];
    unsigned wrong = 0;
    int i;

    for (i = 0; i < THREADS; i++) {
        workers[i] = (worker_t){ f, seed + (uint64_t)i, 0, 0 };
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        wrong += workers[i].wrong + (workers[i].hits == 0);
    }
    return wrong;
}

static void close_quiet(fixture_t *f)
{
    store_stats_t stats;
    int i;

    f->now_s = 1u << 20;
    for (i = 0; i < 5; i++) {
        fixture_tidy(f);
    }
    store_stats(f->store, &stats);
    assert_int_equal(stats.limbo, 0);
    assert_int_equal(stats.crashes_recovered, 0);
    fixture_close(f);
}

static void test_threads(void **state)
{
    fixture_t f;

    fixture_open(&f, 256 << 10);
    assert_int_equal(run_threads(&f, 300), 0);
    close_quiet(&f);
}

#ifndef __SANITIZE_THREAD__
static void test_children(void **state)
{
    fixture_t f;
    int status;
    pid_t pid;

    fixture_open(&f, 256 << 10);
    pid = fork();
    if (pid == 0) {
        alarm(60);
        _exit(store_child_claim(f.store, f.pool) != APR_SUCCESS
              || run_threads(&f, 100) != 0);
    }
    assert_int_equal(run_threads(&f, 200), 0);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    close_quiet(&f);
}

#endif

int main(void)
{
    unit_add("threads on the same objects", test_threads, NULL);
#ifndef __SANITIZE_THREAD__ /* which sees but one process's side of an order */
    unit_add("threads and children on the same objects", test_children, NULL);
#endif
    return unit_run("threads");
}
