/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* outlier.h: does a member fail more requests than its pool, and can the pool
 * spare it?  Layer L0.  Asked now and then with what was counted meanwhile. */
#ifndef RPROXY_BALANCER_OUTLIER_H
#define RPROXY_BALANCER_OUTLIER_H

#include <stdint.h>

typedef struct {
    uint32_t requests; /* ended since the last time */
    uint32_t failed;   /* of them */
} outlier_count_t;

typedef struct {
    uint32_t min_requests;    /* of the member; fewer say nothing */
    uint16_t failure_percent; /* from here on it is bad; 0: do not ask */
    uint16_t max_percent;     /* of the pool's members ejected at once;
                                 0: none */
} outlier_rules_t;

/* Bad by itself, and at least twice as bad as the others together: what fails
 * everywhere is the application's fault, and ejecting cures nothing. */
int outlier_found(outlier_count_t member, outlier_count_t pool,
                  const outlier_rules_t *rules);

/* May one more be ejected?  One of two and more in any case; the last one
 * never.
 * @param members  of the pool that could serve: up, in trial or ejected
 * @param ejected  of them */
int outlier_may_eject(uint32_t members, uint32_t ejected,
                      const outlier_rules_t *rules);

#endif
