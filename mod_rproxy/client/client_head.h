/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_head.h: response heads on the loop.  Layer L2. */
#ifndef RPROXY_CLIENT_HEAD_H
#define RPROXY_CLIENT_HEAD_H

#include <httpd.h>

#include "client.h"

/* Takes the place of httpd's HTTP_HEADER filter for a request that an upstream
 * answers: the head is written in one piece, in front of the body's first
 * bytes.  Whatever is not the plain case is left to HTTP_HEADER itself. */
void client_head_install(client_t *client, request_rec *r);

#endif
