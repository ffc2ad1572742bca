/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_directives.c: setters, and the table of directives.  Layer L2.
 * A setter parses, checks the range and stores; it has no other effect. */
#include "config/cache_config.h"

#include <apr_strings.h>

#include "cache_private.h"
#include "config/cache_purge_rights.h"
#include "config/cache_sections.h"
#include "config/config_option.h"

#define FIELD(name) ((void *)offsetof(cache_settings_t, name))
#define ANYWHERE OR_FILEINFO
#define YEAR_S OPTION_YEAR_S

/* ---- of the whole server ---- */

static const char *set_size(cmd_parms *cmd, void *dir, const char *arg)
{
    static const option_t size = { NULL, OPTION_SIZE, 0, 1048576,
                                   (apr_int64_t)1 << 44 };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    cache_global->where = config_option_where(cmd);
    return error ? error
                 : config_option_value(cmd, &size, &cache_global->size, arg);
}

static const char *set_file(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    cache_global->file = ap_server_root_relative(cmd->pool, arg);
    return error                ? error
           : cache_global->file ? NULL
                                : config_option_expected(cmd, arg, "a path");
}

static const char *set_object_max(cmd_parms *cmd, void *dir, const char *arg)
{
    static const option_t size = { NULL, OPTION_SIZE, 0, 1024,
                                   (apr_int64_t)1 << 40 };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    return error ? error
                 : config_option_value(cmd, &size, &cache_global->object_max,
                                       arg);
}

static const char *set_fetches(cmd_parms *cmd, void *dir, const char *arg)
{
    static const option_t number = { NULL, OPTION_INT, 0, 1, 256 };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    return error
               ? error
               : config_option_value(cmd, &number, &cache_global->fetches, arg);
}

/* ---- of a directory ---- */

#define NOTE(field) cache_settings_note(cmd, dir, (size_t)FIELD(field))

static const char *set_flag(cmd_parms *cmd, void *dir, const char *arg)
{
    cache_settings_note(cmd, dir, (size_t)cmd->info);
    return config_option_flag(cmd, arg,
                              (int *)((char *)dir + (apr_size_t)cmd->info));
}

/* What is in the store is kept for the longest of them. */
static void note_keep_stale(const cache_settings_t *settings)
{
    if (settings->keep_stale_s > cache_global->keep_stale_max_s) {
        cache_global->keep_stale_max_s = settings->keep_stale_s;
    }
}

static const char *set_time(cmd_parms *cmd, void *dir, const char *arg)
{
    static const option_t option = { NULL, OPTION_TIME, 0, 0, YEAR_S };
    apr_interval_time_t time;
    const char *error = config_option_value(cmd, &option, &time, arg);

    cache_settings_note(cmd, dir, (size_t)cmd->info);
    if (!error) {
        *(int *)((char *)dir + (apr_size_t)cmd->info) =
            (int)apr_time_sec(time + APR_USEC_PER_SEC - 1);
        note_keep_stale(dir);
    }
    return error;
}

static const char *add_rule(cmd_parms *cmd, apr_array_header_t **rules,
                            const char *word, int as_key)
{
    cache_rule_t rule;
    const char *error = cache_rule_parse(cmd, word, as_key, &rule);

    if (!error) {
        if (!*rules) {
            *rules = apr_array_make(cmd->pool, 4, sizeof(cache_rule_t));
        }
        APR_ARRAY_PUSH(*rules, cache_rule_t) = rule;
    }
    return error;
}

static const char *set_rule(cmd_parms *cmd, void *dir, const char *word)
{
    return add_rule(cmd,
                    (apr_array_header_t **)((char *)dir
                                            + (apr_size_t)cmd->info),
                    word, 0);
}

static const char *add_word(cmd_parms *cmd, const char *const **list,
                            const char *word)
{
    const char **longer;
    size_t n = 0;

    while (*list && (*list)[n]) {
        n++;
    }
    longer = apr_pcalloc(cmd->pool, (n + 2) * sizeof(*longer));
    if (n) {
        memcpy(longer, *list, n * sizeof(*longer));
    }
    longer[n] = apr_pstrdup(cmd->pool, word);
    *list = longer;
    return NULL;
}

static const char *set_words(cmd_parms *cmd, void *dir, const char *word)
{
    return add_word(cmd,
                    (const char *const **)((char *)dir + (apr_size_t)cmd->info),
                    word);
}

static const char *set_target(cmd_parms *cmd, void *dir, const char *name)
{
    cache_settings_t *s = dir;

    return h1_is_token(slice_str(name))
               ? add_word(cmd, &s->targets, name)
               : config_option_expected(cmd, name, "the name of a field");
}

static const char *set_query(cmd_parms *cmd, void *dir, const char *arg)
{
    static const char *const words[] = { "as-is", "sorted", "ignored", NULL };
    int i = config_option_find(words, arg);

    if (i < 0) {
        return config_option_unknown(cmd, "word", arg, words);
    }
    ((cache_settings_t *)dir)->query = i;
    NOTE(query);
    return NULL;
}

static const char *set_key(cmd_parms *cmd, void *dir, const char *word)
{
    cache_settings_t *s = dir;

    if (strcasecmp(word, "no-host") == 0) {
        s->keep_host = 0;
        NOTE(keep_host);
        return NULL;
    }
    if (strcasecmp(word, "no-scheme") == 0) {
        s->keep_scheme = 0;
        NOTE(keep_scheme);
        return NULL;
    }
    return add_rule(cmd, &s->key_parts, word, 1);
}

static const char *set_ignore(cmd_parms *cmd, void *dir, const char *word)
{
    static const char *const words[] = {
        "set-cookie",    "cache-control", "private",    "no-store", "request",
        "authorization", "nothing",       "vary=FIELD", NULL
    };
    static const int bits[] = { IGNORE_SET_COOKIE,
                                IGNORE_CACHE_CONTROL,
                                IGNORE_PRIVATE,
                                IGNORE_NO_STORE,
                                IGNORE_REQUEST,
                                IGNORE_AUTHORIZATION,
                                0,
                                0 };
    cache_settings_t *s = dir;
    int i;

    if (strncasecmp(word, "vary=", 5) == 0) {
        char *name = apr_pstrdup(cmd->pool, word + 5);
        ap_str_tolower(name);
        return h1_is_token(slice_str(name))
                   ? add_word(cmd, &s->vary_ignore, name)
                   : config_option_expected(cmd, word, "vary=FIELD");
    }
    i = config_option_find(words, word);
    if (i < 0) {
        return config_option_unknown(cmd, "word", word, words);
    }
    NOTE(ignore);
    s->ignore = (s->ignore == -1 ? 0 : s->ignore) | bits[i];
    return NULL;
}

static const char *set_compress(cmd_parms *cmd, void *dir, const char *word)
{
    static const char *const words[] = { "off", "gzip", "br", NULL };
    cache_settings_t *s = dir;
    int i = config_option_find(words, word);

    if (i < 0) {
        return config_option_unknown(cmd, "coding", word, words);
    }
    NOTE(compress);
    s->compress = i ? (s->compress == -1 ? 0 : s->compress) | i : 0;
    return NULL;
}

static const char *set_heuristic(cmd_parms *cmd, void *dir, const char *percent,
                                 const char *max)
{
    static const option_t share = { NULL, OPTION_INT, 0, 0, 100 };
    cache_settings_t *s = dir;
    char *number = apr_pstrdup(cmd->temp_pool, percent);
    size_t len = strlen(number);
    const char *error;

    if (len > 1 && number[len - 1] == '%') {
        number[len - 1] = '\0';
    }
    NOTE(heuristic_percent);
    error = config_option_value(cmd, &share, &s->heuristic_percent, number);
    if (!error && max) {
        cmd_parms of_max = *cmd;
        of_max.info = FIELD(heuristic_max_s);
        error = set_time(&of_max, dir, max);
    }
    return error;
}

static const char *set_purge(cmd_parms *cmd, void *dir, const char *word)
{
    return cache_purge_rights_parse(cmd, &((cache_settings_t *)dir)->purge_from,
                                    word);
}

/* clang-format off */
const command_rec cache_directives[] = {
    AP_INIT_TAKE1("RProxyCacheSize", set_size, NULL, RSRC_CONF,
        "size[k|m|g]: memory of the cache, shared by all children"),
    AP_INIT_TAKE1("RProxyCacheFile", set_file, NULL, RSRC_CONF,
        "path: a file that keeps the cache over a stop and start"),
    AP_INIT_TAKE1("RProxyCacheMaxObject", set_object_max, NULL, RSRC_CONF,
        "size[k|m|g]: responses with a larger body are not stored"),
    AP_INIT_TAKE1("RProxyCacheBackground", set_fetches, NULL, RSRC_CONF,
        "number: fetches in the background, at once, in each child"),

    AP_INIT_TAKE1("RProxyCache", set_flag, FIELD(enabled), ANYWHERE,
        "On or Off: answer from the cache and store in it"),
    AP_INIT_TAKE1("RProxyCacheDefault", set_time, FIELD(default_s), ANYWHERE,
        "time: lifetime of responses that say nothing of one"),
    AP_INIT_TAKE1("RProxyCacheMin", set_time, FIELD(min_s), ANYWHERE,
        "time: least lifetime of what is stored"),
    AP_INIT_TAKE1("RProxyCacheMax", set_time, FIELD(max_s), ANYWHERE,
        "time: longest lifetime of what is stored"),
    AP_INIT_TAKE1("RProxyCacheErrors", set_time, FIELD(errors_s), ANYWHERE,
        "time: lifetime of error responses that say nothing of one"),
    AP_INIT_TAKE12("RProxyCacheHeuristic", set_heuristic, NULL, ANYWHERE,
        "percent [time]: share of the time since Last-Modified that a "
        "response lives, and the most"),
    AP_INIT_TAKE1("RProxyCacheKeepStale", set_time, FIELD(keep_stale_s),
        ANYWHERE, "time: how long beyond its lifetime a response may stand "
        "for an origin that fails"),
    AP_INIT_TAKE1("RProxyCacheRevalidate", set_time,
        FIELD(while_revalidate_s), ANYWHERE,
        "time: how long beyond its lifetime a response is sent while a new "
        "one is fetched in the background"),
    AP_INIT_TAKE1("RProxyCacheWait", set_time, FIELD(wait_s), ANYWHERE,
        "time: how long a request waits for another one's fetch of the same "
        "page"),
    AP_INIT_ITERATE("RProxyCacheBypass", set_rule, FIELD(bypass), ANYWHERE,
        "cookie=|path=|query=|header=|method=|expr= ...: requests that the "
        "cache leaves alone"),
    AP_INIT_ITERATE("RProxyCacheNoStore", set_rule, FIELD(no_store), ANYWHERE,
        "cookie=|path=|query=|header=|method=|expr= ...: requests whose "
        "response is not stored"),
    AP_INIT_TAKE1("RProxyCacheQuery", set_query, NULL, ANYWHERE,
        "as-is, sorted or ignored: the query in the key"),
    AP_INIT_ITERATE("RProxyCacheQueryIgnore", set_words, FIELD(query_ignore),
        ANYWHERE, "name ...: arguments that do not count, * allowed"),
    AP_INIT_ITERATE("RProxyCacheQueryKeep", set_words, FIELD(query_keep),
        ANYWHERE, "name ...: the only arguments that count, * allowed"),
    AP_INIT_TAKE1("RProxyCacheQueryStrip", set_flag, FIELD(query_strip),
        ANYWHERE, "On or Off: arguments that do not count are not sent to the "
        "origin"),
    AP_INIT_ITERATE("RProxyCacheKey", set_key, NULL, ANYWHERE,
        "cookie=|header=|expr=|no-host|no-scheme ...: what else tells pages "
        "apart, or does not"),
    AP_INIT_ITERATE("RProxyCacheIgnore", set_ignore, NULL, ANYWHERE,
        "set-cookie|cache-control|private|no-store|request|authorization|"
        "vary=name|nothing ...: what the origin or client says in vain"),
    AP_INIT_ITERATE("RProxyCacheCompress", set_compress, NULL, ANYWHERE,
        "gzip, br or off: compressed forms that are made and kept"),
    AP_INIT_TAKE1("RProxyCacheStatus", set_flag, FIELD(status_field),
        ANYWHERE, "On or Off: send the Cache-Status field"),
    AP_INIT_ITERATE("RProxyCacheTarget", set_target, NULL, ANYWHERE,
        "field ...: names of targeted fields that go before Cache-Control"),
    AP_INIT_ITERATE("RProxyCachePurge", set_purge, NULL, ANYWHERE,
        "from=address|secret=text ...: who may use the methods PURGE and BAN"),
    AP_INIT_TAKE1("RProxyCacheWordPress", set_flag, FIELD(wordpress),
        ANYWHERE, "On or Off: learn what WordPress saves, and purge it"),
    AP_INIT_TAKE1("RProxyCacheLiteSpeed", set_flag, FIELD(litespeed),
        ANYWHERE, "On or Off: obey the fields of the LiteSpeed Cache plugin"),
    AP_INIT_RAW_ARGS("RProxyCacheChecked", cache_section_mark, NULL,
        RSRC_CONF | ACCESS_CONF, "(internal) reason: what is below "
        "looks at the client; set where Require and its like stand"),
    { NULL }
};
/* clang-format on */
