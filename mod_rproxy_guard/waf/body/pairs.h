/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pairs.h: names and values of a query, a form (the URL standard's
 * application/x-www-form-urlencoded) and of a Cookie field, as rules see them.
 * Layer L0. */
#ifndef RPROXY_GUARD_PAIRS_H
#define RPROXY_GUARD_PAIRS_H

#include "http1/h1_slice.h"

/* Slices point into the caller's room or text.
 * @return 0: enough, no more */
typedef int pair_fn(void *ctx, slice_t name, slice_t value);

/* @param separator  "&", or what SecArgumentSeparator says
 * @param room       of text.len bytes: what is decoded is written there
 * @return how many wrong percent-encodings there are (they stay as they are) */
size_t pairs_form(slice_t text, char separator, char *room, pair_fn *pair,
                  void *ctx);

/* A Cookie field.  Nothing is decoded; what has no name is left out.
 * "a=1, b=2", without any ";", is two. */
void pairs_cookies(slice_t text, pair_fn *pair, void *ctx);

#endif
