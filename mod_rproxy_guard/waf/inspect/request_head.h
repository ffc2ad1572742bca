/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* request_head.h: what rules know of a request before its body.  Layer L1.
 *
 * Names and bytes as ModSecurity 2.9 gives them, odd corners too: rules are
 * written against those.  Knows nothing of httpd, so that a request from a file
 * can be looked at as one from a connection. */
#ifndef RPROXY_GUARD_REQUEST_HEAD_H
#define RPROXY_GUARD_REQUEST_HEAD_H

#include <apr_time.h>

#include "waf/value/values.h"

typedef struct {
    slice_t name, value;
} waf_field_t;

/* All outlives the values.  What is not known has p NULL: there is no such
 * value then. */
typedef struct {
    slice_t line;        /* "GET /a?b=c HTTP/1.1" */
    slice_t method;      /* "GET" */
    slice_t uri_raw;     /* "/a?b=c", as sent */
    slice_t protocol;    /* "HTTP/1.1" */
    slice_t client;      /* address without port; also REMOTE_HOST where no
                          * client_name is known */
    slice_t client_name; /* by a lookup */
    int client_port;
    slice_t server_addr, server_name;
    int server_port;
    slice_t unique_id;
    slice_t webapp_id;        /* SecWebAppId; not known: "default" */
    apr_time_t time;          /* when the request came */
    char separator;           /* SecArgumentSeparator; 0: '&' */
    int arguments_most;       /* SecArgumentsLimit; 0: 1000 */
    const waf_field_t *field; /* as they came, or were joined by httpd */
    int field_count;
} waf_head_t;

/* Fills the values of phase 1: REQUEST_*, ARGS_GET, ARGS, their names and
 * sizes, cookies, fields, addresses, TIME_*, and what a body would change as it
 * is without one (REQBODY_ERROR 0, MULTIPART_* 0 ...).
 * @return 0: the values are full, not all is there */
int request_head_values(values_t *values, const waf_head_t *head);

/* What is known of it later, when httpd has mapped it to a place: from phase 2
 * on.  p NULL: not known. */
typedef struct {
    slice_t path; /* decoded and without "//", as parsed_uri.path is then */
    slice_t path_info, script_filename;
    slice_t user, auth_type;
} waf_mapped_t;

/* Fills the values that this gives or changes, before phase 2: REQUEST_URI,
 * REQUEST_FILENAME and REQUEST_BASENAME have the decoded path then.
 * @return as above */
int request_mapped_values(values_t *values, const waf_mapped_t *mapped);

/* FULL_REQUEST and FULL_REQUEST_LENGTH, which copy all: only for rules that ask
 * for them, before phase 2.  The length leaves out the first line, as
 * ModSecurity's does.
 * @return as above */
int request_full_values(values_t *values, const waf_head_t *head, slice_t body);

/* The parts of a request target: of "http://host/a?b#c" the path "/a" and the
 * query "b".  A query that is not there has p NULL. */
void request_head_target(slice_t uri_raw, slice_t *path, slice_t *query);

#endif
