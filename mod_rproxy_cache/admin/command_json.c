/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_json.c: see command_json.h.  Layer L1. */
#include "command_json.h"

#ifdef HAVE_JANSSON

#include <apr_strings.h>

json_t *command_json_load(const char *json, size_t len, const char **fault,
                          apr_pool_t *pool)
{
    json_error_t error;
    json_t *value = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);

    *fault = value ? NULL
                   : apr_psprintf(pool, "not JSON: line %d, column %d: %s",
                                  error.line, error.column, error.text);
    return value;
}

static const char *known_words(const char *const *names, apr_pool_t *pool)
{
    const char *list = "";

    for (; *names; names++) {
        list = apr_pstrcat(pool, list, *list ? ", " : "", *names, NULL);
    }
    return *list ? list : "none";
}

/* Nothing but members of these names? */
const char *command_json_names(const json_t *value, const char *const *names,
                               apr_pool_t *pool)
{
    json_t *object = (json_t *)value, *member;
    const char *name;
    int i;

    if (!json_is_object(value)) {
        return "expected an object, {...}";
    }
    json_object_foreach(object, name, member)
    {
        for (i = 0; names[i] && strcmp(names[i], name) != 0; i++) {
        }
        if (!names[i]) {
            return apr_psprintf(pool, "\"%.80s\" is not known here; known: %s",
                                name, known_words(names, pool));
        }
    }
    return NULL;
}

/* *text: NULL where there is none. */
const char *command_json_text(const json_t *object, const char *name,
                              const char **text, apr_pool_t *pool)
{
    const json_t *value = json_object_get(object, name);

    *text = NULL;
    if (!value) {
        return NULL;
    }
    if (!json_is_string(value) || !json_string_length(value)) {
        return apr_psprintf(pool, "\"%s\" must be a text that is not empty",
                            name);
    }
    *text = apr_pstrdup(pool, json_string_value(value));
    return NULL;
}

const char *command_json_flag(const json_t *object, const char *name, int *flag,
                              apr_pool_t *pool)
{
    const json_t *value = json_object_get(object, name);

    *flag = value && json_is_true(value);
    return !value || json_is_boolean(value)
               ? NULL
               : apr_psprintf(pool, "\"%s\" must be true or false", name);
}

const char *command_json_about(const char *name, const char *text,
                               const char *fault, apr_pool_t *pool)
{
    return fault ? apr_psprintf(pool, "\"%s\": '%.200s' %s", name, text, fault)
                 : NULL;
}

static slice_t in_lower_case(slice_t text, apr_pool_t *pool)
{
    char *copy = apr_pstrmemdup(pool, text.p, text.len);
    size_t i;

    for (i = 0; i < text.len; i++) {
        copy[i] = (char)slice_lower((unsigned char)copy[i]);
    }
    return slice_make(copy, text.len);
}

const char *command_json_url(const char *name, const char *text, key_uri_t *uri,
                             apr_pool_t *pool)
{
    const char *fault = url_split(slice_str(text), uri);

    if (!fault) {
        uri->host = in_lower_case(uri->host, pool);
    }
    return command_json_about(name, text, fault, pool);
}

const char *command_json_host(const char *text, key_uri_t *uri,
                              apr_pool_t *pool)
{
    const char *fault = url_split_host(slice_str(text), &uri->host, &uri->port);

    if (!fault) {
        uri->host = in_lower_case(uri->host, pool);
    }
    return command_json_about("host", text, fault, pool);
}

const char *command_json_target(const key_uri_t *uri, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%.*s%s%.*s", (int)uri->path.len, uri->path.p,
                        uri->query.p ? "?" : "", (int)uri->query.len,
                        uri->query.p ? uri->query.p : "");
}

#endif
