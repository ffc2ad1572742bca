/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher.h: the operator of a rule, compiled.  Layer L1 (memory of a pool).
 *
 * All matchers of a program are made by one maker, which gives equal operators
 * the same matcher and puts the words that expressions and lists of phrases
 * need into one search: what has none of an operator's words is never looked
 * at by it. */
#ifndef RPROXY_GUARD_MATCHER_H
#define RPROXY_GUARD_MATCHER_H

#include "expression.h"
#include "waf/rule/rule.h"
#include "waf/value/strings.h"

typedef struct matcher_t matcher_t;
typedef struct matcher_maker_t matcher_maker_t;

/* @param limit  of steps in a run of an expression; 0: the default */
matcher_maker_t *matcher_maker_make(uint32_t limit, apr_pool_t *pool);

/* Is it there?  @geoLookup and @rbl, which ask others, are not: rules with them
 * are left out of programs. */
int matcher_supports(rule_operator_e kind);

/* @param where  "FILE:LINE" of the rule, whose folder files of phrases and
 *               addresses are looked for in
 * @return NULL, or what is wrong */
const char *matcher_make(matcher_maker_t *maker, const rule_operator_t *op,
                         const char *where, const matcher_t **made);

/* When all are made: what strings_make wants.
 * @return NULL, or what is wrong */
const char *matcher_maker_plan(matcher_maker_t *maker,
                               const transform_chains_t *chains,
                               strings_plan_t *plan);

/* The text with %{...} that a run wants expanded; NULL: it is the same
 * always. */
const rule_text_t *matcher_argument(const matcher_t *matcher);

/* Does it run an expression, which may meet a limit? */
int matcher_may_meet_limit(const matcher_t *matcher);

/* Does it match?  That the rule asks for the contrary ("!@rx") is the caller's.
 * Any thread.
 * @param number    of the value in strings, made with this maker's plan
 * @param argument  expanded, where matcher_argument says so
 * @param time      that expressions may still take; NULL: any
 * @param captures  filled if it matches; texts of the value, of the program or
 *                  of the strings' pool; may be NULL */
match_e matcher_run(const matcher_t *matcher, strings_t *strings, int number,
                    slice_t argument, work_time_t *time, captures_t *captures);

/* Without looking for words first, to compare. */
match_e matcher_run_plain(const matcher_t *matcher, strings_t *strings,
                          int number, slice_t argument, captures_t *captures);

/* The words of ModSecurity's log line: "Pattern match \"x\" at ARGS:a."  Not
 * for speed: looks at the value again.
 * @param argument  as it was for the run
 * @param negated   the rule asks for no match, and there was none
 * @param target    "ARGS:a" */
const char *matcher_tell(const matcher_t *matcher, int negated, slice_t value,
                         slice_t argument, slice_t target, apr_pool_t *pool);

#endif
