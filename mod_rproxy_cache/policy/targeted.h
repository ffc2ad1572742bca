/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* targeted.h: targeted cache control, a structured-field dictionary.
 * Layer L0.  RFC 9213, RFC 8941. */
#ifndef RPROXY_CACHE_TARGETED_H
#define RPROXY_CACHE_TARGETED_H

#include "cache_control.h"

/* Reads a whole field (lines joined by ", ").  Values that are no integers for
 * max-age and the like, and syntax errors, make it invalid as a whole.
 * @return 0; or -1 and *cc zeroed: invalid or empty, to be treated as not
 *         there */
int targeted_read(cache_control_t *cc, slice_t value);

/* Adds one of several lines; *cc is zeroed before the first.  A member may not
 * go over from one line to the next.
 * @return 1; 0: an empty line; -1: the field is invalid with all its lines */
int targeted_add(cache_control_t *cc, slice_t value);

#endif
