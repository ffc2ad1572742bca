/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_state.c: see guard_state.h.  Layer L2. */
#include "guard_state.h"

#include "state/state_directive.h"

static state_dir_t dir; /* no path: nothing is kept */

const char *guard_state_directive(cmd_parms *cmd, void *dummy, const char *path)
{
    return state_directive_set(cmd, &dir, path);
}

void guard_state_forget(void)
{
    dir.path = NULL;
}

void guard_state_open(server_rec *s, apr_pool_t *pool)
{
    const char *fault = state_directive_open(&dir, pool);

    if (fault) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4021) "RProxyGuardState: %s; nothing is kept "
                                   "there",
                     fault);
    }
}

const state_dir_t *guard_state_dir(void)
{
    return dir.path ? &dir : NULL;
}
