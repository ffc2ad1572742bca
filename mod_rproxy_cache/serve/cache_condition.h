/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_condition.h: what a request's conditions come to for what is stored.
 * Layer L2.  RFC 9110 section 13. */
#ifndef RPROXY_CACHE_CONDITION_H
#define RPROXY_CACHE_CONDITION_H

#include "policy/validators.h"
#include "serve/cache_request.h"

/* o is a form of master.  *held: the tag of the form that the client has, if it
 * is not o's. */
precondition_e cache_condition(const cache_request_t *q,
                               const store_object_t *master,
                               const store_object_t *o, slice_t *held);

/* Empty: none. */
slice_t cache_condition_etag(const store_object_t *o);

/* What the client asked for on conditions, the origin was asked for without:
 * now they are the request's again. */
void cache_condition_restore(cache_request_t *q);

#endif
