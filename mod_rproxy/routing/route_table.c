/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* route_table.c: looks up a path in a radix tree.  Layer L0.
 * (route_table_build.c makes the tree, route_table_tree.h draws it.) */
#include "route_table.h"
#include "route_table_tree.h"

/* Does the path, which begins with the group's, also end a segment there? */
static int group_matches(const route_group_t *group, slice_t path)
{
    size_t length = group->length;

    return path.len == length || path.p[length - 1] == '/'
           || path.p[length] == '/';
}

/* Walks down the bytes of the path and remembers the last group on the way
 * that matches it. */
static uint32_t deepest_group(const route_table_t *table, slice_t path)
{
    uint32_t best = ROUTE_NONE, index = 0;
    size_t at = 1;

    while (1) {
        const route_node_t *node = &table->nodes[index];
        const unsigned char *child;

        if (path.len - at < node->label_len
            || memcmp(path.p + at, table->text + node->label, node->label_len)
                   != 0) {
            return best;
        }
        at += node->label_len;
        if (node->group != ROUTE_NONE
            && group_matches(&table->groups[node->group], path)) {
            best = node->group;
        }
        if (at == path.len || node->child_count == 0) {
            return best;
        }
        child = memchr(table->first + node->children, (unsigned char)path.p[at],
                       node->child_count);
        if (!child) {
            return best;
        }
        index = (uint32_t)(child - table->first);
        at++;
    }
}

size_t route_table_bytes(const route_table_t *table)
{
    return table ? table->bytes : 0;
}

void route_lookup_begin(route_lookup_t *lookup, const route_table_t *table,
                        slice_t path)
{
    lookup->table = table;
    lookup->group = ROUTE_NONE;
    lookup->next = 0;
    if (table && path.len && path.p[0] == '/') {
        lookup->group = deepest_group(table, path);
    }
    if (lookup->group != ROUTE_NONE) {
        const route_group_t *group = &table->groups[lookup->group];

        lookup->next = path.len == group->length ? group->exact : group->prefix;
    }
}

int route_lookup_next(route_lookup_t *lookup, route_found_t *found)
{
    const route_table_t *table = lookup->table;

    while (lookup->group != ROUTE_NONE) {
        const route_group_t *group = &table->groups[lookup->group];

        if (lookup->next < group[1].exact) {
            found->kind =
                lookup->next < group->prefix ? ROUTE_EXACT : ROUTE_PREFIX;
            found->length = group->length;
            found->route = table->routes[lookup->next++];
            return 1;
        }
        lookup->group = group->up;
        if (lookup->group != ROUTE_NONE) {
            lookup->next = table->groups[lookup->group].prefix;
        }
    }
    return 0;
}
