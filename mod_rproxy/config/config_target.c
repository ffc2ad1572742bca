/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_target.c: target URLs, upstream names and percentages.  Layer L2. */
#include "config_target.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "config_upstream.h"

#define UPSTREAM_SCHEME "upstream://"
#define EXPECTED                                                             \
    "!, http://host[:port][/path], unix:/path|http://name[/path], the name " \
    "of an <RProxyUpstream>, or upstream://name/path"

/* Where does the path of a URL begin?  At the first "/" behind "://", or at
 * the first capture, which may bring the slash along: no part of the authority
 * ever comes from a request. */
static const char *path_of_url(const char *url)
{
    const char *authority = strstr(url, "://");

    if (!authority) {
        return url + strlen(url);
    }
    authority += 3;
    return authority + strcspn(authority, "/?#$");
}

static int is_hex_pair(const char *s)
{
    return apr_isxdigit(s[0]) && apr_isxdigit(s[1]);
}

/* A path may go into a request line as it is. */
static const char *check_path(cmd_parms *cmd, const char *text,
                              const char *path)
{
    const char *c;

    if (strpbrk(path, "?#")) {
        return apr_psprintf(cmd->pool,
                            "%s: '%s' has a query or fragment: "
                            "expected a target without; the request's own "
                            "query is sent on",
                            cmd->cmd->name, text);
    }
    for (c = path; *c; c++) {
        if (*c <= ' ' || *c > '~' || (*c == '%' && !is_hex_pair(c + 1))) {
            return apr_psprintf(cmd->pool,
                                "%s: '%s' has a character that is "
                                "not allowed in a URL: expected it "
                                "percent-encoded, like %%20",
                                cmd->cmd->name, text);
        }
    }
    return NULL;
}

static const char *parse_name(cmd_parms *cmd, const char *text,
                              route_target_t *target)
{
    const char *name = text;

    target->path = "";
    if (strncmp(text, UPSTREAM_SCHEME, sizeof(UPSTREAM_SCHEME) - 1) == 0) {
        const char *path = path_of_url(text);

        name = text + sizeof(UPSTREAM_SCHEME) - 1;
        target->path = apr_pstrdup(cmd->pool, path);
        name = apr_pstrmemdup(cmd->pool, name, (apr_size_t)(path - name));
    }
    if (!config_upstream_is_name(name)) {
        return config_option_expected(cmd, text, EXPECTED);
    }
    target->name = apr_pstrdup(cmd->pool, name);
    return check_path(cmd, text, target->path);
}

static const char *parse_url(cmd_parms *cmd, const char *text,
                             route_target_t *target)
{
    const char *path = path_of_url(text);
    const char *error = check_path(cmd, text, path);

    if (error) {
        return error;
    }
    target->name = text;
    target->path = apr_pstrdup(cmd->pool, path);
    text = apr_pstrmemdup(cmd->pool, text, (apr_size_t)(path - text));
    return config_upstream_of_url(cmd, text, &target->upstream);
}

static const char *parse_one(cmd_parms *cmd, const char *text,
                             route_target_t *target)
{
    if (strncmp(text, UPSTREAM_SCHEME, sizeof(UPSTREAM_SCHEME) - 1) != 0
        && (strstr(text, "://") || strncmp(text, "unix:", 5) == 0)) {
        return parse_url(cmd, text, target);
    }
    return parse_name(cmd, text, target);
}

const char *config_target_one(cmd_parms *cmd, const char *text,
                              route_target_t *target)
{
    const char *error = parse_one(cmd, text, target);

    return error || target->path[0] != '$'
               ? error
               : config_option_expected(cmd, text, EXPECTED);
}

/* "90%".  @return 1 and *percent */
static int is_percent(const char *text, int *percent)
{
    const char *c;
    int value = 0;

    for (c = text; apr_isdigit(*c) && c - text < 4; c++) {
        value = value * 10 + (*c - '0');
    }
    *percent = value;
    return c > text && c[0] == '%' && !c[1];
}

/* Is this argument an option of the route and no target? */
static int is_option(cmd_parms *cmd, const char *text)
{
    const char *key, *value;

    return config_option_split(cmd->temp_pool, text + (*text == '!'), &key,
                               &value);
}

static const char *check_split(cmd_parms *cmd, const route_t *route,
                               int percents, int total)
{
    int count = route->targets->nelts;

    if (count == 1 && percents == 0) {
        return NULL;
    }
    if (percents != count) {
        return apr_psprintf(cmd->pool,
                            "%s: %d targets, %d percentages: "
                            "expected one behind each target, like blue 90%% "
                            "green 10%%",
                            cmd->cmd->name, count, percents);
    }
    if (total != 100) {
        return apr_psprintf(cmd->pool,
                            "%s: the targets' percentages sum up "
                            "to %d%%: expected 100%%",
                            cmd->cmd->name, total);
    }
    return NULL;
}

const char *config_target_parse(cmd_parms *cmd, int argc, char *const argv[],
                                route_t *route, int *used)
{
    int i, percent, percents = 0, total = 0;

    for (i = 0; i < argc && (i == 0 || !is_option(cmd, argv[i])); i++) {
        route_target_t *target;
        const char *error;

        if (i == 0 && strcmp(argv[i], "!") == 0) {
            route->excluded = 1;
            *used = 1;
            return NULL;
        }
        target = apr_array_push(route->targets);
        error = parse_one(cmd, argv[i], target);
        if (error) {
            return error;
        }
        if (target->path[0] == '$' && !route->regex) {
            return config_option_expected(cmd, argv[i], EXPECTED);
        }
        target->weight = 100;
        if (i + 1 < argc && is_percent(argv[i + 1], &percent)) {
            if (percent > 100) {
                return config_option_expected(cmd, argv[i + 1],
                                              "a share from 0% to 100%");
            }
            target->weight = percent;
            total += percent;
            percents++;
            i++;
        }
    }
    *used = i;
    return check_split(cmd, route, percents, total);
}
