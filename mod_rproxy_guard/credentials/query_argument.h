/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* query_argument.h: arguments of a query, as they stand.  Layer L0. */
#ifndef RPROXY_GUARD_QUERY_ARGUMENT_H
#define RPROXY_GUARD_QUERY_ARGUMENT_H

#include "http1/h1_slice.h"

/* The next "name=value" between two "&"; *rest is advanced behind it.
 * @return 0: that was the last one */
int query_argument_next(slice_t *rest, slice_t *argument);

/* The name of one: all before the "=". */
slice_t query_argument_name(slice_t argument);

/* The value of the first of that name, not decoded.  @return 0: there is none
 * (*value stays) */
int query_argument(slice_t query, slice_t name, slice_t *value);

#endif
