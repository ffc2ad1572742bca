/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_line.c: lists by ticket in shared memory, and how they are mended.
 * Layer L1. */
#include "queue_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- the lists; under the lock ---- */

static void set_state(queue_line_t *line, int place, ticket_e state)
{
    __atomic_store_n(&line->place[place].state, (uint8_t)state,
                     __ATOMIC_RELEASE);
}

static void change_count(uint32_t *count, int n)
{
    __atomic_store_n(count, *count + (uint32_t)n, __ATOMIC_SEQ_CST);
}

/* Before the first one whose ticket is later: nearly always an end. */
static void link_place(queue_line_t *line, int i)
{
    queue_place_t *p = &line->place[i];
    queue_class_line_t *c = &line->of_class[p->of_class];
    uint16_t after = c->last;

    if (c->waiting && line->place[c->first].ticket > p->ticket) {
        after = QUEUE_NOWHERE;
    }
    while (after != QUEUE_NOWHERE && line->place[after].ticket > p->ticket) {
        after = line->place[after].prev;
    }
    p->prev = after;
    p->next = after == QUEUE_NOWHERE ? c->first : line->place[after].next;
    *(p->prev == QUEUE_NOWHERE ? &c->first : &line->place[p->prev].next) =
        (uint16_t)i;
    *(p->next == QUEUE_NOWHERE ? &c->last : &line->place[p->next].prev) =
        (uint16_t)i;
    c->waiting++;
    change_count(&line->waiting, 1);
}

static void unlink_place(queue_line_t *line, int i)
{
    const queue_place_t *p = &line->place[i];
    queue_class_line_t *c = &line->of_class[p->of_class];

    *(p->prev == QUEUE_NOWHERE ? &c->first : &line->place[p->prev].next) =
        p->next;
    *(p->next == QUEUE_NOWHERE ? &c->last : &line->place[p->next].prev) =
        p->prev;
    c->waiting--;
    change_count(&line->waiting, -1);
}

static int take_ticket(queue_line_t *line)
{
    int i = line->free;

    if (i != QUEUE_NOWHERE) {
        line->free = line->place[i].next;
        return i;
    }
    return line->used < QUEUE_PLACES ? line->used++ : QUEUE_NOWHERE;
}

static void give_back(queue_line_t *line, int i)
{
    set_state(line, i, TICKET_FREE);
    line->place[i].next = line->free;
    line->free = (uint16_t)i;
}

/* Out of wherever it is. */
static void drop(queue_line_t *line, int i)
{
    switch (queue_line_state(line, i)) {
    case TICKET_FREE:
        return;
    case TICKET_WAITS:
        unlink_place(line, i);
        break;
    case TICKET_CALLED:
        change_count(&line->called, -1);
        break;
    default:
        break;
    }
    give_back(line, i);
}

/* ---- the lock ---- */

static void empty_lists(queue_line_t *line)
{
    int i;

    for (i = 0; i < QUEUE_CLASSES; i++) {
        line->of_class[i].first = line->of_class[i].last = QUEUE_NOWHERE;
        line->of_class[i].waiting = 0;
    }
    line->free = QUEUE_NOWHERE;
    change_count(&line->waiting, -(int)line->waiting);
    change_count(&line->called, -(int)line->called);
}

/* By what the places say: those that wait are linked in any order, for
 * link_place sorts them in. */
static void mend(queue_line_t *line)
{
    int i;

    empty_lists(line);
    line->used = line->used < QUEUE_PLACES ? line->used : QUEUE_PLACES;
    for (i = 0; i < line->used; i++) {
        queue_place_t *p = &line->place[i];

        p->of_class %= QUEUE_CLASSES;
        switch (queue_line_state(line, i)) {
        case TICKET_WAITS:
            link_place(line, i);
            break;
        case TICKET_CALLED:
            change_count(&line->called, 1);
            break;
        case TICKET_REPLACED:
            break;
        default:
            give_back(line, i);
        }
    }
}

static void lock_line(queue_line_t *line)
{
    if (pthread_mutex_lock(&line->lock) == EOWNERDEAD) {
        mend(line);
        pthread_mutex_consistent(&line->lock);
    }
}

static void unlock_line(queue_line_t *line)
{
    pthread_mutex_unlock(&line->lock);
}

int queue_line_init(queue_line_t *line)
{
    pthread_mutexattr_t attributes;
    int rv = pthread_mutexattr_init(&attributes);

    rv = rv ? rv
            : pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    rv = rv ? rv
            : pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    rv = rv ? rv : pthread_mutex_init(&line->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    empty_lists(line);
    return rv == 0;
}

/* ---- coming and going ---- */

static void look(const queue_line_t *line, queue_class_t *classes)
{
    int i;

    for (i = 0; i < QUEUE_CLASSES; i++) {
        const queue_class_line_t *c = &line->of_class[i];

        classes[i].waiting = c->waiting;
        classes[i].oldest_us =
            c->waiting ? line->place[c->first].since_us : INT64_MAX;
    }
}

/* May one more of that class wait?  @return 0: no */
static int admit(queue_line_t *line, const queue_rules_t *rules, int of_class,
                 int *replaced)
{
    queue_class_t classes[QUEUE_CLASSES];
    size_t victim;

    look(line, classes);
    switch (queue_order_admit(classes, QUEUE_CLASSES, rules, (size_t)of_class,
                              &victim)) {
    case QUEUE_ENTER:
        return 1;
    case QUEUE_REPLACE:
        *replaced = line->of_class[victim].last;
        line->of_class[victim].replaced++;
        unlink_place(line, *replaced);
        set_state(line, *replaced, TICKET_REPLACED);
        return 1;
    default:
        return 0;
    }
}

static void fill_place(queue_line_t *line, int i, int of_class,
                       queue_owner_t owner, int64_t now_us)
{
    queue_place_t *p = &line->place[i];

    p->ticket = ++line->ticket;
    p->since_us = now_us;
    p->pid = owner.pid;
    __atomic_store_n(&p->child, owner.child, __ATOMIC_RELAXED);
    p->of_class = (uint8_t)of_class;
    set_state(line, i, TICKET_WAITS);
    link_place(line, i);
    line->of_class[of_class].entered++;
}

int queue_line_enter(queue_line_t *line, const queue_rules_t *rules,
                     int of_class, queue_owner_t owner, int64_t now_us,
                     int *replaced)
{
    int i = QUEUE_NOWHERE;

    *replaced = QUEUE_NOWHERE;
    lock_line(line);
    if (admit(line, rules, of_class, replaced)) {
        i = take_ticket(line);
    }
    if (i != QUEUE_NOWHERE) {
        fill_place(line, i, of_class, owner, now_us);
    }
    else {
        line->of_class[of_class].refused++;
    }
    unlock_line(line);
    return i;
}

void queue_line_return(queue_line_t *line, int place)
{
    lock_line(line);
    if (queue_line_state(line, place) == TICKET_CALLED) {
        change_count(&line->called, -1);
        set_state(line, place, TICKET_WAITS);
        link_place(line, place);
    }
    unlock_line(line);
}

static void count_exit(queue_class_line_t *c, queue_exit_e why,
                       int64_t waited_us)
{
    switch (why) {
    case QUEUE_EXIT_SERVED:
        c->served++;
        c->waited_us += waited_us > 0 ? (uint64_t)waited_us : 0;
        break;
    case QUEUE_EXIT_TIMED_OUT:
        c->timed_out++;
        break;
    case QUEUE_EXIT_GONE:
        c->gone++;
        break;
    default:
        break;
    }
}

void queue_line_leave(queue_line_t *line, int place, queue_exit_e why,
                      int64_t now_us)
{
    const queue_place_t *p = &line->place[place];

    lock_line(line);
    count_exit(&line->of_class[p->of_class], why, now_us - p->since_us);
    drop(line, place);
    unlock_line(line);
}

int queue_line_call(queue_line_t *line, const queue_rules_t *rules,
                    uint32_t room, int64_t now_us, uint16_t *called, int max)
{
    queue_class_t classes[QUEUE_CLASSES];
    int n = 0, next;

    lock_line(line);
    while (n < max && line->called < room) {
        look(line, classes);
        next =
            queue_order_next(classes, QUEUE_CLASSES, rules, line->turn, now_us);
        if (next == QUEUE_NOBODY) {
            break;
        }
        line->turn++;
        called[n] = line->of_class[next].first;
        unlink_place(line, called[n]);
        set_state(line, called[n], TICKET_CALLED);
        change_count(&line->called, 1);
        n++;
    }
    unlock_line(line);
    return n;
}

int queue_line_reclaim(queue_line_t *line, const int32_t *pid, int children)
{
    int i, n = 0;

    lock_line(line);
    for (i = 0; i < line->used; i++) {
        const queue_place_t *p = &line->place[i];

        if (queue_line_state(line, i) != TICKET_FREE
            && (p->child >= children
                || __atomic_load_n(&pid[p->child], __ATOMIC_ACQUIRE)
                       != p->pid)) {
            drop(line, i);
            n++;
        }
    }
    unlock_line(line);
    return n;
}

void queue_line_read(queue_line_t *line, queue_class_line_t *of_class)
{
    lock_line(line);
    memcpy(of_class, line->of_class, sizeof(line->of_class));
    unlock_line(line);
}
