/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_directive.h: RProxyGuardRedis.  Layer L2. */
#ifndef RPROXY_GUARD_REDIS_DIRECTIVE_H
#define RPROXY_GUARD_REDIS_DIRECTIVE_H

#include <httpd.h>
#include <http_config.h>

const char *redis_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[]);

#endif
