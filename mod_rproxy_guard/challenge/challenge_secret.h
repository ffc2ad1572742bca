/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_secret.h: what tokens are signed with.  Layer L2.
 *
 * Random at the start, the same over graceful restarts, and over a full stop
 * where RProxyGuardState names a directory: its file "challenge". */
#ifndef RPROXY_GUARD_CHALLENGE_SECRET_H
#define RPROXY_GUARD_CHALLENGE_SECRET_H

#include <httpd.h>

#include "challenge_token.h"

/* In post_config, once the directory is open.  Lives as long as the process. */
const challenge_secret_t *challenge_secret_open(server_rec *s,
                                                apr_pool_t *ptemp);

#endif
