/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* retry_rules.h: what RProxyRetry says, of requests or of an upstream.
 * Layer L1. */
#ifndef RPROXY_RETRY_RULES_H
#define RPROXY_RETRY_RULES_H

#include <apr.h>

#include "retry.h"
#include "status_set.h"

/* Who is asked after a failure. */
typedef enum {
    RETRY_ANY,   /* another member; where none is left, the same that failed
                    but answers connects */
    RETRY_OTHER, /* another one, or nobody */
    RETRY_SAME
} retry_member_e;

/* Unset is -1, and statuses belong to on. */
typedef struct {
    int tries;                    /* attempts in all, at least 1 */
    int on;                       /* bit mask: 1 << retry_failure_e */
    const status_set_t *statuses; /* of FAILED_STATUS; NULL: none */
    int member;                   /* retry_member_e */
    apr_off_t replay_limit;       /* bytes of a request body kept for it */
} retry_rules_t;

#endif
