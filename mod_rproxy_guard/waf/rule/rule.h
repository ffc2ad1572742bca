/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule.h: a rule, compiled.  Layer L1 (memory of a pool).
 *
 * Made of what rule_parse.h reads and the default of its phase, once; then
 * nobody writes to it, and all children share it. */
#ifndef RPROXY_GUARD_RULE_H
#define RPROXY_GUARD_RULE_H

#include "rule_parse.h"
#include "waf/transform/transform.h"

enum {
    RULE_PHASES = 5, /* 1 request head, 2 its body, 3 response head, 4 its
                        body, 5 log */
    RULE_PHASE_DEFAULT = 2
};

/* ---- texts with %{...} in them ---- */

typedef struct {
    slice_t text;   /* as it stands, or the name of the part of a variable */
    int variable;   /* -1: a text */
    int is_of_rule; /* %{rule.msg}: text is "msg" */
} rule_text_part_t;

typedef struct {
    const rule_text_part_t *part; /* [count] */
    int count;
} rule_text_t;

/* %{...} that names no variable is left out. */
rule_text_t rule_text_parse(slice_t text, apr_pool_t *pool);

/* ---- setvar ---- */

typedef enum {
    SETVAR_SET,
    SETVAR_ADD, /* the value may be negative */
    SETVAR_SUBTRACT,
    SETVAR_UNSET
} rule_setvar_e;

typedef struct {
    rule_setvar_e kind;
    rule_variable_e collection;
    rule_text_t name, value;
} rule_setvar_t;

/* "tx.score=+%{tx.critical}".  @return NULL, or what is wrong */
const char *rule_setvar_parse(slice_t text, rule_setvar_t *setvar,
                              apr_pool_t *pool);

/* ---- ctl ---- */

/* Name, and what its value is: w one of some words, n a number, i ids, t a
 * text, T texts and a target behind ";", I ids and a target, p parts. */
/* clang-format off */
#define RULE_CTLS(X)                                                          \
    X(AUDIT_ENGINE,            "auditEngine",              'w')               \
    X(AUDIT_LOG_PARTS,         "auditLogParts",            'p')               \
    X(FORCE_REQUEST_BODY,      "forceRequestBodyVariable", 'w')               \
    X(REQUEST_BODY_ACCESS,     "requestBodyAccess",        'w')               \
    X(REQUEST_BODY_LIMIT,      "requestBodyLimit",         'n')               \
    X(REQUEST_BODY_PROCESSOR,  "requestBodyProcessor",     'w')               \
    X(RESPONSE_BODY_ACCESS,    "responseBodyAccess",       'w')               \
    X(RESPONSE_BODY_LIMIT,     "responseBodyLimit",        'n')               \
    X(RULE_ENGINE,             "ruleEngine",               'w')               \
    X(RULE_REMOVE_BY_ID,       "ruleRemoveById",           'i')               \
    X(RULE_REMOVE_BY_MSG,      "ruleRemoveByMsg",          't')               \
    X(RULE_REMOVE_BY_TAG,      "ruleRemoveByTag",          't')               \
    X(RULE_REMOVE_TARGET_ID,   "ruleRemoveTargetById",     'I')               \
    X(RULE_REMOVE_TARGET_MSG,  "ruleRemoveTargetByMsg",    'T')               \
    X(RULE_REMOVE_TARGET_TAG,  "ruleRemoveTargetByTag",    'T')
/* clang-format on */

typedef enum {
#define X(id, name, value) CTL_##id,
    RULE_CTLS(X)
#undef X
    CTL_COUNT
} rule_ctl_e;

typedef struct {
    rule_ctl_e kind;
    slice_t value;         /* w, n, p: the word; t, T: the text */
    uint64_t first, last;  /* i, I: the ids; n: first */
    rule_target_t *target; /* [target_count]: I, T */
    int target_count;
} rule_ctl_t;

/* @return NULL, or what is wrong */
const char *rule_ctl_parse(slice_t text, rule_ctl_t *ctl, apr_pool_t *pool);

/* "942100" or "942100-942199".  @return 0: it is none */
int rule_ids_parse(slice_t text, uint64_t *first, uint64_t *last);

/* ---- the rule ---- */

typedef enum {
    RULE_PASS,
    RULE_BLOCK, /* as the default of the phase says */
    RULE_DENY,
    RULE_DROP,
    RULE_REDIRECT,
    RULE_ALLOW,        /* no more rules, but of phase 5 */
    RULE_ALLOW_PHASE,  /* no more of this phase */
    RULE_ALLOW_REQUEST /* none up to phase 3 */
} rule_verdict_e;

typedef struct rule_t {
    uint64_t id; /* 0: a link of a chain */
    int phase;
    const char *where; /* file and line */

    const rule_target_t *target; /* [target_count]; none: SecAction */
    int target_count;
    rule_operator_t op;
    const transform_e *transform; /* [transform_count] */
    int transform_count;
    int captures, multi_match;

    rule_verdict_e verdict;
    int status; /* of a refusal; 0: as the default says */
    rule_text_t redirect;
    int logs, logs_audit;
    rule_text_t msg, logdata;
    slice_t msg_text; /* as it was written */
    int severity;     /* 0 emergency to 7 debug; -1: none */
    slice_t rev, ver, maturity, accuracy;
    const slice_t *tag; /* [tag_count] */
    int tag_count;

    const rule_setvar_t *setvar; /* [setvar_count] */
    int setvar_count;
    const rule_ctl_t *ctl; /* [ctl_count] */
    int ctl_count;
    slice_t skip_after; /* a marker or an id */
    int skip;           /* so many rules */
    int is_chained;     /* the next rule is a link of it */
    struct rule_t *link;
} rule_t;

/* What SecDefaultAction says of a phase. */
typedef struct {
    rule_verdict_e verdict;
    int status;
    rule_text_t redirect;
    int logs, logs_audit;
    transform_e transform[16];
    int transform_count;
} rule_default_t;

/* @param actions   of rule_action_t
 * @param defaults  [RULE_PHASES]
 * @param starter   of the chain that this is a link of, or NULL
 * @param rule      its where, targets and operator are there
 * @return NULL, or what is wrong */
const char *rule_build(const apr_array_header_t *actions,
                       const rule_default_t *defaults, const rule_t *starter,
                       rule_t *rule, apr_pool_t *pool);

/* Of SecDefaultAction.  @param phase  set to the one it is for */
const char *rule_default_build(const apr_array_header_t *actions,
                               rule_default_t *made, int *phase,
                               apr_pool_t *pool);

/* Without any SecDefaultAction: log, auditlog, pass. */
rule_default_t rule_default(void);

#endif
