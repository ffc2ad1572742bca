/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_bell.h: the thread of a child that wakes who waits there and was called
 * by another child.  Layer L1.
 *
 * It sleeps until its bell is rung.  While anybody waits here it looks by
 * itself now and then: the one who should have rung may have been killed. */
#ifndef RPROXY_BALANCER_QUEUE_BELL_H
#define RPROXY_BALANCER_QUEUE_BELL_H

#include "queue.h"

/* After the fork and segment_child_claim; ends before pool does.
 * @param queues  [count], of one queue_lines_t
 * @param look    how often it looks by itself */
apr_status_t queue_bell_start(queue_t *const *queues, int count,
                              apr_interval_time_t look, apr_pool_t *pool);

#endif
