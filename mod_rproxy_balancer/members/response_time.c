/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* response_time.c: halving in whole numbers.  Layer L0. */
#include "response_time.h"

/* value * 2^-(elapsed / half_life); straight lines between the halvings, at
 * most 7 % above. */
static uint32_t halve(uint32_t value, uint64_t elapsed_us,
                      uint32_t half_life_us)
{
    uint64_t halvings = elapsed_us / half_life_us;
    uint64_t rest = elapsed_us % half_life_us;

    if (halvings >= 32) {
        return 0;
    }
    value >>= halvings;
    return value - (uint32_t)(value * rest / half_life_us / 2);
}

uint32_t response_time_next(uint32_t average_us, uint32_t sample_us,
                            uint64_t elapsed_us, uint32_t half_life_us)
{
    sample_us = sample_us ? sample_us : 1;
    sample_us =
        sample_us < RESPONSE_TIME_MAX_US ? sample_us : RESPONSE_TIME_MAX_US;
    if (sample_us >= average_us) {
        return sample_us;
    }
    return sample_us + halve(average_us - sample_us, elapsed_us, half_life_us);
}

uint32_t response_time_fade(uint32_t average_us, uint64_t elapsed_us,
                            uint32_t half_life_us)
{
    uint32_t faded = halve(average_us, elapsed_us, half_life_us);

    return faded || !average_us ? faded : 1;
}
