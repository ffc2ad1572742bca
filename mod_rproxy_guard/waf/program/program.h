/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program.h: the rules of a place, compiled: made once, before children are
 * forked, then nobody writes to it.  Layer L1 (memory of a pool).
 *
 * Rules have numbers from 0, in the order of the list, links of chains too. */
#ifndef RPROXY_GUARD_PROGRAM_H
#define RPROXY_GUARD_PROGRAM_H

#include "selector.h"
#include "tx_names.h"
#include "waf/match/matcher.h"
#include "waf/rule/rule_list.h"
#include "waf/value/values.h"

/* What selects parts of a target's variable by their names. */
typedef struct {
    const expression_t *pattern; /* NULL: a name does, or there is none */
    selector_t must;             /* what pattern asks of names */
    const uint64_t *tx; /* a bit for each of tx_names, of TX: those it selects;
                           NULL: nobody knows yet */
    int number;         /* that tx_names has for a name, of TX; TX_NO_NAME */
} program_selector_t;

/* Of an action ctl:... */
typedef struct {
    const uint64_t *rules; /* a bit for each number: the rules it speaks of,
                              links with their starters; NULL: of none */
    const program_selector_t *selector; /* [target_count]; NULL: no target has a
                                           pattern, or is of TX */
} program_ctl_t;

/* Of an action setvar:... */
typedef struct {
    int name;  /* of TX that it sets: its number in tx_names; TX_NO_NAME: it has
                  variables in it */
    int value; /* the same of one whose value it takes, %{tx.name} and nothing
                  else */
} program_setvar_t;

typedef struct program_rule_t {
    const rule_t *rule;
    const matcher_t *matcher; /* NULL: SecAction */
    int chain;                /* of transformations, its last node */
    uint32_t number;
    const program_selector_t *selector; /* as in program_ctl_t */
    const program_ctl_t *ctl;           /* [rule->ctl_count] */
    const program_setvar_t *setvar;     /* [rule->setvar_count] */
    int argument; /* of TX that its operator compares with, %{tx.name} and
                     nothing else: its number in tx_names, or TX_NO_NAME */
    const struct program_rule_t *link; /* NULL: the last of its chain */
    int skip_to; /* place in the phase's list that skipAfter or skip leads to,
                    up to phase_count; -1: it has none */
} program_rule_t;

/* A constant that a rule sets TX to. */
typedef struct {
    slice_t name, text;
    int number; /* of the name in tx_names */
} program_set_t;

/* What tells that a rule matches nothing before it is run. */
typedef enum {
    GATE_OPEN,  /* nothing does */
    GATE_NONE,  /* it always matches: SecAction */
    GATE_IDLE,  /* nobody can tell whether it has matched */
    GATE_TX,    /* it compares a name of TX with a number */
    GATE_VALUES /* its operator wants what the values of a view may not have */
} program_gate_e;

enum {
    GATE_NO_MARK = UINT16_MAX
};

/* Few bytes: those of a phase are looked at one after the other. */
typedef struct {
    uint8_t kind;                   /* program_gate_e */
    uint8_t op, negated;            /* TX: rule_operator_e */
    uint8_t asks_count, asks_value; /* TX: &TX:name, TX:name */
    uint8_t is_quiet;               /* TX, NONE: a match does nothing but set
                                       what is in TX, and go on at skip_to */
    uint16_t set_first, set_count;  /* quiet ones: all that they set; no count:
                                       what the rule says */
    uint16_t name;                  /* TX: its number in tx_names */
    uint16_t view;                  /* VALUES: its number */
    uint16_t mark;                  /* VALUES: of words without which nothing
                                       matches, or GATE_NO_MARK */
    int number;                     /* TX: compared with */
    int skip_to;                    /* as the rule's */
} program_gate_t;

/* Values that rules look at, at least, as transformations leave them.  Nothing
 * that a rule does changes them within a phase. */
typedef struct {
    rule_variable_e variable;
    slice_t name; /* of the part; empty: all */
} program_view_part_t;

typedef struct {
    const program_view_part_t *part; /* [count] */
    int count;
    int chain;
    int has_steps; /* of multiMatch: as each transformation of the chain leaves
                      them, too, and before the first */
} program_view_t;

enum {
    PROGRAM_ASKERS = 6
};

/* Operators that look at values as one list of transformations leaves them, by
 * unions and views. */
typedef struct {
    const matcher_t *matcher[PROGRAM_ASKERS]; /* [count] */
    int count;
    int are_many; /* there are others */
} program_askers_t;

typedef struct {
    strings_plan_t plan;
    const program_askers_t *askers; /* by list of transformations */
    const program_rule_t *const *phase[RULE_PHASES]; /* starters, of phase 1
                                                        first */
    int phase_count[RULE_PHASES];
    const program_gate_t *gate[RULE_PHASES]; /* [phase_count]; NULL: all rules
                                                run */
    const program_set_t *set;                /* of gates */
    const tx_names_t *tx_names;
    const program_view_t *view; /* [view_count] */
    int view_count;
    variable_set_t asked; /* variables whose values are of use */
    int asks_files;       /* a rule looks at FILES_TMP_CONTENT */
    int asks_before;      /* a starter asks what a rule before it has matched */
    uint32_t rule_count;  /* links too */
    const apr_array_header_t *left_out; /* of const char *: chains that are in
                                           no phase, since an operator is not
                                           supported: where, id and which */
} program_t;

/* Does the rule with this number have that bit? */
static inline int program_bit(const uint64_t *bits, uint32_t number)
{
    return bits[number >> 6] >> (number & 63) & 1;
}

/* @param list   rule_list_finish has been there; outlives the program
 * @param map    of %uHHHH, or NULL
 * @param limit  of steps in a run of an expression; 0: the default
 * @return NULL, or what is wrong, with file and line */
const char *program_make(const rule_list_t *list, const unicode_map_t *map,
                         uint32_t limit, const program_t **made,
                         apr_pool_t *pool);

#endif
