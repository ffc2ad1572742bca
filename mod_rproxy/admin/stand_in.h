/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stand_in.h: a request as a client could send it, to be asked about and never
 * run.  Layer L2.  Modules that explain what they would do compile it in. */
#ifndef RPROXY_STAND_IN_H
#define RPROXY_STAND_IN_H

#include <httpd.h>
#include <http_config.h>

#include "http1/h1_fields.h"

/* What a client would send, and to whom. */
typedef struct {
    const char *method;
    const char *target;  /* path and query, as in a request line */
    slice_t path, query; /* of it; query.p NULL: none */
    const char *host;    /* its name, without port; of IPv6 without brackets */
    unsigned port;       /* 0: the usual one */
    unsigned usual_port; /* of the scheme */
    const h1_field_t *fields; /* with a NUL behind names and values; Host is
                                 made of the above where it is not there */
    int field_count;
    apr_sockaddr_t *client; /* NULL: whose request asks */
} stand_in_order_t;

typedef struct {
    request_rec *r;                /* its per_dir_config: of all sections */
    ap_conf_vector_t *of_location; /* of <Location> alone */
    int status; /* what the way to the sections ended with; OK */
} stand_in_t;

/* To the virtual host of the order; from r's pool, and its connection where the
 * client is the same.  Its per_dir_config is that of the host. */
void stand_in_make(stand_in_t *s, request_rec *r,
                   const stand_in_order_t *order);

/* With the settings of all sections that apply.  It goes the way of a real
 * request to where those are known (translate_name, map_to_storage), and no
 * further: no access control, no log, nothing that counts.  Reads .htaccess
 * files. */
void stand_in_walk(stand_in_t *s);

#endif
