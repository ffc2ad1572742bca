/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect_private.h: what the files of inspect.h share.  Layer L1. */
#ifndef RPROXY_GUARD_INSPECT_PRIVATE_H
#define RPROXY_GUARD_INSPECT_PRIVATE_H

#include "inspect.h"

#include "waf/match/match_union.h"

/* One value that a rule looks at. */
typedef struct {
    rule_variable_e variable;
    int counts;   /* text is how many there are */
    slice_t name; /* of the part */
    int text;     /* its string, before transformations */
} target_t;

/* What has matched: the value as the operator saw it. */
typedef struct {
    target_t target;
    int text;
} matched_t;

/* A ctl that takes targets from rules. */
typedef struct {
    const rule_ctl_t *ctl;
    const program_ctl_t *of;
} exception_t;

/* Where the values of TX are: tx.c. */
typedef struct {
    uint16_t *place; /* of the program's names, by number: place in values + 1;
                        0: it is not there */
    uint16_t *slot;  /* of other names, by their hashes: as place; NULL: there
                        is none */
    uint32_t mask;   /* of slots: a power of two - 1 */
    uint32_t others; /* so many names are in slots */
} tx_t;

/* What the values of a program's view have together. */
typedef struct {
    match_union_t sum;
    int phase;   /* in which that was found out; 0: never */
    int is_full; /* nobody knows */
} view_t;

/* What a selector said of a name: both stay where and as they are. */
typedef struct {
    const expression_t *pattern;
    slice_t name;
    int selects;
} selected_t;

enum {
    SELECTED_KEPT = 16, /* a power of two */
    INSPECT_LAST_OF_REQUEST = 2
};

struct inspect_run_t {
    int phase;                      /* the last that was begun */
    rule_verdict_e allow;           /* RULE_PASS: none */
    int is_refused;                 /* no rule runs but those of phase 5 */
    int is_intercepted;             /* the rule that runs ends its phase */
    inspect_verdict_t verdict;      /* of the phase */
    const program_rule_t *rule;     /* first of the chain that runs */
    uint64_t *removed;              /* bits of rules; NULL: none */
    uint64_t *excepted;             /* of rules that exceptions speak of */
    apr_array_header_t *exceptions; /* of exception_t */
    apr_array_header_t *targets;    /* of target_t: of the rule that runs */
    apr_array_header_t *matches;    /* of matched_t: of the chain that runs */
    matched_t matched;              /* the last one */
    int first_matches; /* of the chain's first rule, where it has links */
    int has_matched;
    int highest_severity;
    size_t text_left; /* bytes of texts that may still be made */
    apr_time_t started;
    work_time_t time;   /* of phases 1 and 2 together, then of those behind */
    int is_out_of_time; /* of phases 1 and 2, whatever limit was met before */
    tx_t tx;
    selected_t selected[SELECTED_KEPT];
    struct unions_t *unions; /* unions.c; NULL: none yet */
    view_t *views;           /* by number: views.c; NULL: none yet */
};

typedef struct inspect_run_t inspect_run_t;

/* The first limit is the one that is named; none but the time ends a phase. */
static inline void inspect_say_over(inspect_t *inspect, inspect_over_e over)
{
    if (over == INSPECT_OVER_TIME) {
        inspect->run->is_out_of_time = 1;
    }
    if (inspect->over == INSPECT_OVER_NONE) {
        inspect->over = over;
    }
}

/* Of phases 1 and 2 it counts; in responses, nothing but expressions ends. */
static inline void inspect_note_work(inspect_t *inspect, size_t work)
{
    inspect_run_t *run = inspect->run;

    if (work_time_add(&run->time, work)
        && run->phase <= INSPECT_LAST_OF_REQUEST) {
        inspect_say_over(inspect, INSPECT_OVER_TIME);
    }
}

/* Bytes of a value as work, see work_time_add. */
static inline size_t inspect_work_of(size_t bytes)
{
    return 1 + bytes / 64;
}

/* ---- inspect.c ---- */

/* An expression of the rule that runs could not say: MATCH_LIMIT. */
void inspect_say_match_limit(inspect_t *inspect);

/* ---- targets.c ---- */

/* Which values a rule looks at, as target_t in run->targets: one variable after
 * the other; an exclusion takes from those before it. */
void targets_of(inspect_t *inspect, const program_rule_t *rule);

/* Has a ctl taken this value from the rule?  Not if nobody knows. */
int targets_excepted(inspect_t *inspect, const program_rule_t *rule,
                     const target_t *target);

/* "ARGS:id", as ModSecurity tells it.  Of the inspection's pool. */
slice_t targets_name(inspect_t *inspect, const target_t *target);

/* ---- unions.c ---- */

/* @return 0: no value of the variable matches the rule's operator */
int unions_may(inspect_t *inspect, const program_rule_t *rule,
               rule_variable_e variable);

/* What all values of a variable have together, as a list of transformations
 * leaves them, and maybe more.  @return NULL: nobody knows */
const match_union_t *unions_of(inspect_t *inspect, rule_variable_e variable,
                               int chain);

/* Adds what a list of transformations makes of the string, if an operator could
 * match that.  @return 0: nobody knows what it makes */
int unions_add(inspect_t *inspect, match_union_t *sum, int chain, int text);

/* ---- views.c ---- */

/* What the values of a view have together in the phase that runs. */
const view_t *views_of(inspect_t *inspect, int number);

/* ---- matched.c: variables that the inspection itself knows ---- */

/* @return 0: values.h has this variable */
int matched_knows(rule_variable_e variable);

/* All parts, MATCHED_VARS ones too; texts become strings. */
int matched_count(const inspect_t *inspect, rule_variable_e variable);
target_t matched_at(inspect_t *inspect, rule_variable_e variable, slice_t name,
                    int i);

/* ---- expand.c ---- */

/* What a text with %{...} says.  @return over: cut, and said in inspect->over
 */
slice_t expand_text(inspect_t *inspect, const rule_text_t *text);

/* The same.
 * @param number  that the program has for the name of TX that the text is, and
 *                nothing else; or TX_NO_NAME */
slice_t expand_known(inspect_t *inspect, const rule_text_t *text, int number);

/* The first value of a variable's part; p NULL: there is none. */
slice_t expand_variable(inspect_t *inspect, rule_variable_e variable,
                        slice_t name);

/* Memory that counts; NULL: too much of it. */
char *expand_room(inspect_t *inspect, size_t bytes);

/* "42".  Of the inspection's pool, or constant. */
slice_t expand_number(inspect_t *inspect, apr_int64_t number);

/* ---- tx.c ---- */

const value_t *tx_find(const inspect_t *inspect, slice_t name);

/* The number that the program has for the name, or TX_NO_NAME. */
int tx_number(const inspect_t *inspect, slice_t name);

/* By the number that the program has for the name. */
static inline const value_t *tx_at(const inspect_t *inspect, int number)
{
    uint16_t place = inspect->run->tx.place[number];

    return place ? values_at(inspect->values, VARIABLE_TX, place - 1) : NULL;
}

/* @param number  of the name, or TX_NO_NAME: the program has none */
void tx_set(inspect_t *inspect, int number, slice_t name, slice_t text);
void tx_remove(inspect_t *inspect, slice_t name);

/* TX:0 to TX:9; those without a group go. */
void tx_set_captures(inspect_t *inspect, const captures_t *captures);

/* ---- effects.c ---- */

/* setvar and ctl of a rule that has matched. */
void effects_run(inspect_t *inspect, const program_rule_t *rule);

/* setvar of constants. */
void effects_set(inspect_t *inspect, const program_set_t *set, int count);

/* ---- detection.c ---- */

/* The chain from run->rule to last has matched: what becomes of it. */
void detection_make(inspect_t *inspect, const program_rule_t *last,
                    slice_t argument);

/* ---- rules.c ---- */

/* The rules of a phase, from 1, up to one that ends it. */
void rules_run(inspect_t *inspect, int phase);

/* ---- chain.c ---- */

/* Runs a rule and its links.  @return where the phase's list goes on: -1 the
 * next one, else a place in it */
int chain_run(inspect_t *inspect, const program_rule_t *starter);

#endif
