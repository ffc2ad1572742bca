/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* expression.h: a regular expression, compiled to machine code (PCRE2-JIT).
 * Layer L1 (memory of a pool).
 *
 * "." is any byte, "$" the very end, as ModSecurity has them.  What would take
 * too long ends at a limit, of steps for each place of the value where a match
 * may begin, and of time for all that a request makes run.  All threads share
 * an expression; what a run needs is the thread's own. */
#ifndef RPROXY_GUARD_EXPRESSION_H
#define RPROXY_GUARD_EXPRESSION_H

#include <apr_pools.h>

#include "http1/h1_slice.h"
#include "work_time.h"

enum {
    CAPTURES_MAX = 10,
    EXPRESSION_LIMIT_DEFAULT = 100000
};

/* 0 is the whole match.  Groups that took no part are empty. */
typedef struct {
    slice_t group[CAPTURES_MAX];
    int count;
} captures_t;

typedef enum {
    MATCH_NO,
    MATCH_YES,
    MATCH_LIMIT /* nobody knows */
} match_e;

typedef struct expression_t expression_t;

/* Freed with the pool.
 * @param ignores_case  letters of ASCII
 * @param limit         of steps from one place of a value of 1 KB, more in
 *                      longer ones; 0: the default
 * @return NULL, or what is wrong with the text */
const char *expression_make(slice_t text, int ignores_case, uint32_t limit,
                            const expression_t **made, apr_pool_t *pool);

/* No match is shorter, in bytes. */
size_t expression_length_min(const expression_t *expression);

/* Any thread.
 * @param time      that runs may still take; NULL: any
 * @param captures  filled with parts of the value; may be NULL */
match_e expression_run(const expression_t *expression, slice_t value,
                       work_time_t *time, captures_t *captures);

/* One that is known only now: compiled, and kept for the thread's next
 * requests.  One that is wrong is MATCH_NO. */
match_e expression_run_text(slice_t text, uint32_t limit, slice_t value,
                            work_time_t *time, captures_t *captures);

#endif
