/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_why.h: keeps what a request was refused for, until somebody asks about
 * its URL (admin/explain.h).  Layer L2. */
#ifndef RPROXY_CACHE_WHY_H
#define RPROXY_CACHE_WHY_H

#include "serve/cache_request.h"
#include "status/cache_refusals.h"

/* q->reason, with q->rule where that said so; of REFUSAL_QUICK,
 * q->checked_why. */
void cache_why_note(const cache_request_t *q, refusal_e kind, int status);

/* The last of its kind for the same URL.  @return 1 and *found, or 0 */
int cache_why_find(const cache_request_t *q, refusal_e kind, refusal_t *found);

#endif
