/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress_rest.h: saves by WordPress' REST interface.  Layer L0. */
#ifndef RPROXY_CACHE_WORDPRESS_REST_H
#define RPROXY_CACHE_WORDPRESS_REST_H

#include "wordpress_text.h"

/* Purges the post and whatever lists posts; id 0: the lists alone. */
void wordpress_purge_post(wordpress_purge_t *purge, uint64_t id);

/* @param route of the request, not empty */
void wordpress_rest_save(wordpress_purge_t *purge,
                         const wordpress_request_t *request, slice_t route);

/* A comment comes with the id of its post in the body. */
int wordpress_rest_wants_body(slice_t route);

#endif
