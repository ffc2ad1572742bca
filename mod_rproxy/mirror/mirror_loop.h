/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_loop.h: the event loop of a child that copies of requests are sent
 * on.  Layer L1.
 *
 * It has a thread, which begins with the first copy, and connections of its
 * own, so that copies wait neither for clients nor these for them; and it is
 * there whatever serves the clients, loops or worker threads. */
#ifndef RPROXY_MIRROR_LOOP_H
#define RPROXY_MIRROR_LOOP_H

#include "../driver/reactor.h"

/* In child_init.
 * @param stopped  called on the loop's thread when the child ends: nothing
 *                 may be under way afterwards */
void mirror_loop_prepare(const shared_t *shared, void (*stopped)(void),
                         apr_pool_t *pchild);

/* Any thread: the loop, with its thread running.
 * @return NULL: there is none, or it has ended */
reactor_t *mirror_loop(void);

#endif
