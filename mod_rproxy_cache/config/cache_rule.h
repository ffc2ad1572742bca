/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_rule.h: words like cookie=NAME*, path=/prefix*, query=NAME*,
 * header=Name[:pattern], method=NAME, expr=..., on which requests are told
 * apart, or from which a key is made.  Layer L2. */
#ifndef RPROXY_CACHE_RULE_H
#define RPROXY_CACHE_RULE_H

#include <httpd.h>
#include <http_config.h>
#include <ap_expr.h>

#include "http1/h1_slice.h"

typedef enum {
    RULE_COOKIE,
    RULE_PATH,
    RULE_QUERY,
    RULE_HEADER,
    RULE_METHOD,
    RULE_EXPR
} rule_kind_e;

typedef struct {
    rule_kind_e kind;
    const char *text;  /* as written, for messages */
    const char *name;  /* pattern, or the field's name */
    const char *value; /* header=: pattern of the value, or NULL */
    ap_expr_info_t *expr;
    const char *where; /* file:line */
} cache_rule_t;

/* Reads one word.  as_key: only cookie=, header= and expr=, whose expression
 * is a string.  @return NULL or the error text */
const char *cache_rule_parse(cmd_parms *cmd, const char *word, int as_key,
                             cache_rule_t *rule);

/* The first of rules that fits the request, or NULL.
 * @param path, query as the client asked for them */
const cache_rule_t *cache_rule_find(const apr_array_header_t *rules,
                                    request_rec *r, slice_t path,
                                    slice_t query);

/* The value of a part of the key: of all cookies whose name matches, "name=
 * value" each; of a field; of an expression.  From r->pool; "" for none. */
const char *cache_rule_value(const cache_rule_t *rule, request_rec *r);

/* Of an expression's result, from the whole of rules: does any look at what
 * only the phases know (expr=)? */
int cache_rules_need_phases(const apr_array_header_t *rules);

#endif
