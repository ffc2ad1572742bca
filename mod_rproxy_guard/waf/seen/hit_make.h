/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hit_make.h: a detection as it is kept.  Layer L1. */
#ifndef RPROXY_GUARD_HIT_MAKE_H
#define RPROXY_GUARD_HIT_MAKE_H

#include "hit_ring.h"
#include "waf/inspect/inspect.h"

/* All but time, request and client, which are 0.
 * @param uri  of the request, as it was sent
 * @param detects  what rules refuse goes on */
hit_t hit_make(const inspect_t *inspect, const detection_t *found, slice_t host,
               slice_t uri, int detects);

/* The score of a request as the Core Rule Set adds it up; -1: it does not. */
int hit_make_score(const inspect_t *inspect);

#endif
