/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_conf.c: reads the directives.  Layer L2. */
#include "mirror_conf.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "../config/config_option.h"
#include "../config/config_upstream.h"
#include "../http1/h1_fields.h"
#include "../rproxy_config.h"

/* ---- keys ---- */

static const char *set_sample(cmd_parms *cmd, const char *value,
                              mirror_conf_t *conf)
{
    char *end;
    double percent = strtod(value, &end);

    if (end == value || !apr_isdigit(*value) || (*end == '%' ? end[1] : *end)
        || percent < 0.1 || percent > 100) {
        return config_option_expected(cmd, value, "sample= from 0.1% to 100%");
    }
    conf->sample = (int)(percent * 10 + 0.5);
    return NULL;
}

static const char *set_methods(cmd_parms *cmd, const char *value,
                               mirror_conf_t *conf)
{
    const char *rest = value;

    conf->methods = apr_array_make(cmd->pool, 2, sizeof(const char *));
    while (*rest) {
        const char *word = ap_getword(cmd->pool, &rest, ',');

        if (!h1_is_token(slice_str(word)) || strcmp(word, "CONNECT") == 0) {
            return config_option_expected(cmd, value,
                                          "methods= such as GET,HEAD,POST");
        }
        APR_ARRAY_PUSH(conf->methods, const char *) = word;
    }
    return NULL;
}

static const char *add_mask(cmd_parms *cmd, const char *value,
                            mirror_conf_t *conf)
{
    mirror_masks_t *masks = &conf->masks;
    ap_regex_t *regex = ap_pregcomp(cmd->pool, value, AP_REG_EXTENDED);

    if (!regex || masks->count == MIRROR_MASKS) {
        return config_option_expected(cmd, value,
                                      "mask= with a regular expression, 16 "
                                      "of them at most");
    }
    masks->regex[masks->count++] = regex;
    return NULL;
}

static const char *set_fields(cmd_parms *cmd, const char *value,
                              mirror_conf_t *conf)
{
    const char *rest = value;

    conf->field_count = 0;
    while (*rest) {
        const char *word = ap_getword(cmd->pool, &rest, ',');

        if (!h1_is_token(slice_str(word))
            || conf->field_count == MIRROR_FIELDS) {
            return config_option_expected(cmd, value,
                                          "headers= with names of fields, 16 "
                                          "at most, such as "
                                          "Content-Type,Location");
        }
        conf->field[conf->field_count++] = word;
    }
    return NULL;
}

static const char *set_key(cmd_parms *cmd, const char *argument,
                           mirror_conf_t *conf)
{
    /* All but body are here for the list of known keys. */
    static const option_t options[] = {
        { "sample", OPTION_TEXT, 0, 0, 0 },
        { "methods", OPTION_TEXT, 0, 0, 0 },
        { "body", OPTION_SIZE, offsetof(mirror_conf_t, body), 0, 1073741824 },
        { "mask", OPTION_TEXT, 0, 0, 0 },
        { "headers", OPTION_TEXT, 0, 0, 0 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *key, *value;

    if (strcmp(argument, "compare") == 0) {
        conf->compare = 1;
        return NULL;
    }
    if (config_option_split(cmd->pool, argument, &key, &value) && *value) {
        if (strcmp(key, "sample") == 0) {
            return set_sample(cmd, value, conf);
        }
        if (strcmp(key, "methods") == 0) {
            return set_methods(cmd, value, conf);
        }
        if (strcmp(key, "mask") == 0) {
            return add_mask(cmd, value, conf);
        }
        if (strcmp(key, "headers") == 0) {
            return set_fields(cmd, value, conf);
        }
    }
    return config_option_set(cmd, options, conf, argument);
}

/* ---- the directives ---- */

static const char *set_upstream(cmd_parms *cmd, const char *name,
                                mirror_conf_t *conf)
{
    conf->name = name;
    if (strstr(name, "://") || strncmp(name, "unix:", 5) == 0) {
        return config_upstream_of_url(cmd, name, &conf->upstream);
    }
    if (!config_upstream_is_name(name)) {
        return config_option_expected(cmd, name,
                                      "Off, the name of an <RProxyUpstream> or "
                                      "a URL such as http://127.0.0.1:3000");
    }
    return NULL;
}

const char *mirror_directive(cmd_parms *cmd, void *dir, int argc,
                             char *const argv[])
{
    settings_t *settings = dir;
    mirror_conf_t *conf = apr_pcalloc(cmd->pool, sizeof(*conf));
    const char *error;
    int i;

    if (argc < 1) {
        return "RProxyMirror: expected Off, or the upstream that gets copies";
    }
    settings->mirror = conf;
    if (argc == 1 && ap_cstr_casecmp(argv[0], "off") == 0) {
        return NULL;
    }
    conf->sample = 1000;
    conf->body = 1048576;
    conf->field[0] = "Content-Type";
    conf->field[1] = "Location";
    conf->field_count = 2;
    error = set_upstream(cmd, argv[0], conf);
    for (i = 1; i < argc && !error; i++) {
        error = set_key(cmd, argv[i], conf);
    }
    if (!error && !conf->compare && conf->masks.count) {
        error = "RProxyMirror: mask= is for what is compared: expected compare";
    }
    APR_ARRAY_PUSH(rproxy_global->mirrors, mirror_conf_t *) = conf;
    if (!error) {
        config_upstream_named(cmd, conf->name);
    }
    return error;
}

const char *mirror_directive_limit(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[])
{
    static const option_t options[] = {
        { "requests", OPTION_INT, offsetof(global_conf_t, mirror_requests), 1,
          100000 },
        { "memory", OPTION_SIZE, offsetof(global_conf_t, mirror_memory), 0,
          APR_INT64_MAX },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    int i;

    if (!error && !argc) {
        error = "RProxyMirrorLimit: expected requests= or memory=";
    }
    for (i = 0; i < argc && !error; i++) {
        error = config_option_set(cmd, options, rproxy_global, argv[i]);
    }
    return error;
}

int mirror_conf_finish(void)
{
    int i, n = 0;

    for (i = 0; i < rproxy_global->mirrors->nelts; i++) {
        mirror_conf_t *conf =
            APR_ARRAY_IDX(rproxy_global->mirrors, i, mirror_conf_t *);

        if (!conf->upstream) {
            conf->upstream = apr_hash_get(rproxy_global->upstreams, conf->name,
                                          APR_HASH_KEY_STRING);
        }
        n += conf->upstream != NULL;
    }
    return n;
}

int mirror_conf_has_method(const mirror_conf_t *conf, const char *method)
{
    int i;

    if (!conf->methods) {
        return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    }
    for (i = 0; i < conf->methods->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(conf->methods, i, const char *), method)
            == 0) {
            return 1;
        }
    }
    return 0;
}

/* ---- masks ---- */

/* The first place that any of them matches.  @return 0: none */
static int next_match(const mirror_masks_t *masks, slice_t line, size_t from,
                      ap_regmatch_t *first)
{
    int i, found = 0;

    for (i = 0; i < masks->count; i++) {
        ap_regmatch_t m;

        if (ap_regexec_len(masks->regex[i], line.p + from, line.len - from, 1,
                           &m, from ? AP_REG_NOTBOL : 0)
                == 0
            && m.rm_eo > m.rm_so && (!found || m.rm_so < first->rm_so)) {
            *first = m;
            found = 1;
        }
    }
    return found;
}

void mirror_mask(const void *masks, slice_t line, digest_t *out)
{
    ap_regmatch_t m = { 0 };
    size_t at = 0;

    while (at < line.len && next_match(masks, line, at, &m)) {
        digest_add(out, slice_make(line.p + at, (size_t)m.rm_so));
        digest_add(out, SLICE_LIT("\001"));
        at += (size_t)m.rm_eo;
    }
    digest_add(out, slice_make(line.p + at, line.len - at));
}
