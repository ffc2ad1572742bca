/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_route_key.c: conditions, prefix, stickiness and switches of a route.
 * Layer L2. */
#include "config_route_key.h"

#include <apr_strings.h>

#include "../rproxy_private.h"
#include "config_option.h"

typedef const char *route_key_fn(cmd_parms *cmd, route_t *route,
                                 const char *argument, const char *value);

static const char *add_condition(cmd_parms *cmd, route_t *route,
                                 const char *argument, const char *value)
{
    condition_t *condition = apr_array_push(route->conditions);
    char *error = apr_palloc(cmd->pool, CONDITION_ERROR_ROOM);
    const char *wrong = condition_parse(slice_str(argument), condition, error,
                                        CONDITION_ERROR_ROOM);

    (void)value;
    return wrong ? apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", wrong, NULL)
                 : NULL;
}

static const char *set_expr(cmd_parms *cmd, route_t *route,
                            const char *argument, const char *value)
{
    const char *wrong = NULL;

    route->expr =
        ap_expr_parse_cmd(cmd, value, AP_EXPR_FLAG_DONT_VARY, &wrong, NULL);
    return wrong ? apr_psprintf(cmd->pool,
                                "%s: '%s' is no expression (%s): expected one "
                                "like \"expr=%%{HTTP_HOST} == 'a.example'\"",
                                cmd->cmd->name, argument, wrong)
                 : NULL;
}

static const char *set_sticky(cmd_parms *cmd, route_t *route,
                              const char *argument, const char *value)
{
    const char *name = strchr(value, ':');

    if (strcmp(value, "address") != 0
        && !((strncmp(value, "cookie:", 7) == 0
              || strncmp(value, "header:", 7) == 0)
             && h1_is_token(slice_str(name + 1)))) {
        return config_option_expected(cmd, argument,
                                      "sticky=address, sticky=cookie:NAME or "
                                      "sticky=header:NAME");
    }
    route->sticky = value;
    return NULL;
}

static const char *set_prefix(cmd_parms *cmd, route_t *route,
                              const char *argument, const char *value)
{
    static const char *const words[] = { "keep", "strip", "replace", NULL };
    static const prefix_e values[] = { PREFIX_KEEP, PREFIX_STRIP,
                                       PREFIX_REPLACE };
    int found = config_option_find(words, value);

    if (found < 0) {
        return config_option_expected(cmd, argument,
                                      "prefix=keep, strip or replace");
    }
    route->prefix = values[found];
    route->prefix_given = 1;
    return NULL;
}

static const char *set_files(cmd_parms *cmd, route_t *route,
                             const char *argument, const char *value)
{
    if (strcmp(value, "first") != 0) {
        return config_option_expected(cmd, argument, "files=first");
    }
    route->files_first = 1;
    return NULL;
}

static const char *set_maintenance(cmd_parms *cmd, route_t *route,
                                   const char *argument, const char *value)
{
    (void)argument;
    return config_option_flag(cmd, value, &route->maintenance);
}

static const char *const key_names[] = {
    "method", "header", "cookie", "query",       "expr",
    "sticky", "prefix", "files",  "maintenance", NULL,
};

static route_key_fn *const key_setters[] = {
    add_condition, add_condition, add_condition, add_condition,   set_expr,
    set_sticky,    set_prefix,    set_files,     set_maintenance,
};

static const char *parse_key(cmd_parms *cmd, route_t *route,
                             const char *argument)
{
    const char *key, *value;
    int found, negated = argument[0] == '!';

    if (!config_option_split(cmd->pool, argument + negated, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    found = config_option_find(key_names, key);
    if (found < 0) {
        return config_option_unknown(cmd, "key", key, key_names);
    }
    if (negated && key_setters[found] != add_condition) {
        return config_option_expected(cmd, argument,
                                      "! only before method=, header=, cookie= "
                                      "or query=");
    }
    return key_setters[found](cmd, route, argument, value);
}

/* A target with a path replaces the prefix, one without keeps it, unless the
 * route says otherwise. */
static const char *settle_prefix(cmd_parms *cmd, route_t *route)
{
    int i, with_path = 0;

    for (i = 0; i < route->targets->nelts; i++) {
        with_path +=
            APR_ARRAY_IDX(route->targets, i, route_target_t).path[0] != '\0';
    }
    if (route->prefix_given) {
        if (route->prefix == PREFIX_REPLACE
            && with_path < route->targets->nelts) {
            return apr_psprintf(cmd->pool,
                                "%s: prefix=replace, but the target has no "
                                "path: expected a target like "
                                "http://host/path, or prefix=strip",
                                cmd->cmd->name);
        }
        return NULL;
    }
    if (with_path > 0 && with_path < route->targets->nelts) {
        return apr_psprintf(cmd->pool,
                            "%s: some targets have a path and "
                            "others have none: expected prefix=keep or "
                            "prefix=strip to say what is meant",
                            cmd->cmd->name);
    }
    route->prefix = with_path > 0 ? PREFIX_REPLACE : PREFIX_KEEP;
    return NULL;
}

const char *config_route_key_parse(cmd_parms *cmd, int argc, char *const argv[],
                                   route_t *route)
{
    const char *error = NULL;
    int i;

    for (i = 0; i < argc && !error; i++) {
        error = parse_key(cmd, route, argv[i]);
    }
    if (!error && route->sticky && route->targets->nelts < 2) {
        error = apr_psprintf(cmd->pool,
                             "%s: sticky=%s has one target to "
                             "choose from: expected several, like blue 90%% "
                             "green 10%%",
                             cmd->cmd->name, route->sticky);
    }
    return error ? error : settle_prefix(cmd, route);
}
