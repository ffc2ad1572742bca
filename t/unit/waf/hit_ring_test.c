/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hit_ring_test.c: hits of many processes, some of which are killed; counts of
 * requests and of their time. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "routing/siphash.c"
#include "waf/seen/hit_ring.c"
#include "waf/seen/waf_counts.c"

static hit_ring_t *ring;
static hit_t hits[HIT_PLACES];

static int set_up(void **state)
{
    (void)state;
    if (ring) {
        munmap(ring, sizeof(*ring));
    }
    ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return ring == MAP_FAILED;
}

/* All of it follows from the number. */
static hit_t hit_of(uint64_t number)
{
    hit_t hit;

    memset(&hit, 0, sizeof(hit));
    hit.time_us = (int64_t)number * 3;
    hit.rule = number;
    hit.client = ~number;
    snprintf(hit.path, sizeof(hit.path), "/%0150llu",
             (unsigned long long)number);
    memset(hit.text, 'a' + (int)(number % 26), sizeof(hit.text) - 1);
    return hit;
}

static void put(uint64_t number)
{
    hit_t hit = hit_of(number);

    hit_ring_put(ring, &hit);
}

static void assert_whole(const hit_t *hit)
{
    hit_t whole = hit_of(hit->rule);

    assert_memory_equal(hit, &whole, sizeof(whole));
}

static void newest_first(void **state)
{
    int i, n;

    (void)state;
    assert_int_equal(hit_ring_read_all(ring, hits, HIT_PLACES), 0);
    for (i = 1; i <= 3; i++) {
        put((uint64_t)i);
    }
    assert_int_equal(hit_ring_read_all(ring, hits, 2), 2);
    assert_int_equal(hits[0].rule, 3);
    for (; i <= HIT_PLACES + 7; i++) {
        put((uint64_t)i);
    }
    n = hit_ring_read_all(ring, hits, HIT_PLACES);
    assert_int_equal(n, HIT_PLACES);
    for (i = 0; i < n; i++) {
        assert_int_equal(hits[i].rule, HIT_PLACES + 7 - i);
        assert_whole(&hits[i]);
    }
    assert_int_equal(hit_ring_count(ring), HIT_PLACES + 7);
}

/* A process was killed after so many writes of a put. */
static void killed_within_put(uint64_t number, int writes)
{
    hit_t hit = hit_of(number);
    uint64_t word[WORDS], turn = ++ring->next;
    hit_place_t *place = &ring->place[(turn - 1) % HIT_PLACES];

    memcpy(word, &hit, sizeof(word));
    if (writes > 0) {
        place->turn = 0;
    }
    if (writes > 1) {
        memcpy(place->word, word,
               sizeof(word[0])
                   * (size_t)(writes - 1 < WORDS ? writes - 1 : WORDS));
    }
    if (writes > WORDS + 1) {
        place->check = check_of(turn, word);
    }
}

static void what_is_not_whole_is_none(void **state)
{
    int writes, i, n;

    (void)state;
    for (i = 0; i < HIT_PLACES; i++) {
        put(1000);
    }
    for (writes = 0; writes <= WORDS + 2; writes++) {
        killed_within_put(7, writes);
        put(8);
    }
    n = hit_ring_read_all(ring, hits, HIT_PLACES);
    assert_int_equal(n, HIT_PLACES - (WORDS + 3));
    for (i = 0; i < n; i++) {
        assert_true(hits[i].rule != 7);
        assert_whole(&hits[i]);
    }
    for (i = 0; i < HIT_PLACES; i++) {
        put(9);
    }
    assert_int_equal(hit_ring_read_all(ring, hits, HIT_PLACES), HIT_PLACES);
}

/* Who comes back a round later mixes his bytes with another's. */
static void late_writer(void **state)
{
    hit_t hit;

    (void)state;
    put(1);
    put(2);
    ring->place[0].word[9] ^= 1;
    assert_false(hit_ring_read(ring, 0, &hit));
    assert_true(hit_ring_read(ring, 1, &hit));
    ring->place[1].turn = HIT_PLACES + 2; /* the check is of turn 2 */
    assert_false(hit_ring_read(ring, 1, &hit));
    assert_false(hit_ring_read(ring, HIT_PLACES + 1, &hit));
}

/* But no longer than the test itself. */
static void write_for_ever(uint64_t seed)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        put(seed++);
    }
}

static void killed_at_any_moment(void **state)
{
    enum {
        WRITERS = 3,
        ROUNDS = 60
    };
    int round, i, k, n, status;

    (void)state;
    for (round = 0; round < ROUNDS; round++) {
        pid_t pid[WRITERS];
        uint64_t before = hit_ring_count(ring);

        for (i = 0; i < WRITERS; i++) {
            pid[i] = fork();
            if (pid[i] == 0) {
                write_for_ever((uint64_t)i << 32);
            }
        }
        while (hit_ring_count(ring) < before + 500 + (uint64_t)round * 7) {
            n = hit_ring_read_all(ring, hits, HIT_PLACES);
            for (k = 0; k < n; k++) {
                assert_whole(&hits[k]);
            }
        }
        for (i = 0; i < WRITERS; i++) {
            kill(pid[i], SIGKILL);
            waitpid(pid[i], &status, 0);
        }
    }
    put(5);
    assert_true(hit_ring_read_all(ring, hits, HIT_PLACES)
                >= HIT_PLACES - WRITERS * ROUNDS);
    assert_int_equal(hits[0].rule, 5);
}

static void texts_are_safe(void **state)
{
    char text[12];

    (void)state;
    assert_true(hit_text(text, sizeof(text), SLICE_LIT("a/b c\"'")));
    assert_string_equal(text, "a/b c\"'");
    assert_false(hit_text(text, sizeof(text), SLICE_LIT("a\n\\")));
    assert_string_equal(text, "a\\x0a\\x5c");
    assert_true(hit_text(text, sizeof(text), SLICE_LIT("12345678901")));
    assert_false(hit_text(text, sizeof(text), SLICE_LIT("123456789012")));
    assert_string_equal(text, "12345678901");
    assert_false(hit_text(text, sizeof(text), SLICE_LIT("12345678\xc3")));
    assert_string_equal(text, "12345678");
    assert_true(hit_text(text, sizeof(text), slice_make(NULL, 0)));
    assert_string_equal(text, "");
}

static void counts_of_requests(void **state)
{
    waf_counts_t counts;
    int i;

    (void)state;
    memset(&counts, 0, sizeof(counts));
    assert_int_equal(waf_counts_quantile(&counts, 500), 0);
    for (i = 0; i < 90; i++) {
        waf_counts_add(&counts, HIT_PASS, 0, 9999);
    }
    for (i = 0; i < 9; i++) {
        waf_counts_add(&counts, HIT_MATCH, 0, 10000);
    }
    waf_counts_add(&counts, HIT_REFUSE, 1, UINT64_C(2000000000));
    counts = waf_counts_read(&counts);
    assert_int_equal(counts.requests[HIT_PASS], 90);
    assert_int_equal(counts.requests[HIT_REFUSE], 1);
    assert_int_equal(counts.limits, 1);
    assert_int_equal(counts.time[0], 90);
    assert_int_equal(counts.time[1], 9);
    assert_int_equal(counts.time[WAF_TIME_BUCKETS - 1], 1);
    assert_int_equal(waf_counts_quantile(&counts, 500), 10);
    assert_int_equal(waf_counts_quantile(&counts, 990), 20);
    assert_int_equal(waf_counts_quantile(&counts, 1000), -1);
    assert_int_equal(counts.time_sum_ns, 90 * 9999 + 90000 + 2000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(newest_first, set_up),
        cmocka_unit_test_setup(what_is_not_whole_is_none, set_up),
        cmocka_unit_test_setup(late_writer, set_up),
        cmocka_unit_test_setup(killed_at_any_moment, set_up),
        cmocka_unit_test(texts_are_safe),
        cmocka_unit_test(counts_of_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
