/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_directive.h: RProxyGuardLimit, on one line and as a container.
 * Layer L2. */
#ifndef RPROXY_GUARD_LIMIT_DIRECTIVE_H
#define RPROXY_GUARD_LIMIT_DIRECTIVE_H

#include <httpd.h>
#include <http_config.h>

const char *limit_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[]);
const char *limit_directive_container(cmd_parms *cmd, void *dir,
                                      const char *rest);

#endif
