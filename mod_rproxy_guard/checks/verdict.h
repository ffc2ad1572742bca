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
    const char *why;              /* a phrase, or NULL: verdict_why */
    const char *key;              /* or NULL: verdict_key */
    const char *where;            /* "file:line" of the directive */
    int retry_after_s;            /* of a limit; else 0 */
    const guard_limit_t *limit;   /* that refused, or NULL */
    uint64_t hash;                /* of the key in its table */
    rate_t rate;                  /* of it */
    const char *did; /* a word, where the action's is none; or NULL */
    apr_interval_time_t slowed_us; /* so much later, guard_slowed.h; or 0 */
} guard_verdict_t;

/* The key that was counted by, and the reason, for logs: in r->pool.  Most of
 * many refusals are not written anywhere, so a limit's verdict does without.
 * @return of the key NULL: nothing was counted */
const char *verdict_key(request_rec *r, const guard_verdict_t *verdict);
const char *verdict_why(request_rec *r, const guard_verdict_t *verdict);

/* What a rule does where RProxyGuard says something else: DetectOnly there
 * makes all of them log only. */
static inline guard_mode_e guard_mode_of(guard_mode_e own, guard_mode_e general)
{
    return own == GUARD_UNSET || (own == GUARD_ON && general == GUARD_DETECT)
               ? general
               : own;
}

#endif
