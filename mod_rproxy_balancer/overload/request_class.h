/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* request_class.h: which class a request is of, by RProxyClass or by what
 * another module says.  Layer L2.
 *
 * Classes are known to the whole server by their names and numbered by
 * importance; which requests are of one is said by each virtual host. */
#ifndef RPROXY_BALANCER_REQUEST_CLASS_H
#define RPROXY_BALANCER_REQUEST_CLASS_H

#include <httpd.h>
#include <http_config.h>

/* RProxyClass. */
const char *request_class_directive(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[]);

/* Of the module record. */
void *request_class_create(apr_pool_t *p, server_rec *s);
void *request_class_merge(apr_pool_t *p, void *base, void *add);

/* Before the configuration is read: there is "default" alone. */
void request_class_begin(apr_pool_t *pconf);

/* When it has been read: numbers, 0 for the most important one. */
void request_class_number(void);

int request_class_count(void);
const char *request_class_name(int number);

/* Of a request before its handler has done anything; its note says it then. */
int request_class_of(request_rec *r);

#endif
