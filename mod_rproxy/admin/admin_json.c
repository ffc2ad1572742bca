/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_json.c: see admin_json.h.  Layer L1. */
#include "admin_json.h"

#ifdef HAVE_JANSSON

#include <string.h>

#include <apr_escape.h>
#include <apr_strings.h>
#include <jansson.h>

int admin_json_available(void)
{
    return 1;
}

const char *admin_json_fault(const char *text, size_t len, apr_pool_t *pool)
{
    json_error_t error;
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);

    if (!value) {
        return apr_psprintf(pool,
                            "the body is not JSON: line %d, column %d: %s",
                            error.line, error.column, error.text);
    }
    json_decref(value);
    return NULL;
}

/* One word of a query, decoded; NULL if it cannot be. */
static const char *decoded(const char *text, size_t len, apr_pool_t *pool)
{
    char *word = apr_pstrmemdup(pool, text, len);
    apr_status_t rv =
        apr_unescape_url(word, word, APR_ESCAPE_STRING, NULL, NULL, 1, NULL);

    return rv == APR_SUCCESS || rv == APR_NOTFOUND ? word : NULL;
}

/* @return NULL or what is wrong */
static const char *add_argument(json_t *object, const char *text, size_t len,
                                apr_pool_t *pool)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals ? (size_t)(equals - text) : len;
    const char *name = decoded(text, name_len, pool);
    const char *value =
        equals ? decoded(equals + 1, len - name_len - 1, pool) : "";

    if (!name || !value) {
        return apr_psprintf(pool, "'%.*s' in the query is not well encoded",
                            (int)len, text);
    }
    if (json_object_get(object, name)) {
        return apr_psprintf(pool, "'%s' stands twice in the query", name);
    }
    return json_object_set_new(object, name, json_string(value))
               ? apr_psprintf(pool, "'%.*s' in the query is not UTF-8",
                              (int)len, text)
               : NULL;
}

static const char *add_all(json_t *object, const char *query, apr_pool_t *pool)
{
    const char *fault = NULL;

    while (query && *query && !fault) {
        size_t len = strcspn(query, "&");

        fault = len ? add_argument(object, query, len, pool) : NULL;
        query += len + (query[len] == '&');
    }
    return fault;
}

const char *admin_json_of_query(const char *query, const char **fault,
                                apr_pool_t *pool)
{
    json_t *object = json_object();
    const char *text = NULL;
    char *dump;

    *fault = add_all(object, query, pool);
    dump = *fault ? NULL : json_dumps(object, JSON_COMPACT);
    if (dump) {
        text = apr_pstrdup(pool, dump);
        free(dump);
    }
    json_decref(object);
    return text;
}

#else

int admin_json_available(void)
{
    return 0;
}

const char *admin_json_fault(const char *text, size_t len, apr_pool_t *pool)
{
    (void)text;
    (void)len;
    (void)pool;
    return "built without jansson";
}

const char *admin_json_of_query(const char *query, const char **fault,
                                apr_pool_t *pool)
{
    (void)query;
    *fault = admin_json_fault(NULL, 0, pool);
    return NULL;
}

#endif
