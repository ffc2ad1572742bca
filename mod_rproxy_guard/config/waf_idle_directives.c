/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_idle_directives.c: directives of ModSecurity, and what rules ask for,
 * that do nothing here.  Layer L2. */
#include "guard_private.h"

#include <apr_strings.h>

#include "config/config_option.h"
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

void waf_idle_note(cmd_parms *cmd, const char *word, const char *why)
{
    APR_ARRAY_PUSH(waf_global->notes, const char *) =
        apr_psprintf(cmd->pool, "%s %s at %s:%d has no effect here: %s",
                     cmd->cmd->name, word, cmd->directive->filename,
                     cmd->directive->line_num, why);
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
    waf_idle_note(cmd, first, idle->instead);
    return NULL;
}

/* ---- what rules ask for ---- */

_Static_assert(ACTION_COUNT <= 64 && OPERATOR_COUNT <= 64, "a bit for each");

static const char *why_action(rule_action_e kind)
{
    switch (kind) {
    case ACTION_INITCOL:
    case ACTION_SETSID:
    case ACTION_SETUID:
    case ACTION_SETRSC:
    case ACTION_EXPIREVAR:
    case ACTION_DEPRECATEVAR:
        return "collections live as long as a request; use RProxyGuardLimit";
    case ACTION_APPEND:
    case ACTION_PREPEND:
        return "pages stay as they are";
    case ACTION_PAUSE:
        return "use action=delay of RProxyGuardLimit";
    case ACTION_SETENV:
        return "use SetEnvIf";
    case ACTION_SANITISE_ARG:
    case ACTION_SANITISE_MATCHED:
    case ACTION_SANITISE_MATCHED_BYTES:
    case ACTION_SANITISE_REQUEST_HEADER:
    case ACTION_SANITISE_RESPONSE_HEADER:
        return "the audit log has it; use noauditlog or SecAuditLogParts";
    default:
        return NULL;
    }
}

static const char *why_operator(rule_operator_e kind)
{
    return kind == OPERATOR_GEO_LOOKUP
               ? "it never matches; use RProxyGuardDeny country:XX"
           : kind == OPERATOR_RBL
               ? "it never matches; use RProxyGuardList file:PATH"
               : NULL;
}

static void tell(cmd_parms *cmd, uint64_t *told, int kind, const char *name,
                 const char *why)
{
    if (why && !(*told & (uint64_t)1 << kind)) {
        *told |= (uint64_t)1 << kind;
        APR_ARRAY_PUSH(waf_global->notes, const char *) =
            apr_psprintf(cmd->pool,
                         "%s of the rule at %s does nothing here, nor in "
                         "rules behind it: %s",
                         name, config_option_where(cmd), why);
    }
}

void waf_idle_rule(cmd_parms *cmd, const rule_source_t *source)
{
    rule_operator_e op = source->rule->op.kind;
    int i;

    for (i = 0; i < source->actions->nelts; i++) {
        rule_action_e kind =
            APR_ARRAY_IDX(source->actions, i, rule_action_t).kind;

        tell(cmd, &waf_global->idle_actions, kind, rule_action_name(kind),
             why_action(kind));
    }
    if (source->rule->target_count) {
        tell(cmd, &waf_global->idle_operators, op, rule_operator_name(op),
             why_operator(op));
    }
}
