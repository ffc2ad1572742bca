/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_config.c: defaults, create and merge of the configuration structs, and
 * the way to them.  Layer L2. */
#include "cache_config.h"

#include <apr_strings.h>

#include "cache_private.h"
#include "config/cache_sections.h"
#include "config/config_option.h"

cache_global_t *cache_global;

#define MIB ((apr_off_t)1024 * 1024)
#define DAY_S (24 * 3600)

static const char *const default_targets[] = { "CDN-Cache-Control", NULL };

const cache_settings_t cache_default_settings = {
    .enabled = 0,
    .checked = 0,
    .default_s = 0,
    .min_s = 0,
    .max_s = 365 * DAY_S,
    .keep_stale_s = 600,
    .while_revalidate_s = 0,
    .if_error_s = -1,
    .heuristic_percent = 10,
    .heuristic_max_s = DAY_S,
    .errors_s = 0,
    .query = QUERY_AS_IS,
    .query_strip = 1,
    .keep_scheme = 1,
    .keep_host = 1,
    .ignore = 0,
    .compress = COMPRESS_GZIP_BIT | COMPRESS_BROTLI_BIT,
    .wait_s = 5,
    .status_field = 0,
    .wordpress = 0,
    .litespeed = 0,
    .targets = default_targets,
};

void cache_global_create(apr_pool_t *p)
{
    cache_global = apr_pcalloc(p, sizeof(*cache_global));
    cache_global->object_max = 16 * MIB;
    cache_global->fetches = 8;
    cache_global->keep_stale_max_s = 600; /* of those who say nothing */
}

void *cache_settings_create(apr_pool_t *p, char *dir)
{
    cache_settings_t *s = apr_pcalloc(p, sizeof(*s));

    (void)dir;
#define X(field) s->field = -1;
    CACHE_SETTINGS_NUMBERS(X)
#undef X
    return s;
}

void *cache_settings_merge(apr_pool_t *p, void *base_, void *add_)
{
    const cache_settings_t *base = base_;
    const cache_settings_t *add = add_;
    cache_settings_t *s = apr_pmemdup(p, add, sizeof(*s));

#define MERGE(field)                                              \
    if (add->field == -1) {                                       \
        s->field = base->field;                                   \
        s->where[SETTING_##field] = base->where[SETTING_##field]; \
    }
    CACHE_SETTINGS_NUMBERS(MERGE)
#undef MERGE
#define MERGE(field)            \
    if (!add->field) {          \
        s->field = base->field; \
    }
    CACHE_SETTINGS_POINTERS(MERGE)
    MERGE(checked_why)
#undef MERGE
    return s;
}

void cache_settings_note(cmd_parms *cmd, cache_settings_t *s, size_t offset)
{
    static const size_t offsets[] = {
#define X(field) offsetof(cache_settings_t, field),
        CACHE_SETTINGS_NUMBERS(X)
#undef X
    };
    size_t i;

    for (i = 0; i < CACHE_NUMBERS; i++) {
        if (offsets[i] == offset) {
            s->where[i] = config_option_where(cmd);
        }
    }
}

void *cache_server_create(apr_pool_t *p, server_rec *s)
{
    cache_server_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->server = s;
    return conf;
}

/* Nothing is inherited: all of it is about one host. */
void *cache_server_merge(apr_pool_t *p, void *base, void *add)
{
    (void)p;
    (void)base;
    return add;
}

cache_server_t *cache_server_conf(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &rproxy_cache_module);
}

const cache_settings_t *cache_settings(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &rproxy_cache_module);
}

const cache_settings_t *cache_settings_of_server(const server_rec *s)
{
    return ap_get_module_config(s->lookup_defaults, &rproxy_cache_module);
}

static const char *identity_of(apr_pool_t *p, const server_rec *s)
{
    const server_addr_rec *a = s->addrs;

    return apr_psprintf(p, "%s:%u@%s:%u", s->server_hostname ?: "", s->port,
                        a && a->virthost ? a->virthost : "*",
                        a ? a->host_port : 0);
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
    while (*text) {
        hash = (hash ^ (unsigned char)*text++) * 16777619u;
    }
    return hash;
}

/* A few digits tell hosts apart, unless two happen to have the same. */
static void shorten_identities(apr_pool_t *p, server_rec *main)
{
    server_rec *s, *other;

    for (s = main; s; s = s->next) {
        cache_server_t *conf = cache_server_conf(s);
        uint32_t hash = hash_text(2166136261u, conf->full_identity);
        int alone = 1;

        for (other = main; other; other = other->next) {
            const char *text = cache_server_conf(other)->full_identity;
            alone &= hash_text(2166136261u, text) != hash
                     || strcmp(text, conf->full_identity) == 0;
        }
        conf->identity =
            alone ? apr_psprintf(p, "%x", hash) : conf->full_identity;
    }
}

int cache_config_finish(apr_pool_t *p, server_rec *main, uint32_t tree)
{
    server_rec *s;
    int n = 0;

    for (s = main; s; s = s->next) {
        cache_server_t *conf = cache_server_conf(s);
        conf->full_identity = identity_of(p, s);
        conf->epoch = hash_text(tree, conf->full_identity);
        conf->number = n++;
    }
    shorten_identities(p, main);
    return n;
}
