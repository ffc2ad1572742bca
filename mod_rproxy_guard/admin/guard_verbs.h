/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_verbs.h: what the admin handler does for the guard.  Layer L2.
 *
 * Each part has a table of its own, which ends with a NULL name; guard_verbs.c
 * joins them, and has what they share. */
#ifndef RPROXY_GUARD_VERBS_H
#define RPROXY_GUARD_VERBS_H

#include "guard_private.h"
#include "status/guard_report.h"

void guard_verbs_register(apr_pool_t *pool);

/* The answer that nothing was done.  @return status */
int guard_verbs_refuse(apr_bucket_brigade *bb, int status, const char *why);

/* A part of the status, as an answer. */
int guard_verbs_report(request_rec *r, const guard_report_t *report,
                       apr_bucket_brigade *bb);

extern const rproxy_admin_verb_t attack_verbs[];
extern const rproxy_admin_verb_t ban_verbs[];
extern const rproxy_admin_verb_t explain_verbs[];
extern const rproxy_admin_verb_t list_verbs[];
extern const rproxy_admin_verb_t look_verbs[];
extern const rproxy_admin_verb_t usage_verbs[];
extern const rproxy_admin_verb_t waf_verbs[];

#endif
