/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_directives.c: RProxyGuardLogin.  Layer L2. */
#include "guard_private.h"
#include "login_directives.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "../login/login_rule.h"
#include "config/config_option.h"

enum {
    METHODS_MAX = 8,
    COUNT_MAX = 100000
};

/* A rule while its arguments are read. */
typedef struct {
    login_rule_t rule;
    const char *rate[ACCOUNTS]; /* NULL: off */
    const char *keys;
    int has_success, has_failure;
} words_t;

/* clang-format off */
static const char *const kinds[] = { "wordpress", "xmlrpc", "joomla", "drupal",
                                     "phpmyadmin", "form", NULL };

static const struct {
    const char *path, *user;
} usual[LOGIN_KINDS] = {
    { "/wp-login.php", "log" },
    { "/xmlrpc.php", "" },
    { "/administrator/", "username" },
    { "/user/login", "name" },
    { "/phpmyadmin/", "pma_username" },
    { NULL, NULL },
};

static const char *const usual_rate[ACCOUNTS] = {
    "10/15min", "60/h", "20/h", "10/15min", "1/720h"
};
/* clang-format on */

/* ---- kind, path, user, methods ---- */

static const char *set_kind(cmd_parms *cmd, words_t *w, const char *text)
{
    int i = config_option_find(kinds, text);

    if (i < 0) {
        return config_option_unknown(cmd, "kind", text, kinds);
    }
    w->rule.kind = (login_kind_e)i;
    return NULL;
}

static const char *set_path(cmd_parms *cmd, words_t *w, const char *text)
{
    w->rule.path = text;
    return *text == '/' || *text == '*'
               ? NULL
               : config_option_expected(cmd, text,
                                        "a path that begins with / (or with *, "
                                        "which stands for anything)");
}

static const char *set_user(cmd_parms *cmd, words_t *w, const char *text)
{
    w->rule.user = slice_str(text);
    return *text ? NULL
                 : config_option_expected(cmd, "user=",
                                          "the name of the form's field");
}

static const char *set_methods(cmd_parms *cmd, words_t *w, const char *text)
{
    const char **methods =
        apr_pcalloc(cmd->pool, sizeof(*methods) * (METHODS_MAX + 1));
    int n = 0;

    while (*text && n < METHODS_MAX) {
        methods[n++] = ap_getword(cmd->pool, &text, ',');
    }
    w->rule.methods = methods;
    return n ? NULL
             : config_option_expected(cmd, "methods=", "POST and the like");
}

static const char *set_action(cmd_parms *cmd, words_t *w, const char *text)
{
    if (!rule_action_parse(&w->rule.action, text)
        || w->rule.action.kind == GUARD_ACTION_DELAY) {
        return config_option_expected(
            cmd, apr_pstrcat(cmd->pool, "action=", text, NULL),
            "off, log, class:NAME, challenge, refuse, refuse:STATUS, ban or "
            "ban:TIME (10s, 5min, 1h, 7d)");
    }
    w->rule.mode = w->rule.action.kind == GUARD_ACTION_OFF   ? GUARD_OFF
                   : w->rule.action.kind == GUARD_ACTION_LOG ? GUARD_DETECT
                                                             : GUARD_ON;
    return NULL;
}

static const char *set_keys(cmd_parms *cmd, words_t *w, const char *text)
{
    w->keys = apr_pstrcat(cmd->pool, "keys=", text, NULL);
    return NULL;
}

/* ---- success=, failure= ---- */

static const char *set_status(login_sign_t *sign, const char *text)
{
    int i = 0;

    while (i < LOGIN_STATUSES_MAX && sign->status[i]) {
        i++;
    }
    if (i == LOGIN_STATUSES_MAX || strlen(text) != 3
        || strspn(text, "0123456789") != 3 || text[0] < '1' || text[0] > '5') {
        return "statuses, eight at most: status:302";
    }
    sign->status[i] = atoi(text);
    return NULL;
}

/* "status:302,status:303,location:/home*,cookie:session*" */
static const char *set_sign(cmd_parms *cmd, login_sign_t *sign, const char *key,
                            const char *text)
{
    const char *wrong = *text ? NULL : "";

    while (*text && !wrong) {
        const char *word = ap_getword(cmd->pool, &text, ',');

        if (strncmp(word, "status:", 7) == 0) {
            wrong = set_status(sign, word + 7);
        }
        else if (strncmp(word, "location:", 9) == 0 && word[9]) {
            sign->location = slice_str(word + 9);
        }
        else if (strncmp(word, "cookie:", 7) == 0 && word[7]) {
            sign->cookie = slice_str(word + 7);
        }
        else {
            wrong = "";
        }
    }
    return wrong ? config_option_expected(
               cmd, apr_pstrcat(cmd->pool, key, text, NULL),
               *wrong ? wrong
                      : "status:302, location:/home* and cookie:NAME, "
                        "with commas between them")
                 : NULL;
}

static const char *set_success(cmd_parms *cmd, words_t *w, const char *text)
{
    w->has_success = 1;
    return set_sign(cmd, &w->rule.signs.success[0], "success=", text);
}

static const char *set_failure(cmd_parms *cmd, words_t *w, const char *text)
{
    w->has_failure = 1;
    return set_sign(cmd, &w->rule.signs.failure[0], "failure=", text);
}

/* ---- accounts ---- */

static const char *set_rate(words_t *w, account_e account, const char *text)
{
    w->rate[account] = strcmp(text, "off") == 0 ? NULL : text;
    return NULL;
}

static const char *set_address(cmd_parms *cmd, words_t *w, const char *text)
{
    if (strcmp(text, "off") != 0) {
        w->rate[ACCOUNT_PAIR] = text;
    }
    return set_rate(w, ACCOUNT_ADDRESS, text);
}

static const char *set_network(cmd_parms *cmd, words_t *w, const char *text)
{
    return set_rate(w, ACCOUNT_NETWORK, text);
}

static const char *set_name(cmd_parms *cmd, words_t *w, const char *text)
{
    return set_rate(w, ACCOUNT_USER, text);
}

/* "10/hour": ten at once, and one more each six minutes. */
static const char *make_account(cmd_parms *cmd, const words_t *w,
                                account_e account, guard_limit_t **out)
{
    static const char *const names[ACCOUNTS] = { "address", "network", "user",
                                                 "pair", "known" };
    guard_limit_t *limit =
        limit_option_create(cmd, apr_pstrcat(cmd->pool, w->rule.name, "-",
                                             names[account], NULL));
    const char *rate = apr_pstrcat(cmd->pool, "rate=", w->rate[account], NULL);
    const char *wrong = limit_option_set(cmd, limit, rate);

    if (!wrong && limit->rate.count > COUNT_MAX) {
        wrong = config_option_expected(cmd, w->rate[account],
                                       "100000 wrong passwords at most");
    }
    if (!wrong) {
        limit->rate.burst = (uint32_t)limit->rate.count - 1;
        wrong = limit_option_set(cmd, limit,
                                 account == ACCOUNT_NETWORK ? "key=network"
                                                            : "key=ip");
    }
    if (!wrong && w->keys) {
        wrong = limit_option_set(cmd, limit, w->keys);
    }
    *out = limit;
    return wrong ? wrong : limit_finish(cmd, limit);
}

/* ---- the directive ---- */

/* clang-format off */
static const struct {
    const char *key;
    const char *(*set)(cmd_parms *cmd, words_t *w, const char *text);
} setters[] = {
    { "kind", set_kind },       { "path", set_path },
    { "user", set_user },       { "methods", set_methods },
    { "success", set_success }, { "failure", set_failure },
    { "address", set_address }, { "network", set_network },
    { "name", set_name },       { "action", set_action },
    { "keys", set_keys },
};
/* clang-format on */

#define SETTERS (sizeof(setters) / sizeof(setters[0]))

static const char *set_word(cmd_parms *cmd, words_t *w, const char *argument)
{
    const char *keys[SETTERS + 1] = { NULL };
    const char *key, *value;
    size_t i;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    for (i = 0; i < SETTERS; i++) {
        if (strcmp(setters[i].key, key) == 0) {
            return setters[i].set(cmd, w, value);
        }
        keys[i] = setters[i].key;
    }
    return config_option_unknown(cmd, "key", key, keys);
}

/* What the kind says where no argument did. */
static const char *complete(cmd_parms *cmd, words_t *w)
{
    static const char *const post[] = { "POST", NULL };
    static const char *const any[] = { "POST", "GET", NULL };
    login_rule_t *rule = &w->rule;

    if (rule->kind == LOGIN_FORM
        && (!rule->path || !rule->user.len
            || (!w->has_success && !w->has_failure))) {
        return apr_psprintf(cmd->pool,
                            "%s %s: kind=form needs path=, user= and success= "
                            "or failure=: path=/login user=email "
                            "success=status:302,cookie:session",
                            cmd->cmd->name, rule->name);
    }
    if (rule->kind != LOGIN_FORM && (w->has_success || w->has_failure)) {
        return apr_psprintf(cmd->pool,
                            "%s %s: success= and failure= are for kind=form; "
                            "kind=%s knows its own",
                            cmd->cmd->name, rule->name, kinds[rule->kind]);
    }
    if (rule->kind != LOGIN_FORM) {
        rule->signs = *login_outcome_signs(rule->kind);
    }
    rule->path = rule->path ? rule->path : usual[rule->kind].path;
    if (!rule->user.len) {
        rule->user = slice_str(usual[rule->kind].user);
    }
    if (!rule->methods) {
        rule->methods = rule->kind == LOGIN_PHPMYADMIN ? any : post;
    }
    return NULL;
}

const char *login_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[])
{
    guard_settings_t *settings = dir;
    words_t w = { .rule = { .kind = LOGIN_KINDS } };
    const char *error = NULL;
    login_rule_t *rule;
    int i;

    if (argc < 2) {
        return config_option_expected(cmd, argc ? argv[0] : "",
                                      "a name and kind=: admin kind=wordpress");
    }
    w.rule.name = apr_pstrdup(cmd->pool, argv[0]);
    w.rule.where = config_option_where(cmd);
    memcpy(w.rate, usual_rate, sizeof(w.rate));
    for (i = 1; i < argc && !error; i++) {
        error = set_word(cmd, &w, argv[i]);
    }
    if (!error && w.rule.kind == LOGIN_KINDS) {
        error = apr_psprintf(cmd->pool,
                             "%s %s: kind= is missing: kind=wordpress, xmlrpc, "
                             "joomla, drupal, phpmyadmin or form",
                             cmd->cmd->name, w.rule.name);
    }
    if (!error) {
        error = complete(cmd, &w);
    }
    for (i = 0; i < ACCOUNTS && !error; i++) {
        if (w.rate[i]) {
            error = make_account(cmd, &w, (account_e)i, &w.rule.account[i]);
        }
    }
    if (error) {
        return error;
    }
    rule = apr_pmemdup(cmd->pool, &w.rule, sizeof(*rule));
    if (!settings->logins) {
        settings->logins = apr_array_make(cmd->pool, 2, sizeof(login_rule_t *));
    }
    APR_ARRAY_PUSH(settings->logins, login_rule_t *) = rule;
    APR_ARRAY_PUSH(guard_global->logins, login_rule_t *) = rule;
    return NULL;
}
