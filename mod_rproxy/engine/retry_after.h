/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* retry_after.h: for how long a member does not want to be asked.  Layer L1.
 * RFC 9110 section 10.2.3, RFC 6585 section 4. */
#ifndef RPROXY_RETRY_AFTER_H
#define RPROXY_RETRY_AFTER_H

#include <apr_time.h>

#include "../http1/h1_response.h"

/* No member keeps itself away for longer by one answer. */
#define RETRY_AFTER_MAX apr_time_from_sec(300)

/* Of a response with status 503 or 429 and a Retry-After.
 * @param now usec since the epoch
 * @return usec from now on, at most RETRY_AFTER_MAX; 0: it says no such thing,
 *         or nothing one could read */
apr_interval_time_t retry_after_of(const h1_response_t *response,
                                   apr_time_t now);

#endif
