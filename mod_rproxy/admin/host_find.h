/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* host_find.h: which virtual host answers for a name?  Layer L2.  Modules that
 * ask compile it in. */
#ifndef RPROXY_HOST_FIND_H
#define RPROXY_HOST_FIND_H

#include <httpd.h>

/* That of this name at this port, else the first one at the port (as httpd
 * does), else that of the name at any port (something before httpd may listen
 * on another one), else the main server. */
server_rec *host_find(const char *host, unsigned port);

/* "name:port" */
const char *host_name(apr_pool_t *pool, const server_rec *s);

/* "file:line" of its <VirtualHost>; NULL for the main server. */
const char *host_where(apr_pool_t *pool, const server_rec *s);

#endif
