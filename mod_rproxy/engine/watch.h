/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* watch.h: what the event loop calls when a descriptor is ready.  Layer L1
 * (no APR).  Embedded in the object that owns the descriptor. */
#ifndef RPROXY_WATCH_H
#define RPROXY_WATCH_H

typedef struct watch_t {
    /* @param events EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR */
    void (*ready)(struct watch_t *watch, unsigned events);
} watch_t;

#endif
