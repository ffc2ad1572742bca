/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_order.h: who of those that wait for a member is next.  Layer L0.
 *
 * Each class has a queue, first come, first served; the important class goes
 * first.  So that nobody waits for ever, some of the turns go to whoever has
 * waited longest and too long, of whatever class: a share of the turns, not a
 * bonus for age, or a flood of old bots would pass the new customer. */
#ifndef RPROXY_BALANCER_QUEUE_ORDER_H
#define RPROXY_BALANCER_QUEUE_ORDER_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t waiting;
    int64_t oldest_us; /* when its first one came; if any waits */
} queue_class_t;

typedef struct {
    uint32_t max_waiting; /* all classes together */
    uint32_t aging_ms;    /* who waits longer has a share of the turns */
    uint32_t aged_every;  /* each so many-th turn; 0: strictly by class */
} queue_rules_t;

typedef enum {
    QUEUE_ENTER,
    QUEUE_REPLACE, /* the last one of class *victim must go for it */
    QUEUE_REFUSE
} queue_admission_e;

enum {
    QUEUE_NOBODY = -1
};

/* @param classes  [count], the most important one first
 * @param turn     how many were let go so far
 * @return the class whose first one is next, or QUEUE_NOBODY */
int queue_order_next(const queue_class_t *classes, size_t count,
                     const queue_rules_t *rules, uint32_t turn, int64_t now_us);

/* One more of that class wants to wait.  When all places are taken it may have
 * that of the least important class behind its own. */
queue_admission_e queue_order_admit(const queue_class_t *classes, size_t count,
                                    const queue_rules_t *rules, size_t class,
                                    size_t *victim);

/* Retry-After for one that is refused: when those that wait now will have been
 * served; 1 to 120.
 * @param slots       requests the members serve at once
 * @param service_us  mean time of one */
uint32_t queue_order_retry_after_s(uint32_t waiting, uint32_t slots,
                                   uint32_t service_us);

#endif
