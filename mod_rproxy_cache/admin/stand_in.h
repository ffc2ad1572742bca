/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stand_in.h: a request as a client could send it, to be asked about and never
 * run.  Layer L2. */
#ifndef RPROXY_CACHE_STAND_IN_H
#define RPROXY_CACHE_STAND_IN_H

#include <httpd.h>

#include "admin/command_reader.h"

/* To the virtual host of order's URL, with the settings of its <Location>
 * sections; from r's pool and connection.  No phase has run: <Directory>, <If>
 * and .htaccess are not known of it. */
request_rec *stand_in_make(request_rec *r, const explain_order_t *order);

#endif
