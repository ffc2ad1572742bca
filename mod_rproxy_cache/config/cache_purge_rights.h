/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_purge_rights.h: who may purge by request.  Layer L2. */
#ifndef RPROXY_CACHE_PURGE_RIGHTS_H
#define RPROXY_CACHE_PURGE_RIGHTS_H

#include <httpd.h>
#include <http_config.h>

#include "config/cache_config.h"

/* One word: from=ADDRESS[/BITS] or secret=TEXT (the field X-Purge-Secret must
 * be the same).  Any of the addresses, and the secret where there is one. */
const char *cache_purge_rights_parse(cmd_parms *cmd,
                                     cache_purge_rights_t **rights,
                                     const char *word);

/* rights NULL: nobody may. */
int cache_purge_allowed(const cache_purge_rights_t *rights, request_rec *r);

#endif
