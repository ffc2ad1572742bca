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
    int list_always;       /* the same of the list up to it */

    /* If not: values that have one of these; [1] of those that end with ".". */
    byte_set_t trigger[2], list_trigger[2];
    byte_set_t list_reshapes[2]; /* without any of these the list changes case
                                    at most */
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

/* Does it leave values as they are that have these bytes only?
 * @param ends_dot  0: none of them ends with "." */
static inline int transform_node_keeps(const transform_node_t *node,
                                       const byte_set_t *bytes, int ends_dot)
{
    return !node->always && !byte_set_meets(&node->trigger[ends_dot], bytes);
}

/* ... does the whole list, but for the case of letters? */
static inline int transform_list_keeps_words(const transform_node_t *node,
                                             const byte_set_t *bytes,
                                             int ends_dot)
{
    return !node->list_always
           && !byte_set_meets(&node->list_reshapes[ends_dot], bytes);
}

/* ... and does the whole list? */
static inline int transform_list_keeps(const transform_node_t *node,
                                       const byte_set_t *bytes, int ends_dot)
{
    return !node->list_always
           && !byte_set_meets(&node->list_trigger[ends_dot], bytes);
}

/* Bytes, and the length, that none of some values goes beyond. */
typedef struct {
    byte_set_t bytes;
    size_t longest;
} transform_reach_t;

/* What a list may make of such values.
 * @param ends_dot  0: none of them ends with "." */
transform_reach_t transform_chains_reach(const transform_chains_t *chains,
                                         int list, transform_reach_t values,
                                         int ends_dot);

#endif
