/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* phrases.h: the phrases of @pm and @pmFromFile as rules write them.  Layer L1
 * (memory of a pool).
 *
 * Bytes may be written as |0d 0a|; \ stands before : ; " and itself. */
#ifndef RPROXY_GUARD_PHRASES_H
#define RPROXY_GUARD_PHRASES_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "waf/byte_set.h"

typedef struct {
    apr_array_header_t *all; /* of slice_t, as written */
    byte_set_t bytes;        /* phrases of one byte, in either case */
} phrases_t;

phrases_t *phrases_make(apr_pool_t *pool);

/* Parted by blanks, those of |20| too. */
void phrases_add_words(phrases_t *phrases, slice_t text, apr_pool_t *pool);

/* One in a line, without the blanks around it; lines that begin with "#" are
 * for people. */
void phrases_add_lines(phrases_t *phrases, slice_t text, apr_pool_t *pool);

/* Bytes of the shortest one; 0: there is none. */
size_t phrases_shortest(const phrases_t *phrases);

/* The longest beginning of a phrase that the value ends with: what ModSecurity
 * names when it has found a phrase at the end of the value. */
slice_t phrases_ending(const phrases_t *phrases, slice_t value);

/* Without any index, to compare.
 * @return where the first one that is complete ends; 0: there is none */
size_t phrases_find_plain(const phrases_t *phrases, slice_t value);

#endif
