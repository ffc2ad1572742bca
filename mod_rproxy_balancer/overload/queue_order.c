/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_order.c: by class, and now and then by age.  Layer L0. */
#include "queue_order.h"

enum {
    RETRY_AFTER_MAX_S = 120
};

static int most_important(const queue_class_t *classes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (classes[i].waiting) {
            return (int)i;
        }
    }
    return QUEUE_NOBODY;
}

static int oldest(const queue_class_t *classes, size_t count,
                  int64_t came_before_us)
{
    int found = QUEUE_NOBODY;
    size_t i;

    for (i = 0; i < count; i++) {
        if (classes[i].waiting && classes[i].oldest_us < came_before_us) {
            came_before_us = classes[i].oldest_us;
            found = (int)i;
        }
    }
    return found;
}

int queue_order_next(const queue_class_t *classes, size_t count,
                     const queue_rules_t *rules, uint32_t turn, int64_t now_us)
{
    int aged = QUEUE_NOBODY;

    if (rules->aged_every && turn % rules->aged_every == 0) {
        aged = oldest(classes, count, now_us - (int64_t)rules->aging_ms * 1000);
    }
    return aged == QUEUE_NOBODY ? most_important(classes, count) : aged;
}

queue_admission_e queue_order_admit(const queue_class_t *classes, size_t count,
                                    const queue_rules_t *rules, size_t class,
                                    size_t *victim)
{
    uint64_t waiting = 0;
    size_t i, last = class;

    for (i = 0; i < count; i++) {
        waiting += classes[i].waiting;
        last = i > last && classes[i].waiting ? i : last;
    }
    if (waiting < rules->max_waiting) {
        return QUEUE_ENTER;
    }
    if (last == class) {
        return QUEUE_REFUSE;
    }
    *victim = last;
    return QUEUE_REPLACE;
}

uint32_t queue_order_retry_after_s(uint32_t waiting, uint32_t slots,
                                   uint32_t service_us)
{
    uint64_t us = (waiting + (uint64_t)1) * service_us / (slots ? slots : 1);
    uint64_t seconds = us / 1000000 + 1;

    return (uint32_t)(seconds < RETRY_AFTER_MAX_S ? seconds
                                                  : RETRY_AFTER_MAX_S);
}
