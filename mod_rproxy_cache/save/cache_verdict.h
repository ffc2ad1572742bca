/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_verdict.h: may this response be stored, and for how long?  Layer L2:
 * the settings and the request as the policies of policy/ take them. */
#ifndef RPROXY_CACHE_VERDICT_H
#define RPROXY_CACHE_VERDICT_H

#include "save/cache_application.h"

lifetime_t cache_verdict_lifetime(const cache_request_t *q,
                                  const request_rec *r,
                                  const response_facts_t *facts,
                                  const cache_application_t *application);

/* @return NULL: it may; or the reason */
const char *cache_verdict_why_not(cache_request_t *q, request_rec *r,
                                  const response_facts_t *facts,
                                  const lifetime_t *lifetime,
                                  const cache_application_t *application);

#endif
