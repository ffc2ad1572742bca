/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_open.h: what directives said comes to programs, when all of it is read.
 * Layer L2. */
#ifndef RPROXY_GUARD_WAF_OPEN_H
#define RPROXY_GUARD_WAF_OPEN_H

#include <httpd.h>

/* Compiles the rules of all hosts, and of sections in them.
 * @return 0: they are wrong, which is logged */
int waf_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp);

/* "httpd -t" and "httpd -k graceful" tell what is wrong with rules, too. */
void waf_open_register(void);

#endif
