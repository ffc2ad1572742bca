/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_login.c: RProxyGuardLogin, as far as the head goes.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include "../guard_path.h"
#include "../guard_request.h"
#include "../login/login_account.h"

static int is_path(const char *path, const char *rule)
{
    return strchr(rule, '*') ? ap_strcmp_match(path, rule) == 0
                             : strncmp(path, rule, strlen(rule)) == 0;
}

static int is_method(const char *method, const char *const *methods)
{
    while (*methods && strcmp(method, *methods) != 0) {
        methods++;
    }
    return *methods != NULL;
}

/* The first that is for this request. */
static const login_rule_t *rule_of(request_rec *r,
                                   const guard_settings_t *settings,
                                   guard_mode_e *mode)
{
    int i;

    for (i = 0; settings->logins && i < settings->logins->nelts; i++) {
        const login_rule_t *rule =
            APR_ARRAY_IDX(settings->logins, i, login_rule_t *);

        *mode = guard_mode_of(rule->mode, settings->mode);
        if (*mode != GUARD_OFF && is_method(r->method, rule->methods)
            && is_path(guard_path(r), rule->path)) {
            return rule;
        }
    }
    return NULL;
}

/* Its path is that of all the application: only the body tells logins. */
static int is_for_all(const login_rule_t *rule)
{
    return rule->kind == LOGIN_JOOMLA || rule->kind == LOGIN_PHPMYADMIN;
}

guard_verdict_t check_login(request_rec *r, const guard_settings_t *settings)
{
    guard_request_t *known = guard_request_of(r);
    guard_verdict_t verdict = { 0 };
    guard_mode_e mode;
    const login_rule_t *rule;
    login_request_t *login;

    rule = known->login ? NULL : rule_of(r, settings, &mode);
    if (!rule) {
        return verdict;
    }
    login = apr_pcalloc(r->pool, sizeof(*login));
    login->r = r;
    login->rule = rule;
    login->mode = mode;
    login_account_begin(login);
    known->login = login;
    if (rule->kind == LOGIN_XMLRPC) {
        apr_table_unset(r->headers_in, "Accept-Encoding"); /* to be read */
    }
    /* What goes on all the same is told of once, with its body. */
    return mode == GUARD_ON && rule->action.kind != GUARD_ACTION_CLASS
                   && !is_for_all(rule)
               ? login_account_look(login)
               : verdict;
}
