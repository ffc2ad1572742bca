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

    if (parent >= 0) {
        const transform_node_t *before = transform_chains_node(chains, parent);

        node.always = !transform_trigger(transform, &node.trigger);
        node.list_always = before->list_always || node.always;
        node.list_trigger = before->list_trigger;
        byte_set_join(&node.list_trigger, &node.trigger);
        node.list_reshapes = reshapes(transform, node.trigger);
        byte_set_join(&node.list_reshapes, &before->list_reshapes);
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
