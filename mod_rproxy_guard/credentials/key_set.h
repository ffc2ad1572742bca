/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_set.h: the API keys of a file, found by their hash.  Layer L1. */
#ifndef RPROXY_GUARD_KEY_SET_H
#define RPROXY_GUARD_KEY_SET_H

#include <apr_pools.h>

#include "key_line.h"
#include "usage_table.h"

typedef struct {
    key_line_t line;  /* its slices live as long as the set */
    usage_row_t *row; /* of its label */
} key_entry_t;

typedef struct {
    key_entry_t *entry; /* [count], sorted by digest */
    int count;
} key_set_t;

/* A watched_make_fn; usage: the usage_table_t where labels get their rows. */
const char *key_set_make(void *usage, slice_t text, void **set,
                         apr_pool_t *pool);

/* The key of this SHA-256, or NULL.  Which bytes of a digest are wrong is not
 * to be learnt from the time it takes. */
const key_entry_t *key_set_find(const key_set_t *set,
                                const unsigned char *digest);

#endif
