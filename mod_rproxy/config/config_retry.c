/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_retry.c: RProxyRetry, of requests and of an upstream.  Layer L2. */
#include "config_retry.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "../rproxy_config.h"
#include "config_option.h"
#include "config_upstream.h"

void config_retry_unset(retry_rules_t *rules)
{
    const retry_rules_t unset = {
        .tries = -1, .on = -1, .member = -1, .replay_limit = -1
    };

    *rules = unset;
}

retry_rules_t config_retry_of(const retry_rules_t *first,
                              const retry_rules_t *second)
{
    retry_rules_t rules = *first;

    if (rules.tries == -1) {
        rules.tries = second->tries;
    }
    if (rules.on == -1) {
        rules.on = second->on;
        rules.statuses = second->statuses;
    }
    if (rules.member == -1) {
        rules.member = second->member;
    }
    if (rules.replay_limit == -1) {
        rules.replay_limit = second->replay_limit;
    }
    return rules;
}

/* ---- on= ---- */

static const char *add_status(cmd_parms *cmd, const char *word,
                              status_set_t *statuses)
{
    int status = atoi(word);

    if (strlen(word) != 3 || strspn(word, "0123456789") != 3
        || status < STATUS_SET_FIRST || status > STATUS_SET_LAST) {
        return config_option_expected(cmd, word, "a status from 400 to 599");
    }
    status_set_add(statuses, status);
    return NULL;
}

/* One word; *bits get the failures it stands for. */
static const char *add_reason(cmd_parms *cmd, const char *word, int *bits,
                              status_set_t *statuses)
{
    static const char *const words[] = { "connect", "reset", "timeout",
                                         "invalid", "5xx",   "none",
                                         NULL };
    static const int values[] = { 1 << FAILED_CONNECT, 1 << FAILED_RESET,
                                  1 << FAILED_TIMEOUT, 1 << FAILED_INVALID,
                                  1 << FAILED_STATUS,  0 };
    int found = config_option_find(words, word), status;

    if (apr_isdigit(*word) && found < 0) {
        *bits |= 1 << FAILED_STATUS;
        return add_status(cmd, word, statuses);
    }
    if (found < 0) {
        return config_option_unknown(cmd, "reason in on=", word, words);
    }
    *bits |= values[found];
    for (status = 502; values[found] == 1 << FAILED_STATUS && status <= 504;
         status++) {
        status_set_add(statuses, status);
    }
    return NULL;
}

/* "connect,reset,5xx,429" or "none" */
static const char *set_on(cmd_parms *cmd, const char *list,
                          retry_rules_t *rules)
{
    status_set_t *statuses = apr_pcalloc(cmd->pool, sizeof(*statuses));
    const char *error;
    int bits = 0;

    do {
        error = add_reason(cmd, ap_getword(cmd->temp_pool, &list, ','), &bits,
                           statuses);
    } while (!error && *list);
    if (!error) {
        rules->on = bits;
        rules->statuses = statuses;
    }
    return error;
}

/* ---- the other keys ---- */

static const char *set_member(cmd_parms *cmd, const char *value,
                              retry_rules_t *rules)
{
    static const char *const words[] = { "any", "other", "same", NULL };
    int found = config_option_find(words, value);

    if (found < 0) {
        return config_option_expected(cmd, value, "any, other or same");
    }
    rules->member = found;
    return NULL;
}

/* budget= belongs to an upstream, not to a request. */
static const char *set_budget(cmd_parms *cmd, const char *value)
{
    static const option_t option = { "budget", OPTION_INT, 0, 0, 100 };
    upstream_t *upstream = config_upstream_around(cmd);
    char *number = apr_pstrdup(cmd->temp_pool, value);
    apr_size_t len = strlen(number);

    if (len > 1 && number[len - 1] == '%') {
        number[len - 1] = '\0';
    }
    if (upstream) {
        return config_option_value(cmd, &option,
                                   &upstream->retry_budget_percent, number);
    }
    if (ap_check_cmd_context(cmd, GLOBAL_ONLY)) {
        return "RProxyRetry: budget= counts all requests of an upstream: "
               "expected in the main server configuration or in "
               "<RProxyUpstream>";
    }
    return config_option_value(cmd, &option,
                               &rproxy_global->retry_budget_percent, number);
}

static const char *set_key(cmd_parms *cmd, const char *argument,
                           retry_rules_t *rules)
{
    /* What the other setters do is here for the list of known keys. */
    static const option_t options[] = {
        { "tries", OPTION_INT, offsetof(retry_rules_t, tries), 1, 100 },
        { "on", OPTION_INT, 0, 0, 0 },
        { "member", OPTION_INT, 0, 0, 0 },
        { "budget", OPTION_INT, 0, 0, 100 },
        { "replay", OPTION_SIZE, offsetof(retry_rules_t, replay_limit), 0,
          1073741824 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };

    if (strncmp(argument, "budget=", 7) == 0) {
        return set_budget(cmd, argument + 7);
    }
    if (strncmp(argument, "on=", 3) == 0) {
        return set_on(cmd, argument + 3, rules);
    }
    if (strncmp(argument, "member=", 7) == 0) {
        return set_member(cmd, argument + 7, rules);
    }
    return config_option_set(cmd, options, rules, argument);
}

const char *config_retry(cmd_parms *cmd, void *dir, int argc,
                         char *const argv[])
{
    upstream_t *upstream = config_upstream_around(cmd);
    settings_t *settings = dir;
    retry_rules_t *rules = upstream ? &upstream->retry : &settings->retry;
    const char *error = argc ? NULL
                             : "RProxyRetry: expected tries=, on=, member=, "
                               "budget= or replay=";
    int i;

    for (i = 0; i < argc && !error; i++) {
        error = set_key(cmd, argv[i], rules);
    }
    return error;
}
