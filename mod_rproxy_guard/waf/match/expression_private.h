/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* expression_private.h: what expression.c and expression_scan.c share.
 * Layer L1. */
#ifndef RPROXY_GUARD_EXPRESSION_PRIVATE_H
#define RPROXY_GUARD_EXPRESSION_PRIVATE_H

#include "expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct expression_t {
    pcre2_code *code;
    uint32_t limit;
    uint32_t length_min;
    int has_jit;
    int is_whole; /* where a run begins means something: no windows */
};

/* A thread's own. */
typedef struct {
    pcre2_match_data *data;
    pcre2_match_context *context;
    uint32_t limit; /* of the context */
} expression_tools_t;

/* @return as pcre2_match; PCRE2_ERROR_MATCHLIMIT: its limit, or the time */
int expression_scan(const expression_t *expression, expression_tools_t *tools,
                    slice_t value, work_time_t *time);

#endif
