/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_parse.h: the three arguments of SecRule as text.  Layer L1 (memory of a
 * pool).
 *
 *   SecRule ARGS|!ARGS:note "@rx select" "id:1,phase:2,deny,msg:'No, no'"
 *
 * Errors are texts of the pool, which name what is wrong and what would be
 * right; NULL: good. */
#ifndef RPROXY_GUARD_RULE_PARSE_H
#define RPROXY_GUARD_RULE_PARSE_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "rule_words.h"

typedef struct {
    rule_variable_e variable;
    int counts;       /* "&": how many there are */
    int excludes;     /* "!": not this one */
    slice_t selector; /* the name of a part; empty: all */
    int is_pattern;   /* the selector is an expression, without its "/" */
} rule_target_t;

typedef struct {
    rule_operator_e kind;
    int negated;
    slice_t argument;
} rule_operator_t;

typedef struct {
    rule_action_e kind;
    slice_t argument; /* without its quotes */
} rule_action_t;

/* @param targets  of rule_target_t, to which they are added */
const char *rule_targets_parse(const char *text, apr_array_header_t *targets,
                               apr_pool_t *pool);

const char *rule_operator_parse(const char *text, rule_operator_t *op,
                                apr_pool_t *pool);

/* @param actions  of rule_action_t, to which they are added */
const char *rule_actions_parse(const char *text, apr_array_header_t *actions,
                               apr_pool_t *pool);

#endif
