/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* flood_directives.c: RProxyGuardConnections, RProxyGuardAttack.  Layer L2. */
#include "guard_private.h"
#include "flood_directives.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "../attack/attack.h"
#include "../floods/connections.h"
#include "config/config_option.h"
#include "guard_config.h"

enum {
    KEYS_DEFAULT = 65536,
    CONNECTIONS_LIMIT = 65535
};

/* What is set as in other directives. */
typedef struct {
    int address, network, keys, burst;
} numbers_t;

static const char *set_except(cmd_parms *cmd, guard_connections_t *conf,
                              const char *names)
{
    if (!conf->except) {
        conf->except = apr_array_make(cmd->pool, 2, sizeof(named_list_t *));
    }
    while (*names) {
        const char *name = ap_getword(cmd->pool, &names, ',');

        if (!*name) {
            return config_option_expected(cmd, "except=",
                                          "names of RProxyGuardList");
        }
        APR_ARRAY_PUSH(conf->except, named_list_t *) =
            guard_list_named(cmd, name);
    }
    return NULL;
}

static const char *set_action(cmd_parms *cmd, guard_connections_t *conf,
                              const char *word)
{
    if (!rule_action_parse(&conf->action, word)
        || (conf->action.kind != GUARD_ACTION_OFF
            && conf->action.kind != GUARD_ACTION_LOG
            && conf->action.kind != GUARD_ACTION_REFUSE)
        || conf->action.status) {
        return config_option_expected(cmd, word, "off, log or refuse");
    }
    return NULL;
}

/* As many at once as in the whole time: a page that is left resets all that it
 * still waits for. */
static const char *set_resets(cmd_parms *cmd, guard_connections_t *conf,
                              const char *value)
{
    const char *error = limit_option_rate(cmd, value, &conf->resets);

    conf->resets.burst = conf->resets.count < RATE_BURST_MAX
                             ? (uint32_t)conf->resets.count
                             : RATE_BURST_MAX;
    return error;
}

static const char *set_number(cmd_parms *cmd, guard_connections_t *conf,
                              const char *argument)
{
    /* clang-format off */
    static const option_t options[] = {
        { "address", OPTION_INT, offsetof(numbers_t, address), 1,
          CONNECTIONS_LIMIT },
        { "network", OPTION_INT, offsetof(numbers_t, network), 1,
          CONNECTIONS_LIMIT },
        { "keys", OPTION_INT, offsetof(numbers_t, keys), 8, 100000000 },
        { "burst", OPTION_INT, offsetof(numbers_t, burst), 0, RATE_BURST_MAX },
        { NULL, OPTION_INT, 0, 0, 0 }
    };
    /* clang-format on */
    numbers_t numbers = { conf->address, conf->network, conf->keys,
                          (int)conf->rate.burst };
    const char *error = config_option_set(cmd, options, &numbers, argument);

    conf->address = numbers.address;
    conf->network = numbers.network;
    conf->keys = numbers.keys;
    conf->rate.burst = (uint32_t)numbers.burst;
    return error;
}

static const char *set_argument(cmd_parms *cmd, guard_connections_t *conf,
                                const char *argument)
{
    static const char *const keys[] = { "rate",   "except",  "action",
                                        "resets", "address", "network",
                                        "keys",   "burst",   NULL };
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    switch (config_option_find(keys, key)) {
    case 0:
        return limit_option_rate(cmd, value, &conf->rate);
    case 1:
        return set_except(cmd, conf, value);
    case 2:
        return set_action(cmd, conf, value);
    case 3:
        return set_resets(cmd, conf, value);
    case -1:
        return config_option_unknown(cmd, "key", key, keys);
    default:
        return set_number(cmd, conf, argument);
    }
}

const char *flood_set_connections(cmd_parms *cmd, void *dir, int argc,
                                  char *const argv[])
{
    guard_connections_t conf = { .keys = KEYS_DEFAULT };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    int i;

    for (i = 0; i < argc && !error; i++) {
        error = set_argument(cmd, &conf, argv[i]);
    }
    if (!error && !conf.address && !conf.network && !conf.rate.count
        && !conf.resets.count && conf.action.kind != GUARD_ACTION_OFF) {
        error = config_option_expected(cmd, "",
                                       "address=100, network=1000, "
                                       "rate=50/s or several of them");
    }
    if (!error && guard_global->connections.where) {
        error = apr_psprintf(cmd->pool, "%s: it stands at %s already",
                             cmd->cmd->name, guard_global->connections.where);
    }
    conf.where = config_option_where(cmd);
    guard_global->connections = conf;
    return error;
}

/* ---- RProxyGuardAttack ---- */

/* "20" or "20%" */
static const char *set_errors(cmd_parms *cmd, guard_attack_t *conf,
                              const char *value)
{
    char *end;
    apr_int64_t percent = apr_strtoi64(value, &end, 10);

    if (!apr_isdigit(*value) || percent < 1 || percent > 100
        || strcmp(end, *end == '%' ? "%" : "") != 0) {
        return config_option_expected(cmd, value, "1% to 100%");
    }
    conf->rules.bound[ATTACK_ERRORS] = percent;
    return NULL;
}

static const char *set_bound(cmd_parms *cmd, guard_attack_t *conf,
                             const char *argument)
{
    typedef struct {
        apr_interval_time_t lag, calm;
        int queue, requests, responses;
    } words_t;
    /* clang-format off */
    static const option_t options[] = {
        { "on-lag", OPTION_TIME, offsetof(words_t, lag), 0, 60 },
        { "on-queue", OPTION_INT, offsetof(words_t, queue), 1, 1000000 },
        { "on-requests", OPTION_INT, offsetof(words_t, requests), 1, 1000000 },
        { "calm", OPTION_TIME, offsetof(words_t, calm), 1, 86400 },
        { "responses", OPTION_INT, offsetof(words_t, responses), 1, 1000000 },
        { NULL, OPTION_INT, 0, 0, 0 }
    };
    /* clang-format on */
    attack_rules_t *rules = &conf->rules;
    words_t words = { rules->bound[ATTACK_LAG], rules->calm_us,
                      (int)rules->bound[ATTACK_QUEUE],
                      (int)rules->bound[ATTACK_REQUESTS], conf->responses };
    const char *error = config_option_set(cmd, options, &words, argument);

    rules->bound[ATTACK_LAG] = words.lag;
    rules->bound[ATTACK_QUEUE] = words.queue;
    rules->bound[ATTACK_REQUESTS] = words.requests;
    rules->calm_us = words.calm;
    conf->responses = words.responses;
    return error;
}

void flood_directives_default(guard_attack_t *conf)
{
    conf->rules.calm_us = apr_time_from_sec(60);
    conf->responses = 20;
}

const char *flood_set_attack(cmd_parms *cmd, void *dir, const char *argument)
{
    static const char *const keys[] = { "on-errors",   "on-lag", "on-queue",
                                        "on-requests", "calm",   "responses",
                                        NULL };
    guard_attack_t *conf = &guard_global->attack;
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY), *key, *value;

    if (error) {
        return error;
    }
    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    conf->where = config_option_where(cmd);
    switch (config_option_find(keys, key)) {
    case 0:
        return set_errors(cmd, conf, value);
    case -1:
        return config_option_unknown(cmd, "key", key, keys);
    default:
        return set_bound(cmd, conf, argument);
    }
}
