/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* send_rate.h: by when must a client have taken more?  Layer L0.
 *
 * As RequestReadTimeout has it for what comes in: a time at first, and more for
 * each byte that was taken.  Who takes them faster than the rate has always
 * more time than is over. */
#ifndef RPROXY_SEND_RATE_H
#define RPROXY_SEND_RATE_H

#include <stdint.h>

/* Times in usec.
 * @param since  bytes have waited since then
 * @param taken  so many of them were taken since; >= 0
 * @param rate   bytes a second, > 0 */
static inline int64_t send_rate_until(int64_t since, int64_t taken,
                                      int64_t rate, int64_t grace)
{
    return since + grace + taken / rate * 1000000
           + taken % rate * 1000000 / rate;
}

#endif
