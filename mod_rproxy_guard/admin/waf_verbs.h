/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_verbs.h: what the WAF's verbs share.  Layer L2. */
#ifndef RPROXY_GUARD_WAF_VERBS_H
#define RPROXY_GUARD_WAF_VERBS_H

#include "guard_verbs.h"
#include "waf/seen/waf_seen.h"

/* The rules of a host; NULL: there are none. */
const program_t *waf_verbs_program(const server_rec *host);

/* "target":"ARGS:id","rule":942100,... of a hit, without what is of its
 * request. */
void waf_verbs_write_hit(writer_t *w, const hit_t *hit);

/* POST waf-explain: waf_explain_verb.c. */
int waf_verbs_explain(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb);

#endif
