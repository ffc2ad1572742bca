/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_idle_directives.c: directives of ModSecurity that do nothing here.  Layer
 * L2. */
#include "guard_private.h"

#include <apr_strings.h>

#include "waf_directives.h"

static int is_skipped(const char *name)
{
    int i;

    for (i = 0; i < waf_global->skip->nelts; i++) {
        if (strcasecmp(APR_ARRAY_IDX(waf_global->skip, i, const char *), name)
            == 0) {
            return 1;
        }
    }
    return 0;
}

/* cmd->info: waf_idle_t */
const char *waf_idle(cmd_parms *cmd, void *dir, const char *arguments)
{
    const waf_idle_t *idle = cmd->info;
    const char *first = ap_getword_conf(cmd->pool, &arguments);

    if (idle->harmless && strcasecmp(first, idle->harmless) == 0) {
        return NULL;
    }
    if (idle->is_refused && !is_skipped(cmd->cmd->name)) {
        return apr_psprintf(cmd->pool,
                            "%s %s: that is not done here, and without it less "
                            "would be seen: %s (or RProxyWafSkip %s)",
                            cmd->cmd->name, first, idle->instead,
                            cmd->cmd->name);
    }
    APR_ARRAY_PUSH(waf_global->notes, const char *) =
        apr_psprintf(cmd->pool, "%s %s at %s:%d has no effect here: %s",
                     cmd->cmd->name, first, cmd->directive->filename,
                     cmd->directive->line_num, idle->instead);
    return NULL;
}
