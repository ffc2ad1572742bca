/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect.h: one request under the rules of a program.  Layer L1 (memory of a
 * pool).
 *
 *   inspect = inspect_make(program, &limits, r->pool);
 *   request_head_values(inspect->values, &head);
 *   verdict = inspect_run(inspect, 1);
 *   body_values(inspect->values, ...);
 *   verdict = inspect_run(inspect, 2); ...
 *
 * Order of rules, chains, skips, counters and what matches twice are those of
 * ModSecurity 2.9: rules are written against them.
 *
 * What the request may cost is limited.  A limit that is met is named in over;
 * from then on every run says RULE_DENY by no rule (closed), whose status the
 * caller chooses by the name, or which it lets pass (open).
 *
 * One thread at a time. */
#ifndef RPROXY_GUARD_INSPECT_H
#define RPROXY_GUARD_INSPECT_H

#include <apr_time.h>

#include "waf/program/program.h"
#include "waf/value/values.h"
#include "waf/waf_engine.h"

/* ---- limits ---- */

/* Name, and what there was too much of (with the directive that says how much).
 */
/* clang-format off */
#define INSPECT_OVERS(X)                                                      \
    X(NONE,       "")                                                         \
    X(BYTES,      "bytes of values")                                          \
    X(VALUES,     "values")                                                   \
    X(DETECTIONS, "detections")                                               \
    X(MATCH,      "steps of an expression (SecPcreMatchLimit, RProxyWafTime)") \
    X(TIME,       "milliseconds of work (RProxyWafTime)")
/* clang-format on */

typedef enum {
#define X(id, name) INSPECT_OVER_##id,
    INSPECT_OVERS(X)
#undef X
    INSPECT_OVER_COUNT
} inspect_over_e;

/* "bytes of values" */
const char *inspect_over_name(inspect_over_e over);

/* 0: the default. */
typedef struct {
    size_t bytes_max;   /* of all strings together, transformed ones too: 16M */
    int values_max;     /* of all variables: 20000 */
    int detections_max; /* 1000 */
    waf_engine_e engine;
    apr_interval_time_t time_max; /* that threads work at phases 1 and 2, and
                                     at those behind; 0: 100 ms; -1: any */
    apr_time_t (*now)(void);      /* for DURATION; NULL: it is 0 */
} inspect_limits_t;

/* ---- results ---- */

/* What the last rule of a chain has matched. */
typedef struct {
    const matcher_t *matcher; /* NULL: SecAction */
    rule_variable_e variable;
    int counts;
    slice_t part, value, argument;
} inspect_told_t;

/* A match that a rule wants known. */
typedef struct {
    const rule_t *rule, *last; /* first and last of the chain */
    inspect_told_t told;       /* for inspect_message */
    slice_t msg, data;         /* expanded */
    rule_variable_e variable;  /* whose value the first rule matched ... */
    slice_t part;              /* "a" of ARGS:a; empty: none */
    slice_t value;             /* ... as its operator saw it */
    int counts;                /* of &ARGS */
    int has_others; /* of a chain: its first rule matched more than that */
    int phase;
    rule_verdict_e verdict; /* what became of the request by it: RULE_PASS is
                               a warning */
    int status;
    slice_t redirect;
} detection_t;

typedef struct {
    rule_verdict_e kind; /* RULE_PASS: goes on */
    int status;          /* of a refusal; 0: a limit was met */
    slice_t redirect;
    const detection_t *by; /* there even if the rule does not log; NULL: a limit
                              was met */
} inspect_verdict_t;

/* What rules have changed by ctl.  -1, p NULL: nothing. */
typedef struct {
    int request_body_access, response_body_access; /* 0 or 1 */
    int force_request_body;                        /* 0 or 1 */
    apr_int64_t request_body_limit, response_body_limit;
    slice_t processor;               /* "JSON" */
    slice_t audit_engine;            /* "On", "Off", "RelevantOnly" */
    apr_array_header_t *audit_parts; /* of slice_t, "ABCF", "+E", "-C", in
                                              their order; NULL: nothing */
} inspect_ctl_t;

/* ---- the inspection ---- */

typedef struct inspect_t {
    const program_t *program;
    inspect_limits_t limits;
    apr_pool_t *pool;
    strings_t *strings;
    values_t *values;
    apr_array_header_t *detections; /* of detection_t, in their order */
    int audit_marks;     /* matches of rules with auditlog, log or not */
    waf_engine_e engine; /* ctl:ruleEngine may have changed it */
    inspect_ctl_t ctl;
    inspect_over_e over;
    uint64_t unfinished; /* id of the first rule with an expression that met its
                            limit; 0: none.  In phases 3 and 4 that is no
                            match and nothing more: responses are large */
    struct inspect_run_t *run; /* inspect_private.h */
} inspect_t;

/* @param program  outlives it, limits are copied */
inspect_t *inspect_make(const program_t *program,
                        const inspect_limits_t *limits, apr_pool_t *pool);

/* The rules of a phase, 1 to 5, each phase once, rising.  A phase that an allow
 * or the engine's being off leaves out says RULE_PASS; after a refusal only
 * phase 5 has something to do.  An allow is told by its detection alone.  With
 * WAF_DETECT the first refusal that would have been is told, and all rules run:
 * the caller lets it pass. */
inspect_verdict_t inspect_run(inspect_t *inspect, int phase);

/* "Pattern match \"x\" at ARGS:a.", made anew: few ask for it.  Of the
 * inspection's pool. */
slice_t inspect_message(inspect_t *inspect, const detection_t *found);

/* Values of variables are full: the caller of values_add says it here, too. */
void inspect_full(inspect_t *inspect);

/* "5", or "" where there is none: TX:name, of a name that rules ask for, or with
 * "score" in it. */
slice_t inspect_tx(const inspect_t *inspect, slice_t name);

#endif
