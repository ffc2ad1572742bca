/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_line_test.c: places in the line of all children: who is called, who is
 * replaced, what killed processes leave behind. */
#include "unit.h"

#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "overload/queue_line.c"
#include "overload/queue_order.c"

enum {
    CHILDREN = 3,
    MAX = 6
};

static queue_line_t *line;
static queue_rules_t rules;
static int32_t pid[CHILDREN];

static void begin(void)
{
    const queue_rules_t fresh = { .max_waiting = MAX };
    int i;

    if (line) {
        munmap(line, sizeof(*line));
    }
    line = mmap(NULL, sizeof(*line), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(line, MAP_FAILED);
    assert_true(queue_line_init(line));
    rules = fresh;
    for (i = 0; i < CHILDREN; i++) {
        pid[i] = 100 + i;
    }
}

static int replaced; /* by the last one that came */

static int come(int of_class, int child, int64_t now_us)
{
    const queue_owner_t owner = { (uint16_t)child, pid[child] };

    return queue_line_enter(line, &rules, of_class, owner, now_us, &replaced);
}

/* The place that is called next, alone; -1: nobody waits. */
static int next(int64_t now_us)
{
    uint16_t called[2];
    int n = queue_line_call(line, &rules, line->called + 1, now_us, called, 2);

    assert_in_range(n, 0, 1);
    return n ? called[0] : -1;
}

static void test_order(void **state)
{
    int a, b, c, d;

    begin();
    a = come(2, 0, 10);
    b = come(1, 1, 20);
    c = come(2, 2, 30);
    d = come(0, 0, 40);
    assert_int_equal(queue_line_length(line), 4);
    assert_int_equal(next(50), d);
    assert_int_equal(queue_line_state(line, d), TICKET_CALLED);
    assert_int_equal(next(50), b);
    assert_int_equal(next(50), a);
    assert_int_equal(next(50), c);
    assert_int_equal(next(50), -1);
    assert_int_equal(line->waiting, 0);
    assert_int_equal(line->called, 4);
    queue_line_leave(line, a, QUEUE_EXIT_SERVED, 110);
    queue_line_leave(line, b, QUEUE_EXIT_SERVED, 120);
    assert_int_equal(line->called, 2);
    assert_int_equal(line->of_class[2].served, 1);
    assert_int_equal(line->of_class[2].waited_us, 100);
    assert_int_equal(line->of_class[1].waited_us, 100);
}

/* No more than there is room for are on their way. */
static void test_room(void **state)
{
    uint16_t called[MAX];
    int i;

    begin();
    for (i = 0; i < MAX; i++) {
        come(0, 0, i);
    }
    assert_int_equal(queue_line_call(line, &rules, 2, 10, called, MAX), 2);
    assert_int_equal(queue_line_call(line, &rules, 2, 10, called, MAX), 0);
    assert_int_equal(queue_line_call(line, &rules, 4, 10, called, 1), 1);
    queue_line_leave(line, called[0], QUEUE_EXIT_GONE, 11);
    assert_int_equal(queue_line_call(line, &rules, 2, 10, called, MAX), 0);
    assert_int_equal(line->waiting, MAX - 3);
}

/* Called in vain: in front of those that came later, behind those that were
 * there before. */
static void test_return(void **state)
{
    int a, b, c;

    begin();
    a = come(0, 0, 1);
    b = come(0, 1, 2);
    c = come(0, 2, 3);
    assert_int_equal(next(9), a);
    assert_int_equal(next(9), b);
    queue_line_return(line, b);
    queue_line_return(line, a);
    assert_int_equal(line->called, 0);
    assert_int_equal(line->waiting, 3);
    assert_int_equal(next(9), a);
    assert_int_equal(next(9), b);
    assert_int_equal(next(9), c);
}

static void test_full(void **state)
{
    int i, place[MAX];

    begin();
    for (i = 0; i < MAX; i++) {
        place[i] = come(i < 3 ? 1 : 2, 0, i);
        assert_int_equal(replaced, QUEUE_NOWHERE);
    }
    assert_int_equal(come(2, 1, 10), QUEUE_NOWHERE);
    assert_int_equal(replaced, QUEUE_NOWHERE);
    assert_int_equal(line->of_class[2].refused, 1);
    assert_int_not_equal(come(0, 1, 10), QUEUE_NOWHERE);
    assert_int_equal(replaced, place[5]);
    assert_int_equal(queue_line_state(line, place[5]), TICKET_REPLACED);
    assert_int_equal(line->of_class[2].replaced, 1);
    assert_int_equal(line->waiting, MAX);
    queue_line_leave(line, place[5], QUEUE_EXIT_UNCOUNTED, 11);
    assert_int_equal(line->waiting, MAX);
    assert_int_equal(queue_line_state(line, place[5]), TICKET_FREE);
}

/* All places are used again and again. */
static void test_reuse(void **state)
{
    int i;

    begin();
    for (i = 0; i < 3 * QUEUE_PLACES; i++) {
        int place = come(i % 3, 0, i);

        assert_int_not_equal(place, QUEUE_NOWHERE);
        queue_line_leave(line, place, QUEUE_EXIT_GONE, i);
    }
    assert_int_equal(line->used, 1);
    assert_int_equal(line->waiting, 0);
}

static void test_reclaim(void **state)
{
    int a, b, c;

    begin();
    a = come(0, 0, 1);
    b = come(0, 1, 2);
    c = come(0, 2, 3);
    assert_int_equal(next(9), a);
    pid[0] = 0;   /* the slot is free */
    pid[1] = 500; /* somebody else has it */
    assert_int_equal(queue_line_reclaim(line, pid, CHILDREN), 2);
    assert_int_equal(line->called, 0);
    assert_int_equal(line->waiting, 1);
    assert_int_equal(queue_line_state(line, b), TICKET_FREE);
    assert_int_equal(next(9), c);
    assert_int_equal(queue_line_reclaim(line, pid, CHILDREN), 0);
}

/* A process dies with the lock and leaves the lists in disorder. */
static void test_death_under_lock(void **state)
{
    queue_class_line_t seen[QUEUE_CLASSES];
    int a, b, c, status;
    pid_t child;

    begin();
    a = come(1, 0, 1);
    b = come(0, 1, 2);
    c = come(1, 2, 3);
    child = fork();
    if (child == 0) {
        int i;

        lock_line(line);
        for (i = 0; i < QUEUE_CLASSES; i++) {
            line->of_class[i].first = 4000;
            line->of_class[i].last = 77;
            line->of_class[i].waiting = 9;
        }
        line->free = 3;
        line->waiting = 1000;
        line->called = 1000;
        set_state(line, c, TICKET_FREE); /* it was just leaving */
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    queue_line_read(line, seen);
    assert_int_equal(seen[0].waiting, 1);
    assert_int_equal(next(9), b);
    assert_int_equal(next(9), a);
    assert_int_equal(next(9), -1);
    assert_int_equal(line->waiting, 0);
    assert_int_equal(line->called, 2);
    assert_int_equal(come(0, 0, 10), c);
    assert_int_equal(line->waiting, 1);
}

int main(void)
{
    unit_add("order", test_order, NULL);
    unit_add("room", test_room, NULL);
    unit_add("called in vain", test_return, NULL);
    unit_add("full", test_full, NULL);
    unit_add("places are used again", test_reuse, NULL);
    unit_add("processes that are gone", test_reclaim, NULL);
    unit_add("death under the lock", test_death_under_lock, NULL);
    return unit_run("queue line");
}
