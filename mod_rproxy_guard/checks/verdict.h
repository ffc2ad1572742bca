/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* verdict.h: what a check says of a request.  Layer L2. */
#ifndef RPROXY_GUARD_VERDICT_H
#define RPROXY_GUARD_VERDICT_H

#include "../config/guard_config.h"

typedef struct {
    int status;                   /* HTTP of a refusal; 0: it may go on */
    int log_only;                 /* it goes on all the same */
    const guard_action_t *action; /* what becomes of it; NULL: refused */
    const char *rule;             /* "deny", "head-..." or the limit's name */
    const char *why;              /* a phrase for the log, in r->pool */
    const char *key;              /* what was counted by; NULL: nothing was */
    const char *where;            /* "file:line" of the directive */
    int retry_after_s;            /* of a limit; else 0 */
    const guard_limit_t *limit;   /* that refused, or NULL */
    uint64_t hash;                /* of the key in its table */
    rate_t rate;                  /* of it */
} guard_verdict_t;

/* What a rule does where RProxyGuard says something else: DetectOnly there
 * makes all of them log only. */
static inline guard_mode_e guard_mode_of(guard_mode_e own, guard_mode_e general)
{
    return own == GUARD_UNSET || (own == GUARD_ON && general == GUARD_DETECT)
               ? general
               : own;
}

#endif
