/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_access.h: who may use the admin handler.  Layer L2.
 *
 * By address, at first this machine alone, or with a token.  A browser must not
 * be talked into it by a page from elsewhere: see admin_access_browser. */
#ifndef RPROXY_ADMIN_ACCESS_H
#define RPROXY_ADMIN_ACCESS_H

#include <httpd.h>
#include <http_config.h>

#include "../rproxy_config.h"

/* RProxyAdmin, one word: token=FILE, from=ADDRESS[/BITS], from=local,
 * from=none. */
const char *admin_access_directive(cmd_parms *cmd, void *dir, const char *word);

/* rights NULL: none were configured.
 * @return NULL, or why not, a sentence, and *status */
const char *admin_access_refused(const admin_rights_t *rights, request_rec *r,
                                 int *status);

/* Does the request come from a page of another site?  Same returns. */
const char *admin_access_browser(request_rec *r, int *status);

#endif
