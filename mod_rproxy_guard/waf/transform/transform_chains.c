/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_chains.c: see transform_chains.h.  Layer L1. */
#include "transform_chains.h"

/* Of its trigger those bytes for which it does more than change case. */
static byte_set_t reshapes(transform_e transform, byte_set_t trigger)
{
    int c;

    if (transform == TRANSFORM_LOWERCASE || transform == TRANSFORM_UPPERCASE) {
        memset(&trigger, 0, sizeof(trigger));
    }
    for (c = 'A'; transform == TRANSFORM_CMD_LINE && c <= 'Z'; c++) {
        trigger.word[c >> 6] &= ~(UINT64_C(1) << (c & 63));
    }
    return trigger;
}

static int add(transform_chains_t *chains, transform_e transform, int parent)
{
    transform_node_t node = { .transform = transform, .parent = parent };
    int dot;

    for (dot = 0; parent >= 0 && dot < 2; dot++) {
        const transform_node_t *before = transform_chains_node(chains, parent);

        node.always = !transform_trigger(transform, dot, &node.trigger[dot]);
        node.list_always = before->list_always || node.always;
        node.list_trigger[dot] = before->list_trigger[dot];
        byte_set_join(&node.list_trigger[dot], &node.trigger[dot]);
        node.list_reshapes[dot] = reshapes(transform, node.trigger[dot]);
        byte_set_join(&node.list_reshapes[dot], &before->list_reshapes[dot]);
    }
    APR_ARRAY_PUSH(chains->nodes, transform_node_t) = node;
    return chains->nodes->nelts - 1;
}

transform_chains_t *transform_chains_make(apr_pool_t *pool)
{
    transform_chains_t *chains = apr_pcalloc(pool, sizeof(*chains));

    chains->nodes = apr_array_make(pool, 64, sizeof(transform_node_t));
    add(chains, TRANSFORM_COUNT, -1);
    return chains;
}

static int child_of(transform_chains_t *chains, int parent,
                    transform_e transform)
{
    int i;

    for (i = 1; i < chains->nodes->nelts; i++) {
        const transform_node_t *node = transform_chains_node(chains, i);

        if (node->parent == parent && node->transform == transform) {
            return i;
        }
    }
    return add(chains, transform, parent);
}

int transform_chains_add(transform_chains_t *chains,
                         const transform_e *transforms, int count)
{
    int node = 0, i;

    for (i = 0; i < count; i++) {
        node = child_of(chains, node, transforms[i]);
    }
    return node;
}

/* Behind the first step that does something, values may end with anything. */
transform_reach_t transform_chains_reach(const transform_chains_t *chains,
                                         int list, transform_reach_t values,
                                         int ends_dot)
{
    const transform_node_t *node = transform_chains_node(chains, list);

    if (!list || transform_list_keeps(node, &values.bytes, ends_dot)) {
        return values;
    }
    values = transform_chains_reach(chains, node->parent, values, ends_dot);
    if (!transform_node_keeps(node, &values.bytes, 1)
        && !transform_reach(node->transform, &values.bytes)) {
        values.longest = SIZE_MAX;
    }
    return values;
}
