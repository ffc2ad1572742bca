/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_io.h: the only place that connects to, reads from and writes to
 * members.  Layer L1.  Both drivers use it; neither knows HTTP. */
#ifndef RPROXY_EXCHANGE_IO_H
#define RPROXY_EXCHANGE_IO_H

#include "../engine/exchange.h"

/* Does what can be done without waiting.  The caller has set the connection's
 * readable, writable and hangup marks from what the kernel said.
 * @param now usec, read once for this wake-up
 * @return what to wait for; EXCHANGE_DONE when it is over */
exchange_wait_t exchange_io_step(exchange_t *x, apr_time_t now);

#endif
