/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reactor_task.h: something for an event loop to run.  Layer L1 (no APR). */
#ifndef RPROXY_REACTOR_TASK_H
#define RPROXY_REACTOR_TASK_H

typedef struct reactor_t reactor_t;

/* Embedded in what is to be run; linked in one list at a time. */
typedef struct reactor_task_t {
    struct reactor_task_t *next;
    void (*run)(struct reactor_task_t *task, reactor_t *reactor);
    unsigned turn; /* of reactor_later: not run within the same one */
    int queued;    /* in a list of reactor_later or reactor_at_turn_end */
} reactor_task_t;

#endif
