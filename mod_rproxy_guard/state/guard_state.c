/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_state.c: see guard_state.h.  Layer L2. */
#include "guard_state.h"

#include <apr_strings.h>
#include <http_core.h>
#include <unixd.h>

static state_dir_t dir; /* no path: nothing is kept */

const char *guard_state_directive(cmd_parms *cmd, void *dummy, const char *path)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    if (error) {
        return error;
    }
    dir.path = ap_server_root_relative(cmd->pool, path);
    if (!dir.path || !*path
        || !ap_is_directory(cmd->temp_pool,
                            ap_make_dirstr_parent(cmd->temp_pool, dir.path))) {
        return apr_psprintf(cmd->pool,
                            "%s: '%s' is wrong: expected a directory within "
                            "one that exists, as /var/lib/rproxy",
                            cmd->cmd->name, path);
    }
    return NULL;
}

void guard_state_forget(void)
{
    dir.path = NULL;
}

void guard_state_open(server_rec *s, apr_pool_t *pool)
{
    const char *fault;

    if (!dir.path) {
        return;
    }
    dir.user = ap_unixd_config.user_id;
    dir.group = ap_unixd_config.group_id;
    fault = state_dir_open(&dir, pool);
    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4021) "RProxyGuardState: %s; nothing is kept "
                                   "there",
                     fault);
        dir.path = NULL;
    }
}

const state_dir_t *guard_state_dir(void)
{
    return dir.path ? &dir : NULL;
}
