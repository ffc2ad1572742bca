/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* probe_expect.h: the statuses that a probe takes for good: "200",
 * "2xx,304", "200-399".  Layer L0. */
#ifndef RPROXY_BALANCER_PROBE_EXPECT_H
#define RPROXY_BALANCER_PROBE_EXPECT_H

#include <stdint.h>

typedef struct {
    uint64_t bit[8]; /* of 100 to 599 */
} probe_expect_t;

/* @return 1 and *expect, or 0: not such a list */
int probe_expect_parse(const char *text, probe_expect_t *expect);

int probe_expect_has(const probe_expect_t *expect, int status);

#endif
