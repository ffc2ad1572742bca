/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_question.h: what the service of RProxyGuardForwardAuth is asked, and
 * what its answer hangs on.  Layer L2. */
#ifndef RPROXY_GUARD_AUTH_QUESTION_H
#define RPROXY_GUARD_AUTH_QUESTION_H

#include "auth_cache.h"
#include "forward_auth.h"

/* Fills in upstream, target, timeout and fields, in r->pool. */
void auth_question_make(request_rec *r, const auth_source_t *source,
                        siphash_key_t secret, rproxy_question_t *question);

/* Who asks, for all that the answer hangs on. */
auth_key_t auth_question_key(request_rec *r, const auth_source_t *source,
                             siphash_key_t secret);

/* Is r a question that this server has asked itself, over whatever way? */
int auth_question_is_own(request_rec *r, siphash_key_t secret);

/* Is r's path one for httpd and another one for others? */
int auth_question_has_two_paths(const request_rec *r);

#endif
