/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pattern_tree.h: the shape of a regular expression of PCRE2, as far as it
 * tells what a match must contain.  Layer L1 (memory of a pool).
 *
 * The matching is PCRE2's.  What this parser does not understand makes it give
 * up, and the expression then has no condition: nothing is lost but time. */
#ifndef RPROXY_GUARD_PATTERN_TREE_H
#define RPROXY_GUARD_PATTERN_TREE_H

#include <apr_pools.h>

#include "waf/byte_set.h"

typedef enum {
    PATTERN_NOTHING, /* matches without a byte: anchors, assertions */
    PATTERN_BYTE,    /* one byte of a set */
    PATTERN_UNKNOWN, /* anything, nothing too: back references */
    PATTERN_ALL,     /* the children, one behind the other */
    PATTERN_ANY,     /* one of the children */
    PATTERN_REPEAT   /* the child, at least min times */
} pattern_kind_e;

typedef struct pattern_node_t {
    pattern_kind_e kind;
    byte_set_t set;
    int min, max; /* max < 0: no bound */
    struct pattern_node_t *child, *next;
} pattern_node_t;

/* As compiled with "." for any byte (DOTALL).
 * @return NULL: not understood */
pattern_node_t *pattern_tree(slice_t text, apr_pool_t *pool);

#endif
