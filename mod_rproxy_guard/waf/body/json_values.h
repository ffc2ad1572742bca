/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_values.h: the values of a JSON text (RFC 8259), with names as rules know
 * them: {"a":{"b":1},"c":[2,3]} has a.b 1, c.c 2, c.c 3, and [1] has
 * array.array 1.  Layer L0.
 *
 * One pass, no recursion, no memory of its own but the names' room. */
#ifndef RPROXY_GUARD_JSON_VALUES_H
#define RPROXY_GUARD_JSON_VALUES_H

#include "pairs.h"

enum {
    JSON_DEPTH_MAX = 512,
    JSON_NAME_MAX = 2048 /* a name with all that is before it */
};

typedef enum {
    JSON_VALUES_GOOD,
    JSON_VALUES_BAD,    /* it is no JSON, or not UTF-8 */
    JSON_VALUES_DEEP,   /* more than depth, or a name that is too long */
    JSON_VALUES_STOPPED /* pair has enough */
} json_values_e;

/* @param depth  at most JSON_DEPTH_MAX
 * @param room   of text.len bytes: texts with escapes are decoded there
 * @param pair   its name is only valid during the call; a number, true and
 *               false come as they are written, null is empty
 * @param at     set to where the text is wrong */
json_values_e json_values(slice_t text, int depth, char *room, pair_fn *pair,
                          void *ctx, size_t *at);

#endif
