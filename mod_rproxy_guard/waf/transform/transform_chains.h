/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_chains.h: the lists of transformations that rules use, as a tree:
 * lists that begin alike share their beginnings.  Layer L1 (memory of a pool).
 *
 * A list is known by its last node; 0 is the empty one. */
#ifndef RPROXY_GUARD_TRANSFORM_CHAINS_H
#define RPROXY_GUARD_TRANSFORM_CHAINS_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "transform.h"

typedef struct {
    transform_e transform; /* of node 0: nothing */
    int parent;            /* node 0: -1 */
    int always;            /* it may change any value */
    byte_set_t trigger;    /* if not: those that have one of these */
    int list_always;       /* the same of the list up to it */
    byte_set_t list_trigger;
    byte_set_t list_reshapes; /* without any of these, and if not list_always,
                                 the list changes case at most */
} transform_node_t;

typedef struct {
    apr_array_header_t *nodes; /* of transform_node_t */
    const unicode_map_t *map;
} transform_chains_t;

transform_chains_t *transform_chains_make(apr_pool_t *pool);

/* While rules are loaded. */
int transform_chains_add(transform_chains_t *chains,
                         const transform_e *transforms, int count);

static inline const transform_node_t *transform_chains_node(
    const transform_chains_t *chains, int node)
{
    return &APR_ARRAY_IDX(chains->nodes, node, transform_node_t);
}

/* Does it leave values as they are that have these bytes only? */
static inline int transform_node_keeps(const transform_node_t *node,
                                       const byte_set_t *bytes)
{
    return !node->always && !byte_set_meets(&node->trigger, bytes);
}

/* ... does the whole list, but for the case of letters? */
static inline int transform_list_keeps_words(const transform_node_t *node,
                                             const byte_set_t *bytes)
{
    return !node->list_always && !byte_set_meets(&node->list_reshapes, bytes);
}

/* ... and does the whole list? */
static inline int transform_list_keeps(const transform_node_t *node,
                                       const byte_set_t *bytes)
{
    return !node->list_always && !byte_set_meets(&node->list_trigger, bytes);
}

#endif
