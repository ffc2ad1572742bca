/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_private.h: what is known while a program is made.  Layer L1. */
#ifndef RPROXY_GUARD_PROGRAM_PRIVATE_H
#define RPROXY_GUARD_PROGRAM_PRIVATE_H

#include <apr_hash.h>

#include "program.h"

/* How many rules of each phase are before it. */
typedef struct {
    slice_t name;
    int place[RULE_PHASES];
} program_marker_t;

typedef struct {
    apr_pool_t *pool;
    uint32_t limit;
    program_t *program;
    matcher_maker_t *matchers;
    tx_names_t *tx_names;
    uint64_t *asked_tx; /* a bit for each of tx_names: somebody asks for it */
    int is_all_of_tx_asked;
    apr_hash_t *view_numbers;  /* text -> place in views + 1 */
    apr_array_header_t *views; /* of program_view_t */
    apr_array_header_t *sets;  /* of program_set_t */
    transform_chains_t *chains;
    apr_hash_t *expressions;                /* text -> expression_t */
    apr_hash_t *rule_sets;                  /* text -> bits of numbers */
    apr_array_header_t *rules;              /* by number: program_rule_t * */
    apr_array_header_t *phase[RULE_PHASES]; /* of program_rule_t * */
    apr_array_header_t *markers;            /* of program_marker_t */
    apr_array_header_t *left_out;
} program_maker_t;

/* Of equal texts one.  @return NULL, or what is wrong */
const char *program_expression(program_maker_t *maker, slice_t text,
                               int ignores_case, const expression_t **made);

/* The actions ctl:... of all rules.  @return NULL, or what is wrong, with file
 * and line */
const char *program_ctl_make_all(program_maker_t *maker);

/* Names of TX, and gates.  When all rules are there, with their skips. */
void program_gate_make_all(program_maker_t *maker);

/* When all rules are there. */
void program_askers_make_all(program_maker_t *maker);
void program_asked_make(program_maker_t *maker);

/* Adds what a rule and its links look at. */
void program_asked_add(variable_set_t *asked, const program_rule_t *starter);

/* The number of the view that a rule's targets are; -1: its values may change
 * while rules run, or are counted. */
int program_view_of(program_maker_t *maker, const program_rule_t *rule);

/* Finds out what is asked for, when selectors are finished. */
void program_idle_begin(program_maker_t *maker);

/* Does it make no difference whether the rule runs, but to rules that ask what
 * has matched before? */
int program_idle_is(const program_maker_t *maker,
                    const program_rule_t *starter);

/* What a quiet rule sets, if all of it is constant; the gate says where. */
void program_sets_add(program_maker_t *maker, const program_rule_t *rule,
                      program_gate_t *gate);

/* When all gates are made. */
void program_sets_finish(program_maker_t *maker);

/* Does it ask what a rule before it has matched? */
int program_gate_asks_before(const program_rule_t *starter);

/* The patterns of targets; NULL where none has one.
 * @return NULL, or what is wrong */
const char *program_selectors(program_maker_t *maker,
                              const rule_target_t *target, int count,
                              const program_selector_t **made);

/* When all names of TX are there. */
void program_selectors_finish(program_maker_t *maker);

#endif
