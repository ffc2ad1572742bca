/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_line.h: the words of ModSecurity 2.9 for what rules have found, as log
 * readers know them.  Layer L1 (memory of a pool).
 *
 *   Warning. Pattern match "x" at ARGS:a. [file "f"] [line "1"] [id "2"] ...
 *
 * Other than there, long lines are not cut. */
#ifndef RPROXY_GUARD_WAF_LINE_H
#define RPROXY_GUARD_WAF_LINE_H

#include "waf/rule/rule.h"

/* Of a rule that has matched. */
typedef struct {
    const rule_t *rule; /* the first of its chain */
    slice_t message;    /* "Pattern match ... at ARGS:x.", escaped */
    slice_t msg, data;  /* of the rule, where it has them, expanded */
} waf_line_t;

/* What became of the request: "Warning.", "Access denied with code 403 (phase
 * 2)."
 * @param status    of the response
 * @param redirect  where to; of RULE_REDIRECT */
const char *waf_line_action(rule_verdict_e verdict, int status,
                            slice_t redirect, int phase, apr_pool_t *pool);

/* @param action  its first words */
const char *waf_line_write(const char *action, const waf_line_t *line,
                           apr_pool_t *pool);

/* The file and the line of "FILE:LINE". */
void waf_line_where(const char *where, slice_t *file, int *line);

/* "CRITICAL" */
const char *waf_line_severity(int severity);

/* With \", \\, \n and \xHH, as between the quotes of all but data. */
const char *waf_line_escape(slice_t text, apr_pool_t *pool);

#endif
