/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_read.c: see json_read.h.  Layer L1. */
#include "json_read.h"

#ifdef HAVE_JANSSON

#include <string.h>

#include <apr_strings.h>

json_t *json_read_load(const char *json, size_t len, const char **fault,
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

const char *json_read_names(const json_t *value, const char *const *names,
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

const char *json_read_text(const json_t *object, const char *name,
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

const char *json_read_flag(const json_t *object, const char *name, int *flag,
                           apr_pool_t *pool)
{
    const json_t *value = json_object_get(object, name);

    *flag = value && json_is_true(value);
    return !value || json_is_boolean(value)
               ? NULL
               : apr_psprintf(pool, "\"%s\" must be true or false", name);
}

const char *json_read_number(const json_t *object, const char *name,
                             int64_t least, int64_t most, int64_t *number,
                             apr_pool_t *pool)
{
    const json_t *value = json_object_get(object, name);

    if (!value) {
        return NULL;
    }
    if (!json_is_integer(value) || json_integer_value(value) < least
        || json_integer_value(value) > most) {
        return apr_psprintf(pool,
                            "\"%s\" must be a number from %" APR_INT64_T_FMT
                            " to %" APR_INT64_T_FMT,
                            name, (apr_int64_t)least, (apr_int64_t)most);
    }
    *number = json_integer_value(value);
    return NULL;
}

#endif
