/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* crash_test.c: children that find, follow, fill, purge and remove are killed
 * at random moments, hundreds of times.  No reader ever sees a wrong byte; what
 * is left at the end is consistent, and nothing stays pinned or under way.
 *
 * Each object tells in its head from which seed its body was made, and how long
 * it is; the moments of the kills are random, everything else is awaited. */
#include "store_fixture.h"

#include <poll.h>
#include <sys/mman.h>
#include <time.h>

enum {
    WORKERS = 4,
    NAMES = 150,
    BODY_MAX = 120000,
    KILLS = 400,
    KILL_AFTER_US = 6000, /* at most */
    CHECK_EVERY = 20      /* kills */
};

/* Written by all children. */
typedef struct {
    atomic_u64_t finds, fills, follows, variants, purges;
    char wrong[200];
} report_t;

typedef struct {
    fixture_t f;
    report_t *report;
    uint64_t random;
    char data[BODY_MAX];
} worker_t;

static uint32_t random_below(worker_t *w, uint32_t limit)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((w->random >> 33) % limit);
}

/* Ends the child; the parent finds the words. */
static void worker_fails(worker_t *w, const char *what)
{
    snprintf(w->report->wrong, sizeof(w->report->wrong), "%s", what);
    _exit(1);
}

static void worker_expect(worker_t *w, int condition, const char *what)
{
    if (!condition) {
        worker_fails(w, what);
    }
}

static store_key_t random_key(worker_t *w, char name[32])
{
    snprintf(name, 32, "/%u", random_below(w, NAMES));
    return fixture_key(&w->f, slice_str(name));
}

static uint32_t random_length(worker_t *w)
{
    return random_below(w, random_below(w, 8) ? 3000 : BODY_MAX);
}

/* Head, key and available bytes of the body fit together. */
static void verify(worker_t *w, const store_object_t *o, slice_t key,
                   uint64_t available, int complete)
{
    slice_t head = store_object_raw_head(o);
    char text[64];
    unsigned seed, length;

    if (key.p) {
        worker_expect(w, slice_eq(store_object_key(o), key), "another key");
    }
    if (store_object_kind(o) == STORE_MARKER) {
        return;
    }
    worker_expect(w, head.len < sizeof(text), "a long head");
    memcpy(text, head.p, head.len);
    text[head.len] = '\0';
    worker_expect(w, sscanf(text, "Seed: %u %u\r\n", &seed, &length) == 2,
                  "a torn head");
    worker_expect(w, !complete || available == length, "another length");
    worker_expect(w, fixture_body_is(w->f.store, o, seed, 0, available),
                  "a torn body");
}

static void do_find(worker_t *w)
{
    char name[32];
    store_key_t key = random_key(w, name);
    const store_object_t *variant;
    store_pin_t pin, again;
    int which;

    if (store_find(w->f.store, &key, &pin) != APR_SUCCESS) {
        return;
    }
    store_object_purged(w->f.store, pin.object);
    if (random_below(w, 3) == 0
        && store_pin_again(w->f.store, &pin, &again) == APR_SUCCESS) {
        store_unpin(w->f.store, &pin);
        pin = again;
    }
    verify(w, pin.object, key.text, store_object_length(pin.object), 1);
    for (which = 0; which < STORE_VARIANTS; which++) {
        variant = store_object_variant(w->f.store, pin.object, which);
        if (variant) {
            verify(w, variant, no_text, store_object_length(variant), 1);
        }
    }
    if (random_below(w, 20) == 0) {
        store_object_remove(w->f.store, pin.object);
        verify(w, pin.object, key.text, store_object_length(pin.object), 1);
    }
    store_unpin(w->f.store, &pin);
    atomic_fetch_add(&w->report->finds, 1);
}

static void do_variant(worker_t *w)
{
    store_meta_t meta = { .status = 200 };
    uint32_t length = random_length(w), seed = random_below(w, 1u << 30);
    char name[32], head[64];
    store_key_t key = random_key(w, name);
    store_pin_t pin;

    if (store_find(w->f.store, &key, &pin) != APR_SUCCESS) {
        return;
    }
    fixture_fill(w->data, seed, 0, length);
    snprintf(head, sizeof(head), "Seed: %u %u\r\n", seed, length);
    if (store_variant_add(w->f.store, pin.object,
                          (int)random_below(w, STORE_VARIANTS), &meta,
                          slice_str(head), no_text, slice_make(w->data, length))
        == APR_SUCCESS) {
        atomic_fetch_add(&w->report->variants, 1);
    }
    store_unpin(w->f.store, &pin);
}

/* Until it ends; the owner's death is noticed by whoever tidies. */
static void do_follow(worker_t *w, store_pin_t *pin)
{
    int looks;

    for (looks = 0; looks < 40; looks++) {
        struct pollfd fd = { store_wake_fd(w->f.store), POLLIN, 0 };
        uint64_t available, count;
        pending_e stage = store_pending(w->f.store, pin, &available);

        if (stage == PENDING_HEAD || stage == PENDING_DONE) {
            verify(w, pin->object, no_text, available, stage == PENDING_DONE);
        }
        if (stage != PENDING_WAIT && stage != PENDING_HEAD) {
            break;
        }
        if (poll(&fd, 1, 5) == 1
            && read(fd.fd, &count, sizeof(count)) != sizeof(count)) {
            worker_fails(w, "a readable descriptor without a count");
        }
    }
    store_unpin(w->f.store, pin);
    atomic_fetch_add(&w->report->follows, 1);
}

static void do_fetch(worker_t *w, store_fill_t *fill)
{
    store_meta_t meta = { .status = 200, .lifetime = 100000 };
    uint32_t length = random_length(w), seed = random_below(w, 1u << 30), at;
    char head[64], name[32];
    apr_status_t status;

    if (random_below(w, 10) == 0) {
        store_key_t key = random_key(w, name);

        store_fill_move(fill, &key);
    }
    fixture_fill(w->data, seed, 0, length);
    snprintf(head, sizeof(head), "Seed: %u %u\r\n", seed, length);
    status =
        store_fill_head(fill, STORE_RESPONSE, &meta, slice_str(head), no_text,
                        NULL, 0, random_below(w, 2) ? -1 : (int64_t)length);
    for (at = 0; at < length && status == APR_SUCCESS;) {
        uint32_t n = 1 + random_below(w, 20000);

        n = n < length - at ? n : length - at;
        status = store_fill_body(fill, w->data + at, n);
        at += n;
    }
    if (random_below(w, 10) == 0) {
        store_fill_abort(&fill, 1, random_below(w, 2));
    }
    else if (store_fill_commit(&fill, 1) == APR_SUCCESS) {
        atomic_fetch_add(&w->report->fills, 1);
    }
}

static void do_fill(worker_t *w)
{
    char name[32];
    store_key_t key = random_key(w, name);
    store_fill_t *fill;
    store_pin_t pin;

    switch (store_fill_begin(w->f.store, &key, store_clock(w->f.store), 1,
                             &fill, &pin)) {
    case FILL_OWNER:
        do_fetch(w, fill);
        break;
    case FILL_FOLLOW:
        do_follow(w, &pin);
        break;
    default:
        break;
    }
}

static void do_purge(worker_t *w)
{
    char name[32];

    random_key(w, name);
    store_purge_prefix(w->f.store, slice_str(name), (int)random_below(w, 2));
    atomic_fetch_add(&w->report->purges, 1);
}

static void worker_run(worker_t *w)
{
    uint32_t now_s = 1;

    alarm(20); /* the parent is gone */
    w->random = ((uint64_t)getpid() << 32) ^ (uint64_t)time(NULL);
    worker_expect(w, store_child_claim(w->f.store, w->f.pool) == APR_SUCCESS,
                  "no slot for a new child");
    for (;;) {
        uint32_t what = random_below(w, 100);

        if (what < 50) {
            do_find(w);
        }
        else if (what < 88) {
            do_fill(w);
        }
        else if (what < 93) {
            do_variant(w);
        }
        else if (what < 95) {
            do_purge(w);
        }
        else {
            store_tidy(w->f.store, now_s++ + random_below(w, 1000));
        }
    }
}

static pid_t worker_start(worker_t *w)
{
    pid_t pid = fork();

    if (pid == 0) {
        worker_run(w);
    }
    assert_true(pid > 0);
    return pid;
}

/* @return 1 if it was still there to be killed */
static int worker_kill(worker_t *w, pid_t pid)
{
    int status;

    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        fail_msg("a child saw: %s (status %x)", w->report->wrong, status);
    }
    return 1;
}

static void crash_open(worker_t *w)
{
    store_config_t config = { .size = 3 << 20, .children = WORKERS + 4 };
    const char *note;

    memset(w, 0, sizeof(*w));
    apr_initialize();
    apr_pool_create(&w->f.pool, NULL);
    assert_int_equal(store_create(&w->f.store, &config, &note, w->f.pool),
                     APR_SUCCESS);
    w->report = mmap(NULL, sizeof(report_t), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(w->report, MAP_FAILED);
    w->random = (uint64_t)time(NULL);
}

static void kill_and_restart(worker_t *w, pid_t *pids)
{
    int i;

    for (i = 0; i < KILLS; i++) {
        struct timespec moment = { 0, 1000L * random_below(w, KILL_AFTER_US) };
        unsigned which = random_below(w, WORKERS);

        nanosleep(&moment, NULL);
        worker_kill(w, pids[which]);
        pids[which] = worker_start(w);
        if (i % CHECK_EVERY == 0) {
            fixture_check(&w->f);
        }
    }
}

static void test_kills(void **state)
{
    store_stats_t stats;
    static worker_t w;
    pid_t pids[WORKERS];
    int i;

    crash_open(&w);
    for (i = 0; i < WORKERS; i++) {
        pids[i] = worker_start(&w);
    }
    kill_and_restart(&w, pids);
    for (i = 0; i < WORKERS; i++) {
        worker_kill(&w, pids[i]);
    }
    assert_int_equal(store_child_claim(w.f.store, w.f.pool), APR_SUCCESS);
    w.f.now_s = 1u << 20;
    fixture_check(&w.f);
    for (i = 0; i < 10; i++) {
        fixture_tidy(&w.f);
    }
    store_stats(w.f.store, &stats);
    assert_int_equal(stats.limbo, 0);
    assert_true(stats.crashes_recovered > 0);
    assert_true(atomic_load(&w.report->finds) > 1000);
    assert_true(atomic_load(&w.report->fills) > 100);
    assert_true(atomic_load(&w.report->follows) > 0);
    assert_true(atomic_load(&w.report->variants) > 0);
    print_message("# %u kills, %u in a lock; %u finds, %u fills, %u followed\n",
                  KILLS, (unsigned)stats.crashes_recovered,
                  (unsigned)atomic_load(&w.report->finds),
                  (unsigned)atomic_load(&w.report->fills),
                  (unsigned)atomic_load(&w.report->follows));
    assert_int_equal(fixture_put(&w.f, "new", slice_str("x")), APR_SUCCESS);
    assert_true(fixture_has(&w.f, "new"));
    munmap(w.report, sizeof(report_t));
    fixture_close(&w.f);
}

int main(void)
{
    unit_add("hundreds of kills", test_kills, NULL);
    return unit_run("crash");
}
