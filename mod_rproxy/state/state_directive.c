/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_directive.c: see state_directive.h.  Layer L2. */
#include "state_directive.h"

#include <apr_strings.h>
#include <http_core.h>
#include <unixd.h>

const char *state_directive_set(cmd_parms *cmd, state_dir_t *dir,
                                const char *path)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    if (error) {
        return error;
    }
    dir->path = ap_server_root_relative(cmd->pool, path);
    if (!dir->path || !*path
        || !ap_is_directory(cmd->temp_pool,
                            ap_make_dirstr_parent(cmd->temp_pool, dir->path))) {
        return apr_psprintf(cmd->pool,
                            "%s: '%s' is wrong: expected a directory within "
                            "one that exists, as /var/lib/rproxy",
                            cmd->cmd->name, path);
    }
    return NULL;
}

const char *state_directive_open(state_dir_t *dir, apr_pool_t *pool)
{
    const char *fault = NULL;

    if (dir->path) {
        dir->user = ap_unixd_config.user_id;
        dir->group = ap_unixd_config.group_id;
        fault = state_dir_open(dir, pool);
    }
    if (fault) {
        dir->path = NULL;
    }
    return fault;
}
