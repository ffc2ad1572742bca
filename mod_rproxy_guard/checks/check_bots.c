/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_bots.c: RProxyGuardBot.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include <apr_strings.h>

static const bots_rule_t *rule_of(const guard_settings_t *settings,
                                  bot_class_e class)
{
    static const bots_rule_t usual_of_fakes = { .action = {
                                                    GUARD_ACTION_LOG } };
    const bots_rule_t *rule = settings->bot[class];

    return !rule && class == BOT_FAKE ? &usual_of_fakes : rule;
}

static guard_mode_e mode_of(const guard_action_t *action, guard_mode_e general)
{
    switch (action->kind) {
    case GUARD_ACTION_UNSET: /* it says something else */
    case GUARD_ACTION_OFF:
        return GUARD_OFF;
    case GUARD_ACTION_LOG:
        return GUARD_DETECT;
    default:
        return guard_mode_of(GUARD_ON, general);
    }
}

guard_verdict_t check_bots(request_rec *r, const guard_settings_t *settings,
                           const guard_settings_t *before)
{
    guard_verdict_t verdict = { 0 };
    bot_class_e class = bots_class_of(r);
    const bots_rule_t *rule =
        class == BOT_CLASS_COUNT ? NULL : rule_of(settings, class);
    guard_mode_e mode;

    if (!rule || (before && rule_of(before, class) == rule)) {
        return verdict;
    }
    if (rule->stale_only && settings->mode == GUARD_ON) {
        apr_table_setn(r->notes, RPROXY_NOTE_SPARE, "1");
    }
    else {
        apr_table_unset(r->notes, RPROXY_NOTE_SPARE); /* of the host's rule */
    }
    mode = mode_of(&rule->action, settings->mode);
    if (mode != GUARD_OFF) {
        verdict.status =
            rule->action.status ? rule->action.status : HTTP_FORBIDDEN;
        verdict.action = &rule->action;
        verdict.log_only = mode == GUARD_DETECT;
        verdict.rule =
            apr_pstrcat(r->pool, "bot-", bot_class_name(class), NULL);
        verdict.why = bot_class_text(class);
        verdict.where = rule->where;
    }
    return verdict;
}
