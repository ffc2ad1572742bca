/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* field_names.h: fields that only the server may set.  Layer L1. */
#ifndef RPROXY_GUARD_FIELD_NAMES_H
#define RPROXY_GUARD_FIELD_NAMES_H

#include <apr_tables.h>

/* Removes all that an application might take for name: CGI and its like make
 * one variable of X-User, x-user and X_User. */
void field_names_remove(apr_table_t *fields, const char *name);

#endif
