/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tx_names.h: names of the collection TX, without case, as numbers.  Layer L1
 * (memory of a pool).
 *
 * Rules say most names of TX as they are: those are known before any request
 * comes, so that a request finds them at a place and not by a search. */
#ifndef RPROXY_GUARD_TX_NAMES_H
#define RPROXY_GUARD_TX_NAMES_H

#include <apr_tables.h>

#include "http1/h1_slice.h"

enum {
    TX_NO_NAME = -1,
    TX_DIGITS = 10, /* "0" to "9" have the numbers 0 to 9 */
    TX_NAMES_MAX = 8000
};

typedef struct {
    apr_array_header_t *all; /* of slice_t, by number */
    uint16_t *place;         /* [mask + 1]: number + 1; 0: free */
    uint32_t mask;           /* a power of two - 1 */
} tx_names_t;

/* With the digits in it. */
tx_names_t *tx_names_make(apr_pool_t *pool);

/* @param name  outlives the names.  @return its number, that of an equal one
 *              too; TX_NO_NAME: there are too many */
int tx_names_add(tx_names_t *names, slice_t name, apr_pool_t *pool);

/* @return its number, or TX_NO_NAME.  Any thread, when all are added */
int tx_names_find(const tx_names_t *names, slice_t name);

static inline int tx_names_count(const tx_names_t *names)
{
    return names->all->nelts;
}

/* Equal names have equal ones. */
uint32_t tx_name_hash(slice_t name);

int tx_name_equal(slice_t a, slice_t b);

#endif
