/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_json.c: see command_json.h.  Layer L1. */
#include "command_json.h"

#ifdef HAVE_JANSSON

#include <apr_strings.h>

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
