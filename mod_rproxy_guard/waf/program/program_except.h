/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_except.h: a program without some rules or targets.  Layer L1 (memory
 * of a pool).
 *
 * Nothing is compiled: all that does not change is shared, so that an .htaccess
 * file can have its say with each request. */
#ifndef RPROXY_GUARD_PROGRAM_EXCEPT_H
#define RPROXY_GUARD_PROGRAM_EXCEPT_H

#include "program.h"
#include "waf/rule/rule_list.h"

/* @param program     outlives the made one; NULL: no rules, as is *made then
 * @param exceptions  rule_list_is_exceptions, outlives the made one
 * @return NULL, or what is wrong */
const char *program_except(const program_t *program,
                           const rule_list_t *exceptions,
                           const program_t **made, apr_pool_t *pool);

#endif
