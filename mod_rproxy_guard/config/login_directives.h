/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_directives.h: RProxyGuardLogin.  Layer L2. */
#ifndef RPROXY_GUARD_LOGIN_DIRECTIVES_H
#define RPROXY_GUARD_LOGIN_DIRECTIVES_H

#include "guard_config.h"

/* A setter of httpd's: a name, then key=value. */
const char *login_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[]);

#endif
