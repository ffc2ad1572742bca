/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_option.c: "rate=5/min burst=10 key=ip ...".  Layer L2. */
#include "guard_private.h"
#include "guard_config.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "config/config_option.h"

enum {
    KEYS_DEFAULT = 65536,
    KEY_PARTS_MAX = 4,
    METHODS_MAX = 16
};

/* What is set as in other directives. */
typedef struct {
    int keys, status, cost, concurrent;
    apr_off_t burst, bandwidth;
} words_t;

guard_limit_t *limit_option_create(cmd_parms *cmd, const char *name)
{
    guard_limit_t *limit = apr_pcalloc(cmd->pool, sizeof(*limit));

    limit->name = name;
    limit->where = config_option_where(cmd);
    limit->status = HTTP_TOO_MANY_REQUESTS;
    limit->cost = 1;
    limit->place.sets = limit_table_sets(KEYS_DEFAULT);
    return limit;
}

/* ---- rate=NUMBER/TIME ---- */

static const struct {
    const char *word;
    uint64_t us;
} units[] = { { "s", 1000000 },       { "sec", 1000000 },
              { "second", 1000000 },  { "min", 60000000 },
              { "minute", 60000000 }, { "h", 3600000000 },
              { "hour", 3600000000 }, { "d", 86400000000 },
              { "day", 86400000000 } };

/* A unit, or a time as in other directives: 10s. */
static int read_period(const char *text, uint64_t *us)
{
    apr_interval_time_t time;
    size_t i;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(units[i].word, text) == 0) {
            *us = units[i].us;
            return 1;
        }
    }
    if (!apr_isdigit(*text)
        || ap_timeout_parameter_parse(text, &time, "s") != APR_SUCCESS
        || time <= 0 || time > apr_time_from_sec(OPTION_YEAR_S)) {
        return 0;
    }
    *us = (uint64_t)time;
    return 1;
}

const char *limit_option_rate(cmd_parms *cmd, const char *text,
                              rate_rule_t *rate)
{
    char *end;
    apr_int64_t count = apr_strtoi64(text, &end, 10);

    if (!apr_isdigit(*text) || count < 1 || count > 1000000000 || *end != '/'
        || !read_period(end + 1, &rate->period_us)) {
        return config_option_expected(
            cmd, apr_pstrcat(cmd->pool, "rate=", text, NULL),
            "a number of requests and a time: 5/min, 100/s, 1000/day, 3/10s");
    }
    rate->count = (uint64_t)count;
    return NULL;
}

static const char *set_rate(cmd_parms *cmd, guard_limit_t *limit,
                            const char *text)
{
    limit->rate_text = text;
    return limit_option_rate(cmd, text, &limit->rate);
}

/* ---- key=PART+PART ---- */

static const struct {
    const char *word;
    key_kind_e kind;
    int has_name;
} key_words[] = {
    { "ip", KEY_ADDRESS, 0 },      { "address", KEY_ADDRESS, 0 },
    { "network", KEY_NETWORK, 0 }, { "header:", KEY_HEADER, 1 },
    { "cookie:", KEY_COOKIE, 1 },  { "user", KEY_USER, 0 },
    { "label", KEY_LABEL, 0 },     { "host", KEY_HOST, 0 },
    { "path", KEY_PATH, 0 },       { "expr:", KEY_EXPR, 1 },
    { "all", KEY_ALL, 0 },
};

static const char *set_key_part(cmd_parms *cmd, key_part_t *part,
                                const char *word)
{
    const char *wrong = NULL;
    size_t i;

    for (i = 0; i < sizeof(key_words) / sizeof(key_words[0]); i++) {
        size_t len = strlen(key_words[i].word);

        if (key_words[i].has_name
                ? strncmp(word, key_words[i].word, len) == 0 && word[len]
                : strcmp(word, key_words[i].word) == 0) {
            part->kind = key_words[i].kind;
            part->name = word + len;
            if (part->kind == KEY_EXPR) {
                part->expr =
                    ap_expr_parse_cmd(cmd, part->name,
                                      AP_EXPR_FLAG_STRING_RESULT, &wrong, NULL);
            }
            return wrong ? apr_psprintf(cmd->pool, "%s: key=expr:%s: %s",
                                        cmd->cmd->name, part->name, wrong)
                         : NULL;
        }
    }
    return config_option_expected(cmd,
                                  apr_pstrcat(cmd->pool, "key=", word, NULL),
                                  "ip, network, header:NAME, cookie:NAME, "
                                  "user, label, host, path, expr:TEXT or "
                                  "all, or several with + between them");
}

static const char *set_key(cmd_parms *cmd, guard_limit_t *limit,
                           const char *text)
{
    key_part_t *parts = apr_pcalloc(cmd->pool, sizeof(*parts) * KEY_PARTS_MAX);
    const char *wrong = NULL;

    limit->key = parts;
    if (strncmp(text, "expr:", 5) == 0) { /* it may have any character */
        limit->key_count = 1;
        return set_key_part(cmd, parts, text);
    }
    while (*text && !wrong) {
        const char *word = ap_getword(cmd->pool, &text, '+');

        if (limit->key_count == KEY_PARTS_MAX) {
            return config_option_expected(cmd, word, "four parts at most");
        }
        wrong = set_key_part(cmd, &parts[limit->key_count++], word);
    }
    return wrong;
}

/* ---- the others ---- */

static const char *set_methods(cmd_parms *cmd, guard_limit_t *limit,
                               const char *text)
{
    const char **methods =
        apr_pcalloc(cmd->pool, sizeof(*methods) * (METHODS_MAX + 1));
    int n = 0;

    while (*text && n < METHODS_MAX) {
        methods[n++] = ap_getword(cmd->pool, &text, ',');
    }
    limit->methods = methods;
    return n ? NULL
             : config_option_expected(cmd, "methods=", "GET,POST and the like");
}

static const char *set_expr(cmd_parms *cmd, guard_limit_t *limit,
                            const char *text)
{
    const char *wrong = NULL;

    limit->expr = ap_expr_parse_cmd(cmd, text, 0, &wrong, NULL);
    return wrong ? apr_psprintf(cmd->pool, "%s: expr=%s: %s", cmd->cmd->name,
                                text, wrong)
                 : NULL;
}

static const char *set_action(cmd_parms *cmd, guard_limit_t *limit,
                              const char *text)
{
    if (!rule_action_parse(&limit->action, text)) {
        return config_option_expected(cmd,
                                      apr_pstrcat(cmd->pool, "action=", text,
                                                  NULL),
                                      GUARD_ACTION_EXPECTED);
    }
    limit->mode = limit->action.kind == GUARD_ACTION_OFF   ? GUARD_OFF
                  : limit->action.kind == GUARD_ACTION_LOG ? GUARD_DETECT
                                                           : GUARD_ON;
    if (limit->action.status) {
        limit->status = limit->action.status;
    }
    return NULL;
}

static const char *set_class(cmd_parms *cmd, guard_limit_t *limit,
                             const char *text)
{
    limit->class = text;
    return *text ? NULL
                 : config_option_expected(cmd, "class=", "the name of a class");
}

static const char *set_missing(cmd_parms *cmd, guard_limit_t *limit,
                               const char *text)
{
    static const char *const words[] = { "skip", "share", "refuse", NULL };
    int i = config_option_find(words, text);

    if (i < 0) {
        return config_option_unknown(cmd, "value of missing=", text, words);
    }
    limit->missing = (missing_e)i;
    return NULL;
}

static const char *set_mode(cmd_parms *cmd, guard_limit_t *limit,
                            const char *text)
{
    static const char *const words[] = { "always", "attack", NULL };
    int i = config_option_find(words, text);

    if (i < 0) {
        return config_option_unknown(cmd, "mode", text, words);
    }
    limit->in_attack = i;
    return NULL;
}

static const char *set_shared(cmd_parms *cmd, guard_limit_t *limit,
                              const char *text)
{
    static const char *const words[] = { "off", "redis", NULL };
    int i = config_option_find(words, text);

    if (i < 0) {
        return config_option_unknown(cmd, "value of shared=", text, words);
    }
    limit->shared = i;
    return NULL;
}

static const char *set_list(cmd_parms *cmd, guard_limit_t *limit,
                            const char *text)
{
    limit->list = guard_list_named(cmd, text);
    return NULL;
}

static const char *set_not_list(cmd_parms *cmd, guard_limit_t *limit,
                                const char *text)
{
    limit->not_list = guard_list_named(cmd, text);
    return NULL;
}

static const char *set_path(cmd_parms *cmd, guard_limit_t *limit,
                            const char *text)
{
    limit->path = text;
    return *text == '/'
               ? NULL
               : config_option_expected(cmd, text, "a path that begins with /");
}

/* clang-format off */
static const option_t numbers[] = {
    { "burst", OPTION_SIZE, offsetof(words_t, burst), 0, 1 << 30 },
    { "keys", OPTION_INT, offsetof(words_t, keys), 8, 100000000 },
    { "status", OPTION_INT, offsetof(words_t, status), 400, 599 },
    { "cost", OPTION_INT, offsetof(words_t, cost), 1, RATE_COST_MAX },
    { "concurrent", OPTION_INT, offsetof(words_t, concurrent), 1, 60000 },
    { "bandwidth", OPTION_SIZE, offsetof(words_t, bandwidth), 1024,
      INT64_C(1) << 36 },
    { NULL, OPTION_INT, 0, 0, 0 }
};

static const struct {
    const char *key;
    const char *(*set)(cmd_parms *cmd, guard_limit_t *limit, const char *text);
} texts[] = {
    { "rate", set_rate },       { "key", set_key },
    { "methods", set_methods }, { "expr", set_expr },
    { "action", set_action },   { "missing", set_missing },
    { "path", set_path },       { "class", set_class },
    { "list", set_list },       { "not-list", set_not_list },
    { "mode", set_mode },       { "shared", set_shared },
};
/* clang-format on */

static const char *set_number(cmd_parms *cmd, guard_limit_t *limit,
                              const char *argument)
{
    words_t words = { .burst = (apr_off_t)limit->rate.burst,
                      .status = limit->status,
                      .cost = limit->cost,
                      .concurrent = limit->concurrent,
                      .bandwidth = limit->bandwidth };
    const char *wrong = config_option_set(cmd, numbers, &words, argument);

    limit->rate.burst = (uint32_t)words.burst;
    limit->status = words.status;
    limit->cost = words.cost;
    limit->concurrent = words.concurrent;
    limit->bandwidth = words.bandwidth;
    if (words.keys) {
        limit->keys = words.keys;
        limit->place.sets =
            limit_table_sets((uint64_t)words.keys + (uint64_t)words.keys / 2);
    }
    return wrong;
}

static int is_number(const char *key)
{
    int i;

    for (i = 0; numbers[i].key; i++) {
        if (strcmp(numbers[i].key, key) == 0) {
            return 1;
        }
    }
    return 0;
}

const char *limit_option_set(cmd_parms *cmd, guard_limit_t *limit,
                             const char *argument)
{
    static const char *const keys[] = {
        "rate",     "bandwidth", "concurrent", "burst", "key",
        "path",     "methods",   "expr",       "class", "action",
        "missing",  "keys",      "status",     "cost",  "list",
        "not-list", "mode",      "shared",     NULL
    };
    const char *key, *value;
    size_t i;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i].key, key) == 0) {
            return texts[i].set(cmd, limit, value);
        }
    }
    return is_number(key) ? set_number(cmd, limit, argument)
                          : config_option_unknown(cmd, "key", key, keys);
}
