/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_log.h: RProxyGuardAudit, a line of JSON for each refusal.  Layer L2. */
#ifndef RPROXY_GUARD_AUDIT_LOG_H
#define RPROXY_GUARD_AUDIT_LOG_H

#include "../checks/verdict.h"
#include "audit_queue.h"

/* The directive's setter. */
const char *audit_log_set(cmd_parms *cmd, void *dir, const char *target);

/* Its hooks: opens, and starts the thread of each child. */
void audit_log_register(void);

/* Nothing without RProxyGuardAudit.
 * @param action  what became of it
 * @param id      of the refusal; NULL: it goes on */
void audit_log_write(request_rec *r, const guard_verdict_t *verdict,
                     const char *action, const char *id);

/* @return 0: there is no RProxyGuardAudit */
int audit_log_counts(audit_counts_t *out);

#endif
