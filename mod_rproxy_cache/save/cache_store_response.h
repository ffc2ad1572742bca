/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_store_response.h: a response becomes an object of the store.
 * Layer L2. */
#ifndef RPROXY_CACHE_STORE_RESPONSE_H
#define RPROXY_CACHE_STORE_RESPONSE_H

#include "save/cache_application.h"

/* The head of the response to q is known: claims its key, if that is not done,
 * and tells the store, or gives the claim back.  q->fill says which.
 * raw: fields as the handler made them; final: as they go out. */
void cache_store_begin(cache_request_t *q, request_rec *r,
                       const h1_field_t *raw, size_t raw_count,
                       const h1_field_t *final, size_t final_count,
                       const response_facts_t *facts,
                       const cache_application_t *application);

/* It has been published: what is made of it off the request's way. */
void cache_store_finished(cache_request_t *q, request_rec *r);

#endif
