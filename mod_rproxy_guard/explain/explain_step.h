/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain_step.h: what one check says of a request, for somebody who asks, as
 * JSON.  Layer L2. */
#ifndef RPROXY_GUARD_EXPLAIN_STEP_H
#define RPROXY_GUARD_EXPLAIN_STEP_H

#include "../checks/verdict.h"
#include "status/status_write.h"

/* The checks so far. */
typedef struct {
    request_rec *r; /* a stand-in (admin/stand_in.h): nothing of it counts */
    writer_t *w;
    const char *stage;    /* "host", "section", ... of those that come now */
    int count;            /* of checks */
    int has_first;        /* one would end the request: */
    int first;            /* the first of those, from 0 */
    const char *decision; /* its word; "pass" */
    guard_verdict_t by;   /* its verdict */
} explain_t;

/* A check that looked at the request.
 * @param check    its name
 * @param verdict  status 0: it may go on */
void explain_step(explain_t *x, const char *check,
                  const guard_verdict_t *verdict);

/* One that says something else, or does not look.
 * @param word  "skip", "pass", "later", "slow", ...
 * @param why   a phrase, or NULL
 * @param where "file:line" of its directive, or NULL */
void explain_say(explain_t *x, const char *check, const char *word,
                 const char *rule, const char *why, const char *where);

/* Each limit that is for the request, with its key and what is left; nothing is
 * charged.
 * @param from  so many were looked at before
 * @param late  those that count by who asks, or the others */
void explain_limits(explain_t *x, const guard_settings_t *settings, int from,
                    int late);

/* ---- of explain_step and explain_limits ---- */

/* The word for what becomes of it. */
const char *explain_word(const explain_t *x, const guard_verdict_t *verdict);

/* {"check": ..., "verdict": ... without its end. */
void explain_begin(explain_t *x, const char *check, const char *word);
void explain_member(explain_t *x, const char *name, const char *text);
void explain_end(explain_t *x, const char *word,
                 const guard_verdict_t *verdict);

#endif
