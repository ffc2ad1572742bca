/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* route_table_tree.h: how a route table lies in memory.  Layer L0.  For
 * route_table.c and route_table_build.c only.
 *
 *   table -> nodes   one per branching of the tree; children of a node are
 *                    neighbours, in the order of their first byte
 *            first   first[i]: the byte that leads from its parent to node i
 *            text    labels: the bytes of a node behind its first byte
 *            groups  one per path: its routes, and the way to shorter paths;
 *                    one more at the end closes the last one's range
 *            routes  routes[group.exact .. group.prefix)         exact ones
 *                    routes[group.prefix .. next group.exact)    prefixes
 *
 * The children's first bytes lie side by side, so one memchr finds a child.
 * Node 0 is the root; its first byte is the "/" of every path. */
#ifndef RPROXY_ROUTE_TABLE_TREE_H
#define RPROXY_ROUTE_TABLE_TREE_H

#include "route_table.h"

#define ROUTE_NONE UINT32_MAX

typedef struct {
    uint32_t label; /* offset into text */
    uint32_t children;
    uint32_t group; /* of the path that ends here, or ROUTE_NONE */
    uint16_t label_len;
    uint16_t child_count;
} route_node_t;

typedef struct {
    uint32_t exact;
    uint32_t prefix;
    uint32_t up;     /* next shorter path that, as a prefix, matches whatever
                        this one matches; or ROUTE_NONE */
    uint32_t length; /* of the path */
} route_group_t;

struct route_table_t {
    void **routes;
    route_node_t *nodes;
    route_group_t *groups;
    unsigned char *first;
    char *text;
    size_t bytes; /* of all this, which is one piece of memory */
};

_Static_assert(sizeof(route_node_t) == 16, "a node is four words");
_Static_assert(sizeof(route_group_t) == 16, "a group is four words");

#endif
