/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_config.c: making and merging settings.  Layer L2. */
#include "guard_private.h"
#include "guard_config.h"
#include "flood_directives.h"

#include <apr_strings.h>

guard_global_t *guard_global;

void guard_config_create(apr_pool_t *pconf)
{
    guard_global = apr_pcalloc(pconf, sizeof(*guard_global));
    guard_global->lists = apr_hash_make(pconf);
    guard_global->anonymous = apr_array_make(pconf, 8, sizeof(named_list_t *));
    guard_global->limits = apr_array_make(pconf, 8, sizeof(guard_limit_t *));
    guard_global->logins = apr_array_make(pconf, 2, sizeof(void *));
    ban_directives_default(&guard_global->bans);
    flood_directives_default(&guard_global->attack);
    waf_settings_begin(pconf);
}

void *guard_settings_create(apr_pool_t *pool, char *dir)
{
    guard_settings_t *settings = apr_pcalloc(pool, sizeof(*settings));

    settings->head.path_max = -1;
    settings->head.query_max = -1;
    settings->head.field_max = -1;
    return settings;
}

static apr_array_header_t *both(apr_pool_t *pool, apr_array_header_t *outer,
                                apr_array_header_t *inner)
{
    return !outer   ? inner
           : !inner ? outer
                    : apr_array_append(pool, outer, inner);
}

static void merge_head(guard_head_t *out, const guard_head_t *inner)
{
    if (inner->off_set) {
        out->off_set = 1;
        out->off = inner->off;
    }
    out->mode = inner->mode ? inner->mode : out->mode;
    out->where = inner->where ? inner->where : out->where;
    out->methods = inner->methods ? inner->methods : out->methods;
    out->hosts = inner->hosts ? inner->hosts : out->hosts;
    out->types = inner->types ? inner->types : out->types;
    out->path_max = inner->path_max >= 0 ? inner->path_max : out->path_max;
    out->query_max = inner->query_max >= 0 ? inner->query_max : out->query_max;
    out->field_max = inner->field_max >= 0 ? inner->field_max : out->field_max;
}

void *guard_settings_merge(apr_pool_t *pool, void *outer_conf, void *inner_conf)
{
    const guard_settings_t *outer = outer_conf, *inner = inner_conf;
    guard_settings_t *out = apr_pmemdup(pool, outer, sizeof(*out));
    int i;

    out->mode = inner->mode ? inner->mode : outer->mode;
    out->where = inner->where ? inner->where : outer->where;
    out->clients = both(pool, outer->clients, inner->clients);
    out->allow = both(pool, outer->allow, inner->allow);
    out->deny = both(pool, outer->deny, inner->deny);
    out->limits = both(pool, outer->limits, inner->limits);
    out->logins = both(pool, outer->logins, inner->logins);
    out->waf = waf_settings_merge(pool, outer->waf, inner->waf);
    merge_head(&out->head, &inner->head);
    credential_settings_merge(&out->credentials, &inner->credentials);
    for (i = 0; i < BOT_CLASS_COUNT; i++) {
        out->bot[i] = inner->bot[i] ? inner->bot[i] : outer->bot[i];
    }
    return out;
}
