/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_directive.h: the directive that names a state_dir_t.  Layer L2.
 * Modules that have one compile it in. */
#ifndef RPROXY_STATE_DIRECTIVE_H
#define RPROXY_STATE_DIRECTIVE_H

#include <httpd.h>
#include <http_config.h>

#include "state_dir.h"

/* A setter's text, or NULL and dir->path. */
const char *state_directive_set(cmd_parms *cmd, state_dir_t *dir,
                                const char *path);

/* In post_config; does nothing without a path.
 * @return NULL, or why it cannot be used, a sentence: it has no path then */
const char *state_directive_open(state_dir_t *dir, apr_pool_t *pool);

#endif
