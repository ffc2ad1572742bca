/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* selector.h: what names must have that an expression selects, as
 * "paramcounter_" of TX:/paramcounter_.+/: a look at that spares most names the
 * expression.  Layer L0. */
#ifndef RPROXY_GUARD_SELECTOR_H
#define RPROXY_GUARD_SELECTOR_H

#include "http1/h1_slice.h"

typedef struct {
    slice_t text;    /* at the begin of the expression; may be empty */
    int is_at_begin; /* of names, too */
    int is_all;      /* names that have it are matched */
} selector_t;

selector_t selector_of(slice_t expression);

/* Without case.  @return 0: the expression does not match the name */
int selector_may(const selector_t *selector, slice_t name);

#endif
