/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_line.h: the requests of all children that wait at one upstream.
 * Layer L1.
 *
 *   +-------------------+  in shared memory; all zero but for the lock at first
 *   | queue_line_t      |  lock, counts, what each class has waiting and did
 *   |  class[16]        |  first and last of each class: a list by ticket
 *   |  place[4096]      |  one for each request that waits or is called
 *   +-------------------+
 *
 * A place goes from free to waiting, called or replaced, and back to free when
 * its owner has seen that.  All is written under the lock; nothing else is done
 * there.  Of an owner of the lock that was killed the lists are made anew from
 * the places, whose state is written last. */
#ifndef RPROXY_BALANCER_QUEUE_LINE_H
#define RPROXY_BALANCER_QUEUE_LINE_H

#include <pthread.h>
#include <stdint.h>

#include "queue_order.h"

enum {
    QUEUE_CLASSES = 16,
    QUEUE_PLACES = 4096,
    QUEUE_MAX = 4000, /* waiting; the others are on their way out */
    QUEUE_NOWHERE = QUEUE_PLACES
};

typedef enum {
    TICKET_FREE,
    TICKET_WAITS,
    TICKET_CALLED,
    TICKET_REPLACED
} ticket_e;

typedef struct {
    uint64_t ticket; /* in the order in which they came */
    int64_t since_us;
    int32_t pid;
    uint16_t child; /* the process's slot; atomic */
    uint16_t next, prev;
    uint8_t of_class;
    uint8_t state; /* ticket_e; atomic */
} queue_place_t;

typedef struct {
    uint16_t first, last;
    uint32_t waiting;
    /* since the start */
    uint64_t entered, served, refused, replaced, timed_out, gone;
    uint64_t waited_us; /* of those that were served */
} queue_class_line_t;

typedef struct {
    pthread_mutex_t lock;
    /* atomics, written under the lock */
    uint32_t waiting, called;
    uint32_t service_us; /* mean time of a request; relaxed atomic */
    /* under the lock */
    uint32_t turn;
    uint16_t used; /* places below this were in use at some time */
    uint16_t free; /* list of those that are free again */
    uint64_t ticket;
    queue_class_line_t of_class[QUEUE_CLASSES];
    queue_place_t place[QUEUE_PLACES];
} __attribute__((aligned(64))) queue_line_t;

/* @return 0 when no lock could be made */
int queue_line_init(queue_line_t *line);

typedef struct {
    uint16_t child;
    int32_t pid;
} queue_owner_t;

/* One more wants to wait.  @param of_class below QUEUE_CLASSES
 * @param replaced  out: the place of one that had to go for it, or
 *                  QUEUE_NOWHERE
 * @return its place, or QUEUE_NOWHERE: too many wait */
int queue_line_enter(queue_line_t *line, const queue_rules_t *rules,
                     int of_class, queue_owner_t owner, int64_t now_us,
                     int *replaced);

/* It was called in vain: waits on where it was. */
void queue_line_return(queue_line_t *line, int place);

typedef enum {
    QUEUE_EXIT_SERVED,
    QUEUE_EXIT_TIMED_OUT,
    QUEUE_EXIT_GONE,
    QUEUE_EXIT_UNCOUNTED
} queue_exit_e;

void queue_line_leave(queue_line_t *line, int place, queue_exit_e why,
                      int64_t now_us);

/* Calls those that are next until room are on their way.
 * @param called  [max]: their places
 * @return how many; max: perhaps more */
int queue_line_call(queue_line_t *line, const queue_rules_t *rules,
                    uint32_t room, int64_t now_us, uint16_t *called, int max);

/* Frees the places of processes that are gone.
 * @param pid  [children]: who has the slots now
 * @return how many */
int queue_line_reclaim(queue_line_t *line, const int32_t *pid, int children);

/* A copy of what the classes have. */
void queue_line_read(queue_line_t *line, queue_class_line_t *of_class);

static inline ticket_e queue_line_state(const queue_line_t *line, int place)
{
    return (ticket_e)__atomic_load_n(&line->place[place].state,
                                     __ATOMIC_ACQUIRE);
}

/* Those that wait or are on their way to a member. */
static inline uint32_t queue_line_length(const queue_line_t *line)
{
    return __atomic_load_n(&line->waiting, __ATOMIC_SEQ_CST)
           + __atomic_load_n(&line->called, __ATOMIC_SEQ_CST);
}

#endif
