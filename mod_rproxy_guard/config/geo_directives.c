/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* geo_directives.c: see geo_directives.h.  Layer L2. */
#include "geo_directives.h"

#include <apr_strings.h>

#include "../geo/geo_base.h"
#include "config/config_option.h"

const char *geo_directives_set(cmd_parms *cmd, void *dir, const char *word)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    const char *path;

    if (error) {
        return error;
    }
    if (!geo_base_is_built_in()) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           ": mod_rproxy_guard was built without "
                           "libmaxminddb: install its development files "
                           "(Debian: libmaxminddb-dev), then build and install "
                           "the modules again",
                           NULL);
    }
    path = ap_server_root_relative(cmd->pool, word);
    if (!path || !*word) {
        return config_option_expected(cmd, word, "the path of a database");
    }
    return geo_base_add(cmd->pool, path, config_option_where(cmd))
               ? NULL
               : config_option_expected(cmd, word, "eight databases at most");
}

const char *geo_directives_add(cmd_parms *cmd, named_list_t *list,
                               const char *word)
{
    const char *wrong;

    if (!list->geo) {
        list->geo = apr_pcalloc(cmd->pool, sizeof(*list->geo));
        list->geo_where = config_option_where(cmd);
    }
    wrong = geo_items_add(list->geo, word);
    return wrong ? apr_psprintf(cmd->pool, "%s: '%s' is wrong: %s",
                                cmd->cmd->name, word, wrong)
                 : NULL;
}

int geo_directives_load(server_rec *s, apr_pool_t *pool)
{
    geo_base_t *base;
    int i, good = 1;

    for (i = 0; (base = geo_base_at(i)) != NULL; i++) {
        const char *wrong = geo_base_load(base, pool);

        if (wrong) {
            ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                         RPLOGNO(4026) "RProxyGuardGeo at %s: %s",
                         geo_base_where(base), wrong);
            good = 0;
        }
    }
    return good;
}

static void look_at(server_rec *s, geo_base_t *base, apr_pool_t *pool)
{
    const char *wrong = geo_base_load(base, pool);

    if (wrong) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4027) "RProxyGuardGeo: %s; what was read before "
                                   "stays in use",
                     wrong);
        return;
    }
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, s,
                 RPLOGNO(4028) "RProxyGuardGeo: %s was read again, %s",
                 geo_base_path(base), geo_base_type(base));
}

void geo_directives_look(server_rec *s, apr_pool_t *pool)
{
    geo_base_t *base;
    int i;

    for (i = 0; (base = geo_base_at(i)) != NULL; i++) {
        if (geo_base_changed(base, pool)) {
            look_at(s, base, pool);
        }
    }
}
