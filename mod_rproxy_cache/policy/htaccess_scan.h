/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* htaccess_scan.h: the text of an .htaccess file: may a response that passed
 * through it be handed to another client without running the phases again?
 * Layer L0.  Only directives known not to look at the client are let through;
 * what is unknown or cannot be read counts as looking. */
#ifndef RPROXY_CACHE_HTACCESS_SCAN_H
#define RPROXY_CACHE_HTACCESS_SCAN_H

#include "directive_table.h"

/* Is this module there ("mod_rewrite.c", "rewrite_module", "LiteSpeed")?  What
 * <IfModule> keeps httpd from reading is not looked at. */
typedef int htaccess_module_fn(void *context, slice_t name);

typedef struct {
    directive_reason_e reason; /* DIRECTIVE_FINE: may be handed on */
    unsigned line;             /* from 1; of a joined line the first */
    slice_t directive;         /* its name, in the text; p NULL if none */
} htaccess_verdict_t;

/* @param has_module NULL: every <IfModule> is looked into, but LiteSpeed's
 * @return whether the response may be handed on (reason DIRECTIVE_FINE); of
 *         several offending lines the first is told */
int htaccess_scan(htaccess_verdict_t *verdict, slice_t text,
                  htaccess_module_fn *has_module, void *context);

#endif
