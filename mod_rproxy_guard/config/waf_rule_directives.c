/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_rule_directives.c: SecRule and those that change rules.  Layer L2. */
#include "guard_private.h"
#include "guard_config.h"

#include <apr_strings.h>

#include "config/config_option.h"
#include "waf_directives.h"

enum {
    HTACCESS_CHANGES_MAX = 100 /* read anew with each request */
};

waf_settings_t *waf_directives_settings(cmd_parms *cmd, void *dir)
{
    guard_settings_t *settings = dir;
    int in_htaccess = ap_check_cmd_context(cmd, NOT_IN_HTACCESS) != NULL;

    if (!settings->waf) {
        settings->waf = waf_settings_create(cmd->pool);
        settings->waf->is_of_htaccess = in_htaccess;
    }
    if (cmd->path && !in_htaccess) {
        waf_global->in_sections = 1;
    }
    return settings->waf;
}

static rule_list_t *list_of(cmd_parms *cmd, void *dir)
{
    waf_settings_t *settings = waf_directives_settings(cmd, dir);

    if (!settings->rules) {
        settings->rules = rule_list_make(cmd->pool);
        settings->rules->skip = waf_global->skip;
    }
    return settings->rules;
}

static const char *told(cmd_parms *cmd, const char *wrong)
{
    return wrong ? apr_psprintf(cmd->pool, "%s: %s", cmd->cmd->name, wrong)
                 : NULL;
}

/* ---- rules ---- */

const char *waf_rule_add(cmd_parms *cmd, void *dir, const char *targets,
                         const char *op, const char *actions)
{
    rule_list_t *list = list_of(cmd, dir);
    const char *wrong = rule_list_add(list, targets, op, actions,
                                      config_option_where(cmd), cmd->pool);

    waf_global->is_used = 1;
    if (!wrong && list->added) {
        waf_idle_rule(cmd, list->added);
    }
    return told(cmd, wrong);
}

const char *waf_rule_action(cmd_parms *cmd, void *dir, const char *actions)
{
    return waf_rule_add(cmd, dir, NULL, NULL, actions);
}

const char *waf_rule_marker(cmd_parms *cmd, void *dir, const char *name)
{
    return told(cmd, rule_list_marker(list_of(cmd, dir), name, cmd->pool));
}

const char *waf_rule_default(cmd_parms *cmd, void *dir, const char *actions)
{
    return told(cmd, rule_list_default(list_of(cmd, dir), actions, cmd->pool));
}

const char *waf_rule_inheritance(cmd_parms *cmd, void *dir, int flag)
{
    waf_directives_settings(cmd, dir)->inherits = flag;
    return NULL;
}

/* ---- changes ---- */

static const char *check_room(cmd_parms *cmd, const rule_list_t *list)
{
    return list->changes >= HTACCESS_CHANGES_MAX
                   && ap_check_cmd_context(cmd, NOT_IN_HTACCESS)
               ? "there are more than 100 exceptions in this file"
               : NULL;
}

/* cmd->info: rule_change_by_e */
const char *waf_rule_remove(cmd_parms *cmd, void *dir, const char *which)
{
    rule_list_t *list = list_of(cmd, dir);
    const char *where = config_option_where(cmd);
    const char *wrong = check_room(cmd, list);

    if (wrong) {
        return told(cmd, wrong);
    }
    switch ((rule_change_by_e)(apr_size_t)cmd->info) {
    case CHANGE_BY_ID:
        return told(cmd, rule_list_remove_id(list, which, where, cmd->pool));
    case CHANGE_BY_TAG:
        return told(cmd, rule_list_remove_tag(list, which, where, cmd->pool));
    default:
        return told(cmd, rule_list_remove_msg(list, which, where, cmd->pool));
    }
}

/* Others would make rules of the administrator stricter or other than they
 * are. */
static const char *only_exceptions(cmd_parms *cmd, const rule_list_t *list)
{
    const rule_change_t *change =
        APR_ARRAY_IDX(list->items, list->items->nelts - 1, rule_item_t).change;
    int i;

    if (!ap_check_cmd_context(cmd, NOT_IN_HTACCESS)) {
        return NULL;
    }
    for (i = 0; i < change->target_count; i++) {
        if (!change->target[i].excludes) {
            return "in .htaccess files only targets with \"!\" may be added";
        }
    }
    return change->in_place_of ? "in .htaccess files no target is replaced"
                               : NULL;
}

const char *waf_rule_update_target(cmd_parms *cmd, void *dir, const char *which,
                                   const char *targets, const char *in_place_of)
{
    rule_list_t *list = list_of(cmd, dir);
    const char *wrong = check_room(cmd, list);

    if (!wrong) {
        wrong = rule_list_update_target(list,
                                        (rule_change_by_e)(apr_size_t)cmd->info,
                                        which, targets, in_place_of,
                                        config_option_where(cmd), cmd->pool);
    }
    if (!wrong) {
        wrong = only_exceptions(cmd, list);
    }
    return told(cmd, wrong);
}

const char *waf_rule_update_action(cmd_parms *cmd, void *dir, const char *which,
                                   const char *actions)
{
    return told(cmd,
                rule_list_update_action(list_of(cmd, dir), which, actions,
                                        config_option_where(cmd), cmd->pool));
}
