/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* read_timeout.h: how long may a request take to come?  Layer L2.
 * Reads the RequestReadTimeout directives from the configuration, since
 * mod_reqtimeout's own filter cannot serve a loop that does not wait. */
#ifndef RPROXY_READ_TIMEOUT_H
#define RPROXY_READ_TIMEOUT_H

#include <httpd.h>

/* In post_config: remembers header= and body= of each virtual host. */
void read_timeout_configure(apr_pool_t *pool, server_rec *main_server);

/* usec from the first byte until the head must be complete, when len bytes of
 * it have come. */
apr_time_t read_timeout_head(const server_rec *s, apr_size_t len);

/* The same for a body, from the first attempt to read it; 0: no limit. */
apr_time_t read_timeout_body(const server_rec *s, apr_off_t len);

#endif
