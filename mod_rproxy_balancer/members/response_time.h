/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* response_time.h: a member's time to the first byte, as one number that goes
 * up at once and comes down slowly (peak EWMA).  Layer L0.
 *
 * The number lies in shared memory; who has news reads it, and stores what
 * these return, without a lock: of two at the same time one may be lost. */
#ifndef RPROXY_BALANCER_RESPONSE_TIME_H
#define RPROXY_BALANCER_RESPONSE_TIME_H

#include <stdint.h>

#define RESPONSE_TIME_MAX_US (1u << 26) /* 67 s; longer counts as this */

/* After a sample.  What is older than half_life counts half.
 * @param average_us   0: there was none
 * @param elapsed_us   since the last sample or fade
 * @param half_life_us over 0
 * @return 1 to RESPONSE_TIME_MAX_US */
uint32_t response_time_next(uint32_t average_us, uint32_t sample_us,
                            uint64_t elapsed_us, uint32_t half_life_us);

/* Of a member with nothing in flight, from time to time: one that was slow
 * once gets its chance again.  0 (unknown) stays 0, others at least 1. */
uint32_t response_time_fade(uint32_t average_us, uint64_t elapsed_us,
                            uint32_t half_life_us);

#endif
