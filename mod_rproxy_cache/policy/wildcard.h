/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wildcard.h: names with "*" in them (wordpress_logged_in_*).  Layer L0. */
#ifndef RPROXY_CACHE_WILDCARD_H
#define RPROXY_CACHE_WILDCARD_H

#include "http1/h1_slice.h"

/* "*" stands for any bytes; everything else, also "?" and "[", for itself.
 * Time is bounded by the product of both lengths. */
int wildcard_matches(slice_t pattern, slice_t text, int nocase);

/* The first cookie of a Cookie field whose name matches.  A part without "="
 * is a name with an empty value.
 * @return 1 and the value (may be NULL) */
int wildcard_cookie(slice_t pattern, slice_t cookie_field, slice_t *value);

/* One after the other, each cookie whose name matches; *rest (the Cookie field
 * at first) is advanced.  For keys: origins differ in which of two cookies of
 * one name they take, so all of them must be in the key.
 * @return 1, *name and *value (both may be NULL), or 0 */
int wildcard_cookie_next(slice_t pattern, slice_t *rest, slice_t *name,
                         slice_t *value);

/* Is there a cookie that an application may take for one whose name matches?
 * For bypass rules: PHP reads "wp.postpass%5Fx" as "wp_postpass_x".  May say
 * yes too often, never too seldom; not for keys. */
int wildcard_cookie_is_sent(slice_t pattern, slice_t cookie_field);

#endif
