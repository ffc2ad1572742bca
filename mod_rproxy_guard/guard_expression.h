/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_expression.h: what expressions of httpd may ask the guard.  Layer L2.
 *
 *   -G 'name'                 is the client in that list?
 *   guard_list('name')        the same, "1" or nothing
 *   %{RPROXY_COUNTRY}         "DE", or nothing
 *   %{RPROXY_ASN}             "64500", or nothing
 *   %{RPROXY_BANNED}          the rule that banned the client, or nothing */
#ifndef RPROXY_GUARD_EXPRESSION_FUNCTIONS_H
#define RPROXY_GUARD_EXPRESSION_FUNCTIONS_H

void guard_expression_register(void);

#endif
