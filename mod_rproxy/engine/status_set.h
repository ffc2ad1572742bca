/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_set.h: a set of the statuses that say something went wrong, 400 to
 * 599.  Layer L0.  All zero is the empty set. */
#ifndef RPROXY_STATUS_SET_H
#define RPROXY_STATUS_SET_H

#include <stdint.h>

enum {
    STATUS_SET_FIRST = 400,
    STATUS_SET_LAST = 599
};

typedef struct {
    uint8_t bits[(STATUS_SET_LAST - STATUS_SET_FIRST + 1) / 8];
} status_set_t;

/* status: STATUS_SET_FIRST to STATUS_SET_LAST */
static inline void status_set_add(status_set_t *set, int status)
{
    unsigned n = (unsigned)(status - STATUS_SET_FIRST);

    set->bits[n / 8] |= (uint8_t)(1u << n % 8);
}

/* set: NULL is empty; any status */
static inline int status_set_has(const status_set_t *set, int status)
{
    unsigned n = (unsigned)(status - STATUS_SET_FIRST);

    return set && status >= STATUS_SET_FIRST && status <= STATUS_SET_LAST
           && set->bits[n / 8] >> n % 8 & 1;
}

#endif
