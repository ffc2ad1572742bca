/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* consumed_test.c: what is used up of shared limits, from many processes to
 * one, and added up by key. */
#include "unit.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fleet/consumed_batch.c"
#include "fleet/consumed_ring.c"

static consumed_ring_t *ring;

static void make_ring(void)
{
    if (ring) {
        munmap(ring, sizeof(*ring));
    }
    ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(ring, MAP_FAILED);
}

static int put(uint64_t hash)
{
    return consumed_ring_put(ring, &(consumed_t){ hash, 1, 2 });
}

/* @return 0: nothing is there */
static uint64_t take(void)
{
    consumed_t consumed;

    if (!consumed_ring_take(ring, &consumed)) {
        return 0;
    }
    assert_int_equal(consumed.limit, 1);
    assert_int_equal(consumed.cost, 2);
    return consumed.hash;
}

/* For three rounds and a half: what comes first goes first. */
static void check_order(void **state)
{
    uint64_t in = 1, out = 1;

    (void)state;
    make_ring();
    assert_int_equal(take(), 0);
    while (in < CONSUMED_PLACES * UINT64_C(7) / 2) {
        assert_true(put(in++));
        assert_true(put(in++));
        assert_int_equal(take(), out++);
        if (in % 1000 == 1) {
            while (out < in) {
                assert_int_equal(take(), out++);
            }
            assert_int_equal(take(), 0);
        }
    }
}

static void check_full(void **state)
{
    uint64_t i;

    (void)state;
    make_ring();
    for (i = 1; i <= CONSUMED_PLACES; i++) {
        assert_true(put(i));
    }
    assert_false(put(i));
    assert_int_equal(take(), 1);
    assert_true(put(i));
    assert_false(put(i));
    for (i = 2; i <= CONSUMED_PLACES + 1; i++) {
        assert_int_equal(take(), i);
    }
    assert_int_equal(take(), 0);
}

/* A process was killed when it had claimed a place. */
static void check_killed_within_put(void **state)
{
    uint64_t number;
    int round;

    (void)state;
    make_ring();
    for (round = 0; round < 3 * CONSUMED_PLACES; round++) {
        assert_true(put(1));
        ring->tail++;
        assert_true(put(2));
        assert_int_equal(take(), 1);
        assert_int_equal(take(), 0);
        number = consumed_ring_stuck(ring);
        assert_int_equal(number, 3 * round + 1);
        consumed_ring_skip(ring, number);
        assert_int_equal(take(), 2);
        assert_true(consumed_ring_stuck(ring) == UINT64_MAX);
    }
}

/* Another one when it had taken what a place held. */
static void check_killed_within_take(void **state)
{
    (void)state;
    make_ring();
    assert_true(put(1));
    assert_true(put(2));
    ring->place[0].turn = 2;
    assert_int_equal(take(), 2);
    assert_int_equal(take(), 0);
}

/* Who comes back to his place when it was passed over does no harm. */
static void check_late(void **state)
{
    (void)state;
    make_ring();
    ring->tail++;
    consumed_ring_skip(ring, 0);
    assert_false(change(&ring->place[0].turn, 0, 1));
    assert_true(put(5));
    assert_int_equal(take(), 5);
}

/* Four fill, two take: each is taken once. */
static void check_processes(void **state)
{
    enum {
        FILL = 4,
        TAKE = 2,
        EACH = 50000
    };
    uint64_t *seen =
        mmap(NULL, FILL * EACH * sizeof(*seen), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t *count;
    int i, n, status;

    (void)state;
    make_ring();
    count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (i = 0; i < FILL + TAKE; i++) {
        if (fork() == 0) {
            for (n = 0; i < FILL && n < EACH; n++) {
                while (!put((uint64_t)(i * EACH + n) + 1)) {
                    sched_yield();
                }
            }
            while (i >= FILL
                   && __atomic_load_n(count, __ATOMIC_RELAXED) < FILL * EACH) {
                uint64_t hash = take();

                if (hash) {
                    __atomic_fetch_add(&seen[hash - 1], 1, __ATOMIC_RELAXED);
                    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
                }
                else {
                    sched_yield();
                }
            }
            _exit(0);
        }
    }
    for (i = 0; i < FILL + TAKE; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    for (i = 0; i < FILL * EACH; i++) {
        assert_int_equal(seen[i], 1);
    }
    assert_int_equal(take(), 0);
}

static void check_batch(void **state)
{
    static consumed_batch_t batch;
    int i, round;

    (void)state;
    for (round = 0; round < 2; round++) {
        consumed_batch_clear(&batch);
        for (i = 0; i < BATCH_KEYS * 3; i++) {
            /* neighbours in the slots, and two limits with the same hash */
            uint64_t k = (uint64_t)(i % BATCH_KEYS);
            consumed_t consumed = { k / 2 * BATCH_SLOTS, k % 2, 1 };

            assert_int_equal(consumed_batch_is_full(&batch), i >= BATCH_KEYS);
            consumed_batch_add(&batch, &consumed);
        }
        assert_int_equal(batch.count, BATCH_KEYS);
        for (i = 0; i < BATCH_KEYS; i++) {
            assert_int_equal(batch.key[i].cost, 3);
            assert_int_equal(batch.key[i].hash, i / 2 * BATCH_SLOTS);
            assert_int_equal(batch.key[i].limit, i % 2);
        }
    }
}

int main(void)
{
    unit_add("first in, first out", check_order, NULL);
    unit_add("a ring that is full", check_full, NULL);
    unit_add("killed with a place half filled", check_killed_within_put, NULL);
    unit_add("killed with a place half taken", check_killed_within_take, NULL);
    unit_add("too late for the place", check_late, NULL);
    unit_add("many processes, each once", check_processes, NULL);
    unit_add("added up by key", check_batch, NULL);
    return unit_run("consumed");
}
