/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* log_pace.h: so many log lines a second, and how many more there were.
 * Layer L0.
 *
 * Any thread; two that come in one moment may be a line off. */
#ifndef RPROXY_GUARD_LOG_PACE_H
#define RPROXY_GUARD_LOG_PACE_H

#include <stdint.h>

typedef struct {
    uint32_t second, lines, more; /* atomics; all 0 at first */
} log_pace_t;

/* @param second  of a clock.  Requests tell it a little out of order: an older
 *                second counts as the present one, unless the clock was set
 *                back by more than a minute
 * @param more    out: so many lines were not allowed in the second before, to
 *                be told once; else 0
 * @return 1: this line may be written */
int log_pace_take(log_pace_t *pace, uint32_t second, uint32_t lines_a_second,
                  uint32_t *more);

#endif
