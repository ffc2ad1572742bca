/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* targeted.h: targeted cache control, a structured-field dictionary.
 * Layer L0.  RFC 9213, RFC 8941. */
#ifndef RPROXY_CACHE_TARGETED_H
#define RPROXY_CACHE_TARGETED_H

#include "cache_control.h"

/* Reads a whole field (lines joined by ", ").  Values that are no integers for
 * max-age and the like, and syntax errors, make it invalid as a whole.
 * @return 0, or -1: invalid or empty, to be treated as not there */
int targeted_read(cache_control_t *cc, slice_t value);

#endif
