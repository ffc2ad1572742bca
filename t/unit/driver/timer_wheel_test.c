/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* timer_wheel_test.c: the wheel against a plain list of deadlines, over random
 * sets, removals and steps of the clock: never early, at most two ticks late;
 * and what callbacks may do. */
#include "unit.h"

#include "driver/timer_wheel.c"

#define TICK (1 << TIMER_TICK_SHIFT)
#define TURN ((int64_t)TIMER_SLOTS * TICK)
#define START (1000 * (int64_t)TICK + 77)
#define ENTRIES 64

/* ---- the wheel and its model ---- */

typedef struct {
    timer_entry_t entry;
    int64_t deadline; /* as it should be; 0: none */
    int64_t since;    /* when that was set */
    int fired;
} item_t;

static timer_wheel_t wheel;
static item_t items[ENTRIES];
static int64_t clock_usec;
static uint64_t seed;
static int rounds_fired;
static int is_wild; /* callbacks do something */

static uint64_t pick(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % n;
}

static void set(item_t *item, int64_t deadline)
{
    item->deadline = deadline;
    item->since = clock_usec;
    timer_set(&wheel, &item->entry, deadline);
}

static void take_away(item_t *item)
{
    item->deadline = 0;
    timer_remove(&wheel, &item->entry);
    assert_null(item->entry.next);
}

/* Past, this tick, soon, within the wheel, around its end, far away. */
static int64_t some_deadline(void)
{
    static const int64_t spans[] = { 1,        TICK,     10 * TICK,
                                     TURN / 2, 2 * TURN, 50 * TURN };
    int64_t at =
        clock_usec - TICK + (int64_t)pick((uint64_t)spans[pick(6)] + 2 * TICK);

    return at > 0 ? at : 1;
}

static void do_something(void)
{
    item_t *item = &items[pick(ENTRIES)];

    switch (pick(8)) {
    case 0:
        take_away(item);
        break;
    case 1:
        set(item, 0);
        break;
    default:
        set(item, some_deadline());
    }
}

static void fired(timer_entry_t *entry, int64_t now)
{
    item_t *item = (item_t *)((char *)entry - offsetof(item_t, entry));

    assert_int_equal(now, clock_usec);
    assert_true(item->deadline != 0);          /* not removed */
    assert_true(item->deadline <= clock_usec); /* not early */
    assert_int_equal(entry->deadline, 0);
    assert_null(entry->next); /* its memory may go */
    item->deadline = 0;
    item->fired++;
    rounds_fired++;
    while (is_wild && pick(3)) {
        do_something();
    }
}

static void begin(int wild)
{
    int i;

    clock_usec = START;
    is_wild = wild;
    memset(items, 0, sizeof(items));
    timer_wheel_init(&wheel, clock_usec);
    for (i = 0; i < ENTRIES; i++) {
        items[i].entry.fire = fired;
    }
}

/* When an entry has to have fired: two ticks behind its deadline, or behind
 * the moment it was set. */
static int64_t latest(const item_t *item)
{
    int64_t from = item->deadline > item->since ? item->deadline : item->since;

    return from + 2 * TICK;
}

static void run(void)
{
    int i;

    timer_wheel_run(&wheel, clock_usec);
    for (i = 0; i < ENTRIES; i++) {
        assert_true(!items[i].deadline || latest(&items[i]) > clock_usec);
    }
}

/* A loop that sleeps as long as it is told wakes up in time, and does not turn
 * without an end. */
static int64_t next(void)
{
    int64_t wait = timer_wheel_next(&wheel, clock_usec);
    int i;

    assert_true(wait != 0);
    for (i = 0; i < ENTRIES; i++) {
        if (items[i].deadline) {
            assert_true(wait > 0);
            assert_true(clock_usec + wait <= latest(&items[i]));
        }
    }
    return wait;
}

static void step_clock(void)
{
    int64_t wait;

    switch (pick(16)) {
    case 0: /* the loop was stopped for long */
        clock_usec += (int64_t)pick(20 * (uint64_t)TURN);
        break;
    case 1:
        clock_usec += (int64_t)pick((uint64_t)TURN);
        break;
    case 2:
    case 3:
    case 4:
        run();
        wait = next();
        clock_usec += wait > 0 ? (wait + 999) / 1000 * 1000 : TICK;
        break;
    default:
        clock_usec += (int64_t)pick(3 * TICK);
    }
}

static void check_random(void **state)
{
    const int wild = *state != NULL;
    int round, n;

    for (round = 1; round <= 200; round++) {
        seed = 0x9e3779b97f4a7c15u * (uint64_t)round;
        rounds_fired = 0;
        begin(wild);
        for (n = 0; n < 400; n++) {
            int ops = (int)pick(6);
            while (ops--) {
                do_something();
            }
            step_clock();
            run();
        }
        assert_true(rounds_fired > 100);
    }
}

/* ---- one by one ---- */

/* To the microsecond: fires at the first tick that begins behind it. */
static void check_exact(void **state)
{
    int64_t d;

    for (d = 1; d < 3 * TICK; d += 333) {
        begin(0);
        set(&items[0], START + d);
        clock_usec = START + d - 1;
        run();
        assert_int_equal(items[0].fired, 0);
        clock_usec = START + d + TICK;
        run();
        assert_int_equal(items[0].fired, 1);
        clock_usec += 2 * TURN;
        run();
        assert_int_equal(items[0].fired, 1);
    }
}

static void check_far_away(void **state)
{
    int64_t end;

    begin(0);
    set(&items[0], START + 10 * TURN);
    end = START + 10 * TURN;
    while (clock_usec + 100 * TICK < end) {
        clock_usec += 100 * TICK;
        run();
        assert_int_equal(items[0].fired, 0);
    }
    clock_usec = end + TICK;
    run();
    assert_int_equal(items[0].fired, 1);
    assert_int_equal(timer_wheel_next(&wheel, clock_usec), -1);
}

/* The common case: a deadline moves on before it passes. */
static void check_later_is_a_store(void **state)
{
    const timer_entry_t *at;
    int64_t tick;

    begin(0);
    set(&items[0], START + 10 * TICK);
    at = items[0].entry.next;
    tick = items[0].entry.slot_tick;
    set(&items[0], START + 20 * TICK);
    assert_ptr_equal(items[0].entry.next, at);
    assert_int_equal(items[0].entry.slot_tick, tick);
    clock_usec = START + 15 * TICK;
    run();
    assert_int_equal(items[0].fired, 0);
    clock_usec = START + 21 * TICK;
    run();
    assert_int_equal(items[0].fired, 1);
}

static void check_earlier(void **state)
{
    begin(0);
    set(&items[0], START + 20 * TICK);
    set(&items[0], START + 3 * TICK);
    clock_usec = START + 4 * TICK;
    run();
    assert_int_equal(items[0].fired, 1);
}

static void check_none(void **state)
{
    begin(0);
    assert_int_equal(timer_wheel_next(&wheel, clock_usec), -1);
    take_away(&items[0]); /* never set */
    set(&items[0], START + TICK);
    take_away(&items[0]);
    take_away(&items[0]);
    assert_int_equal(timer_wheel_next(&wheel, clock_usec), -1);
    set(&items[0], START + TICK);
    set(&items[0], 0);
    clock_usec += TURN;
    run();
    assert_int_equal(items[0].fired, 0);
    assert_int_equal(timer_wheel_next(&wheel, clock_usec), -1);
}

/* ---- callbacks ---- */

static timer_entry_t *others[4];

static void free_entry(timer_entry_t *entry, int64_t now)
{
    free(entry);
}

/* The memory of a fired entry is its owner's again. */
static void check_freed(void **state)
{
    int i;

    begin(0);
    for (i = 0; i < 10; i++) {
        timer_entry_t *entry = calloc(1, sizeof(*entry));
        entry->fire = free_entry;
        timer_set(&wheel, entry, START + TICK);
    }
    clock_usec += 3 * TICK;
    run();
    assert_int_equal(timer_wheel_next(&wheel, clock_usec), -1);
}

static void free_others(timer_entry_t *entry, int64_t now)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(others); i++) {
        if (others[i]) {
            timer_remove(&wheel, others[i]);
            free(others[i]);
            others[i] = NULL;
        }
    }
}

/* Whichever of one slot comes first takes all away, itself included. */
static void check_removes_others(void **state)
{
    size_t i;

    begin(0);
    for (i = 0; i < UNIT_COUNT(others); i++) {
        others[i] = calloc(1, sizeof(timer_entry_t));
        others[i]->fire = free_others;
        timer_set(&wheel, others[i], START + TICK);
    }
    clock_usec += 3 * TICK;
    run();
    assert_null(others[0]);
    assert_int_equal(timer_wheel_next(&wheel, clock_usec), -1);
}

static int again_count;

static void again(timer_entry_t *entry, int64_t now)
{
    again_count++;
    timer_set(&wheel, entry, now + 10 * TICK);
}

static void check_periodic(void **state)
{
    timer_entry_t entry = { .fire = again };
    int i;

    begin(0);
    again_count = 0;
    timer_set(&wheel, &entry, START + 10 * TICK);
    for (i = 0; i < 1000; i++) {
        clock_usec += TICK;
        timer_wheel_run(&wheel, clock_usec);
    }
    assert_in_range(again_count, 1000 / 12, 1000 / 10);
    clock_usec += 100 * TURN; /* once for all that was missed */
    i = again_count;
    timer_wheel_run(&wheel, clock_usec);
    assert_int_equal(again_count, i + 1);
    timer_remove(&wheel, &entry);
}

int main(void)
{
    static const int wild = 1;

    unit_add("random, callbacks do nothing", check_random, NULL);
    unit_add("random, callbacks set and remove", check_random, &wild);
    unit_add("exact", check_exact, NULL);
    unit_add("far away", check_far_away, NULL);
    unit_add("a later deadline is a store", check_later_is_a_store, NULL);
    unit_add("an earlier deadline", check_earlier, NULL);
    unit_add("no deadline", check_none, NULL);
    unit_add("freed when it fires", check_freed, NULL);
    unit_add("removes others of its slot", check_removes_others, NULL);
    unit_add("sets itself again", check_periodic, NULL);
    return unit_run("timer_wheel");
}
