/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_directives.c: RProxyGuardBots, RProxyGuardBot, RProxyGuardChallenge.
 * Layer L2. */
#include "guard_private.h"
#include "guard_config.h"

#include <apr_strings.h>

#include "../bots/bot_dns.h"
#include "config/config_option.h"

/* ---- RProxyGuardBots ---- */

static const char *set_agents(cmd_parms *cmd, const char *path)
{
    const char *full = ap_server_root_relative(cmd->pool, path);

    if (!full) {
        return config_option_expected(cmd, path, "the path of a file");
    }
    guard_global->bots.agents = agent_list_create(cmd->pool, full);
    return NULL;
}

static const char *set_verify(cmd_parms *cmd, const char *word)
{
    static const char *const words[] = { "dns", "list", "off", NULL };
    int i = config_option_find(words, word);

    if (i < 0) {
        return config_option_unknown(cmd, "value of verify=", word, words);
    }
    if (i == BOTS_VERIFY_DNS && bot_dns_missing()) {
        return apr_psprintf(cmd->pool, "%s: verify=dns: %s", cmd->cmd->name,
                            bot_dns_missing());
    }
    guard_global->bots.verify = (bots_verify_e)i;
    return NULL;
}

static const char *set_servers(cmd_parms *cmd, const char *text)
{
    const char *wrong = bot_dns_check_servers(text);

    guard_global->bots.servers = text;
    return wrong ? apr_psprintf(cmd->pool,
                                "%s: servers=%s is wrong (%s): expected "
                                "addresses of DNS servers, 192.0.2.53 or "
                                "192.0.2.53:5353, with commas between",
                                cmd->cmd->name, text, wrong)
                 : NULL;
}

const char *bot_directives_file(cmd_parms *cmd, void *dir, const char *argument)
{
    static const char *const keys[] = { "agents", "verify", "servers", NULL };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    const char *key, *value;

    if (error) {
        return error;
    }
    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    switch (config_option_find(keys, key)) {
    case 0:
        return set_agents(cmd, value);
    case 1:
        return set_verify(cmd, value);
    case 2:
        return set_servers(cmd, value);
    default:
        return config_option_unknown(cmd, "key", key, keys);
    }
}

/* ---- RProxyGuardBot ---- */

static const char *set_rule(cmd_parms *cmd, bots_rule_t *rule,
                            const char *argument)
{
    static const char *const keys[] = { "action", "when-busy", NULL };
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    switch (config_option_find(keys, key)) {
    case 0:
        return rule_action_parse(&rule->action, value)
                   ? NULL
                   : config_option_expected(cmd, value, GUARD_ACTION_EXPECTED);
    case 1:
        rule->stale_only = strcmp(value, "stale") == 0;
        return rule->stale_only || strcmp(value, "wait") == 0
                   ? NULL
                   : config_option_expected(cmd, value, "stale or wait");
    default:
        return config_option_unknown(cmd, "key", key, keys);
    }
}

const char *bot_directives_rule(cmd_parms *cmd, void *dir, int argc,
                                char *const argv[])
{
    static const char *const names[] = {
#define X(id, name, text) name,
        BOT_CLASSES(X)
#undef X
            NULL
    };
    guard_settings_t *settings = dir;
    bots_rule_t *rule = apr_pcalloc(cmd->pool, sizeof(*rule));
    const char *error = NULL;
    int i, class = argc ? config_option_find(names, argv[0]) : -1;

    if (class < 0) {
        return config_option_unknown(cmd, "class", argc ? argv[0] : "", names);
    }
    if (argc == 1) {
        return config_option_expected(cmd, argv[0],
                                      "action= or when-busy= behind the class");
    }
    for (i = 1; i < argc && !error; i++) {
        error = set_rule(cmd, rule, apr_pstrdup(cmd->pool, argv[i]));
    }
    rule->where = config_option_where(cmd);
    settings->bot[class] = rule;
    return error;
}

/* ---- RProxyGuardChallenge ---- */

const char *bot_directives_challenge(cmd_parms *cmd, void *dir,
                                     const char *argument)
{
    static const option_t options[] = {
        { "difficulty", OPTION_INT, offsetof(challenge_config_t, difficulty), 1,
          GUARD_ACTION_DIFFICULTY_MAX },
        { "time", OPTION_TIME, offsetof(challenge_config_t, time), 10,
          30 * 86400 },
        { NULL, OPTION_INT, 0, 0, 0 }
    };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    return error ? error
                 : config_option_set(cmd, options, &guard_global->challenge,
                                     argument);
}
