/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_confirm.h: a 304 for what is stored.  Layer L2.  RFC 9111 section
 * 4.3.4. */
#ifndef RPROXY_CACHE_CONFIRM_H
#define RPROXY_CACHE_CONFIRM_H

#include "save/cache_application.h"

/* A 304 for what q->stale holds: stores it anew with merged heads and new
 * times.  *fresh is pinned if that worked. */
void cache_confirm(cache_request_t *q, request_rec *r, const h1_field_t *raw,
                   size_t raw_count, const h1_field_t *final,
                   size_t final_count, const cache_application_t *application,
                   store_pin_t *fresh);

#endif
