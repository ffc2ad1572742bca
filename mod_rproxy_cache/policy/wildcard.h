/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wildcard.h: names with "*" in them (wordpress_logged_in_*).  Layer L0. */
#ifndef RPROXY_CACHE_WILDCARD_H
#define RPROXY_CACHE_WILDCARD_H

#include "http1/h1_slice.h"

/* "*" stands for any bytes; everything else, also "?" and "[", for itself.
 * Time is bounded by the product of both lengths. */
int wildcard_matches(slice_t pattern, slice_t text, int nocase);

/* The first cookie of a Cookie field whose name matches.
 * @return 1 and the value (may be NULL) */
int wildcard_cookie(slice_t pattern, slice_t cookie_field, slice_t *value);

#endif
