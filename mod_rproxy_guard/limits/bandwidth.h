/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bandwidth.h: responses that share so many bytes a second with all others of
 * their key (RProxyGuardLimit bandwidth=).  Layer L2.
 *
 * Bytes are taken from the limit's table as requests are, in KiB and in small
 * pieces; each piece is told its time.  On an event loop the engine waits for
 * it without a thread (rproxy_pace), elsewhere a filter sleeps. */
#ifndef RPROXY_GUARD_BANDWIDTH_H
#define RPROXY_GUARD_BANDWIDTH_H

#include "../config/guard_config.h"
#include "../guard_request.h"

#define BANDWIDTH_UNIT 1024 /* bytes that cost 1 */

/* Before the handler, for each limit that applies: the slowest one counts.
 * @param log_only  it slows nothing down */
void bandwidth_begin(request_rec *r, guard_limit_t *limit, uint64_t hash,
                     int log_only);

/* At the request's end: how much later its response came, and by which limit.
 * @param bandwidth  of the request, or NULL */
guard_wait_t bandwidth_waited(const bandwidth_t *bandwidth);

/* Likewise of limits that slow nothing down: how much later so many bytes would
 * have come.  Takes them from their tables. */
guard_wait_t bandwidth_would_wait(const request_rec *r,
                                  const bandwidth_t *bandwidth,
                                  apr_off_t bytes);

/* In post_config. */
void bandwidth_open(void);

void bandwidth_register(void);

#endif
