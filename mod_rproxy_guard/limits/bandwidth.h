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

#define BANDWIDTH_UNIT 1024 /* bytes that cost 1 */

/* Before the handler, for each limit that applies: the slowest one counts. */
void bandwidth_begin(request_rec *r, guard_limit_t *limit, uint64_t hash);

/* In post_config. */
void bandwidth_open(void);

void bandwidth_register(void);

#endif
