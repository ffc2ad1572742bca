/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_route.c: reads the arguments of a route: path or pattern, targets
 * (config_target.h), then keys (config_route_key.h).  Layer L2.  Nothing is
 * looked up yet; routes enter the lists of their virtual host and of the
 * server here. */
#include "config_route.h"

#include <apr_strings.h>

#include "../routing/path_normalize.h"
#include "../rproxy_config.h"
#include "config_option.h"
#include "config_route_key.h"
#include "config_target.h"

static route_t *new_route(cmd_parms *cmd)
{
    route_t *route = apr_pcalloc(cmd->pool, sizeof(*route));

    route->targets = apr_array_make(cmd->pool, 1, sizeof(route_target_t));
    route->conditions = apr_array_make(cmd->pool, 1, sizeof(condition_t));
    route->maintenance = -1;
    route->defined_at = config_option_where(cmd);
    return route;
}

/* Targets and keys, all that follows path or pattern. */
static const char *parse_arguments(cmd_parms *cmd, int argc, char *const argv[],
                                   route_t *route)
{
    int used = 0;
    const char *error = config_target_parse(cmd, argc, argv, route, &used);

    return error ? error
                 : config_route_key_parse(cmd, argc - used, argv + used, route);
}

/* Enters the route into the list of all; its id is its position there. */
static void number_route(route_t *route)
{
    route->id = rproxy_global->route_list->nelts;
    APR_ARRAY_PUSH(rproxy_global->route_list, route_t *) = route;
}

/* Spells the path as those of requests are spelled when they are matched. */
static const char *set_path(cmd_parms *cmd, route_t *route, const char *path)
{
    slice_t given = slice_str(path), encoded, normal;
    size_t room = PATH_ENCODE_ROOM(given.len) + 1;
    char *out = apr_palloc(cmd->pool, room);
    path_e result = path_encode(given, out, room, &encoded);

    if (result == PATH_OK) {
        result = path_normalize(encoded, PATH_ALLOW_ESCAPED_SLASH, out, room,
                                &normal);
    }
    if (result != PATH_OK) {
        return apr_psprintf(cmd->pool,
                            "%s: '%s' is no path (%s): expected "
                            "one like /app, or =/app for that path alone",
                            cmd->cmd->name, path, path_result_text(result));
    }
    route->path = apr_pstrmemdup(cmd->pool, normal.p, normal.len);
    return NULL;
}

/* RProxyPass path target ... of a virtual host. */
static const char *pass_of_server(cmd_parms *cmd, int argc, char *const argv[])
{
    server_conf_t *conf = rproxy_server_conf(cmd->server);
    route_t *route = new_route(cmd);
    const char *error;

    if (argc < 2) {
        return "RProxyPass: expected RProxyPass path target, or in a "
               "<Location> RProxyPass target";
    }
    route->exact = argv[0][0] == '=';
    error = set_path(cmd, route, argv[0] + route->exact);
    if (!error) {
        error = parse_arguments(cmd, argc - 1, argv + 1, route);
    }
    if (!error) {
        number_route(route);
        APR_ARRAY_PUSH(conf->routes, route_t *) = route;
        conf->has_routes = 1;
    }
    return error;
}

/* A pattern's matches tell nothing about a prefix. */
static const char *check_pattern_location(cmd_parms *cmd, const route_t *route)
{
    if (route->excluded || route->prefix == PREFIX_KEEP) {
        return NULL;
    }
    return apr_psprintf(cmd->pool,
                        "RProxyPass: the path of %s> is a pattern "
                        "and cannot be replaced: expected a target without "
                        "path, prefix=keep, or RProxyPassMatch",
                        cmd->directive->parent->directive);
}

/* RProxyPass target ... of a <Location>. */
static const char *pass_of_location(cmd_parms *cmd, settings_t *settings,
                                    int argc, char *const argv[])
{
    const ap_directive_t *around = cmd->directive->parent;
    int is_literal = ap_cstr_casecmp(around->directive, "<Location") == 0
                     && around->args[strspn(around->args, " \t\"")] != '~'
                     && !ap_is_matchexp(cmd->path);
    server_conf_t *conf = rproxy_server_conf(cmd->server);
    route_t *route = new_route(cmd);
    const char *error;

    if (argc < 1) {
        return "RProxyPass: expected a target such as http://127.0.0.1:3000";
    }
    if (settings->location_route || settings->location_excluded == 1) {
        return "RProxyPass: this section has one already: expected one in a "
               "<Location>; several with conditions stand in the virtual host";
    }
    if (argv[0][0] == '/' || argv[0][0] == '=') {
        return apr_psprintf(cmd->pool,
                            "RProxyPass: '%s' is a path: expected "
                            "only a target, as the path is that of %s>",
                            argv[0], around->directive);
    }
    error = parse_arguments(cmd, argc, argv, route);
    if (!error) {
        error = is_literal ? set_path(cmd, route, cmd->path)
                           : check_pattern_location(cmd, route);
    }
    if (error) {
        return error;
    }
    number_route(route);
    settings->location_route = route;
    settings->location_excluded = route->excluded;
    conf->has_routes = conf->has_location_routes = 1;
    return NULL;
}

const char *config_route_pass(cmd_parms *cmd, void *dir, int argc,
                              char *const argv[])
{
    const ap_directive_t *around = cmd->directive->parent;

    if (!cmd->path) {
        return pass_of_server(cmd, argc, argv);
    }
    if (!around || ap_cstr_casecmpn(around->directive, "<Location", 9) != 0) {
        return apr_psprintf(cmd->pool,
                            "RProxyPass is not allowed in %s>: "
                            "expected in a virtual host, the server "
                            "configuration or <Location>",
                            around ? around->directive : "<.htaccess");
    }
    return pass_of_location(cmd, dir, argc, argv);
}

/* The highest $n in a path, or -1. */
static int highest_capture(const char *path)
{
    int highest = -1;

    for (; *path; path++) {
        if (path[0] == '$' && path[1] >= '0' && path[1] <= '9') {
            highest = path[1] - '0' > highest ? path[1] - '0' : highest;
        }
    }
    return highest;
}

static const char *check_captures(cmd_parms *cmd, const route_t *route)
{
    int i, highest;

    for (i = 0; i < route->targets->nelts; i++) {
        highest = highest_capture(
            APR_ARRAY_IDX(route->targets, i, route_target_t).path);
        if (highest > (int)route->regex->re_nsub) {
            return apr_psprintf(cmd->pool,
                                "RProxyPassMatch: the target uses "
                                "$%d, '%s' has %d groups: expected as many "
                                "groups in parentheses",
                                highest, route->pattern,
                                (int)route->regex->re_nsub);
        }
    }
    return NULL;
}

static const char *set_pattern(cmd_parms *cmd, route_t *route,
                               const char *pattern)
{
    route->pattern = pattern;
    route->regex = ap_pregcomp(cmd->pool, pattern, AP_REG_EXTENDED);
    return route->regex ? NULL
                        : apr_psprintf(cmd->pool,
                                       "RProxyPassMatch: '%s' is no regular "
                                       "expression: expected one like "
                                       "^/app/(.*)$",
                                       pattern);
}

const char *config_route_pass_match(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[])
{
    server_conf_t *conf = rproxy_server_conf(cmd->server);
    const char *error = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT);
    route_t *route = new_route(cmd);

    (void)dir;
    if (!error && argc < 2) {
        error = "RProxyPassMatch: expected a regular expression and a target";
    }
    if (!error) {
        error = set_pattern(cmd, route, argv[0]);
    }
    if (!error) {
        error = parse_arguments(cmd, argc - 1, argv + 1, route);
    }
    if (!error && route->prefix_given) {
        error = "RProxyPassMatch: prefix= is for RProxyPass: expected the "
                "whole path in the target, like http://host/new/$1";
    }
    if (!error) {
        error = check_captures(cmd, route);
    }
    if (!error) {
        number_route(route);
        APR_ARRAY_PUSH(conf->matches, route_t *) = route;
        conf->has_routes = 1;
    }
    return error;
}
