/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_query.h: the query's part of a key: which arguments stay, and in which
 * order.  Layer L0.  See cache_key.h for the rules. */
#ifndef RPROXY_CACHE_KEY_QUERY_H
#define RPROXY_CACHE_KEY_QUERY_H

#include "cache_key.h"
#include "key_text.h"

/* Writes "?" and the arguments that stay, or nothing when none does. */
void key_query_put(key_text_t *text, slice_t query, const key_rules_t *rules);

/* The arguments that stay, as they were sent and in their order, without "?".
 * @return length, or -1: does not fit into cap */
int key_query_kept(char *out, size_t cap, slice_t query,
                   const key_rules_t *rules);

/* Orders names (before "=") as applications may read them: percent-decoded,
 * without case, up to "[", and with "_" for " " and "." as PHP has it.  Sorting
 * must not exchange arguments that one of them takes for the same.
 * @return below, equal to or above 0 */
int key_query_compare(slice_t name, slice_t other);

#endif
