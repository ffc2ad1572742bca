/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_directive.c: see limit_directive.h.  Layer L2. */
#include "guard_private.h"
#include "limit_directive.h"

#include <apr_strings.h>

#include "config/config_option.h"
#include "guard_config.h"

static const char *add_limit(cmd_parms *cmd, guard_settings_t *settings,
                             guard_limit_t *limit)
{
    const char *error = limit_finish(cmd, limit);

    if (!error) {
        if (!settings->limits) {
            settings->limits =
                apr_array_make(cmd->pool, 4, sizeof(guard_limit_t *));
        }
        APR_ARRAY_PUSH(settings->limits, guard_limit_t *) = limit;
        limit->number = guard_global->limits->nelts;
        APR_ARRAY_PUSH(guard_global->limits, guard_limit_t *) = limit;
    }
    return error;
}

const char *limit_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[])
{
    guard_limit_t *limit;
    const char *error = NULL;
    int i;

    if (argc < 2) {
        return config_option_expected(cmd, argc ? argv[0] : "",
                                      "a name and rate=: login rate=5/min");
    }
    limit = limit_option_create(cmd, apr_pstrdup(cmd->pool, argv[0]));
    for (i = 1; i < argc && !error; i++) {
        error = limit_option_set(cmd, limit, argv[i]);
    }
    return error ? error : add_limit(cmd, dir, limit);
}

/* The name in "<RProxyGuardLimit name>", or NULL. */
static const char *name_of_container(apr_pool_t *pool, const char *rest)
{
    const char *end = ap_strrchr_c(rest, '>');
    const char *name, *words;

    if (!end || end[1]) {
        return NULL;
    }
    words = apr_pstrmemdup(pool, rest, (apr_size_t)(end - rest));
    name = ap_getword_conf(pool, &words);
    return *name && !*words ? name : NULL;
}

/* What it holds was read as directives: "rate=5/min" is one without
 * arguments. */
const char *limit_directive_container(cmd_parms *cmd, void *dir,
                                      const char *rest)
{
    const char *name = name_of_container(cmd->pool, rest), *error = NULL;
    ap_directive_t *const self = cmd->directive, *line;
    guard_limit_t *limit;

    if (!name) {
        return config_option_expected(cmd, rest, "a name and >");
    }
    limit = limit_option_create(cmd, name);
    for (line = self->first_child; line && !error; line = line->next) {
        cmd->directive = line;
        cmd->err_directive = line;
        error = *line->args ? config_option_expected(cmd, line->args,
                                                     "one key=value on each "
                                                     "line, in quotes "
                                                     "where it has spaces")
                            : limit_option_set(cmd, limit, line->directive);
    }
    if (error) {
        return error;
    }
    cmd->directive = self;
    cmd->err_directive = self;
    return add_limit(cmd, dir, limit);
}
