/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_line.h: one line of JSON about a refusal.  Layer L0.
 *
 * time, action and client come first, so that who reads with a pattern finds
 * them at the line's beginning, before anything that a client can write. */
#ifndef RPROXY_GUARD_AUDIT_LINE_H
#define RPROXY_GUARD_AUDIT_LINE_H

#include "http1/h1_slice.h"

enum {
    AUDIT_LINE_MAX = 4096 /* and what a pipe takes as one piece */
};

/* Empty texts are left out of the line, long ones cut. */
typedef struct {
    slice_t time;   /* RFC 3339 */
    slice_t action; /* refuse, log, ... */
    slice_t client; /* its address */
    int status;     /* of the response; 0: not known */
    uint64_t ms;    /* that it came later; 0: none */
    slice_t rule, id, key, why, where;
    slice_t method, host, path, bot, label, agent;
} audit_facts_t;

/* @param out  [AUDIT_LINE_MAX]
 * @return the length with the line's end, no NUL */
size_t audit_line_write(char *out, const audit_facts_t *facts);

/* Of lines that were lost: {"time":...,"action":"lost","lines":n} */
size_t audit_line_lost(char *out, slice_t time, uint64_t lines);

#endif
