/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forward_auth_directive.c: RProxyGuardForwardAuth.  Layer L2. */
#include "guard_private.h"
#include "credential_directives.h"

#include <apr_strings.h>
#include <apr_uri.h>

#include "../credentials/forward_auth.h"
#include "config/config_option.h"
#include "guard_config.h"

static const char *set_url(cmd_parms *cmd, auth_source_t *source,
                           const char *url)
{
    apr_port_t port;
    apr_uri_t uri;

    if (apr_uri_parse(cmd->pool, url, &uri) != APR_SUCCESS || !uri.scheme
        || strcmp(uri.scheme, "http") != 0 || !uri.hostname || uri.user
        || uri.fragment) {
        return config_option_expected(cmd, url,
                                      "http://HOST[:PORT]/PATH of the service");
    }
    port = uri.port ? uri.port : 80;
    if (apr_sockaddr_info_get(&source->server.address, uri.hostname, APR_UNSPEC,
                              port, 0, cmd->pool)
        != APR_SUCCESS) {
        return config_option_expected(cmd, url, "a host that has an address");
    }
    source->host =
        uri.port_str && *uri.port_str
            ? apr_pstrcat(cmd->pool, uri.hostname, ":", uri.port_str, NULL)
            : uri.hostname;
    source->path =
        apr_pstrcat(cmd->pool, uri.path ? uri.path : "/", uri.query ? "?" : "",
                    uri.query ? uri.query : "", NULL);
    return NULL;
}

static const char *add_part(cmd_parms *cmd, auth_source_t *source,
                            const char *word)
{
    auth_part_t *part = apr_array_push(source->by);

    *part = (auth_part_t){ NULL, NULL, 0 };
    if (strncmp(word, "cookie:", 7) == 0 && word[7]) {
        part->cookie = word + 7;
    }
    else if (strncmp(word, "header:", 7) == 0 && word[7]) {
        part->field = word + 7;
    }
    else if (strcmp(word, "url") == 0) {
        part->of_url = 1;
    }
    else {
        return config_option_expected(cmd, word,
                                      "cookie:NAME, header:NAME or url, with "
                                      "commas between them");
    }
    return NULL;
}

static const char *add_words(cmd_parms *cmd, auth_source_t *source,
                             const char *text, int is_by)
{
    const char *wrong = NULL;

    while (*text && !wrong) {
        const char *word = ap_getword(cmd->pool, &text, ',');

        if (is_by) {
            wrong = add_part(cmd, source, word);
        }
        else if (*word) {
            APR_ARRAY_PUSH(source->headers, const char *) = word;
        }
    }
    return wrong;
}

static const char *set_option(cmd_parms *cmd, auth_source_t *source,
                              const char *argument)
{
    static const option_t options[] = {
        { "cache", OPTION_TIME, offsetof(auth_source_t, cache), 0, 3600 },
        { "timeout", OPTION_TIME, offsetof(auth_source_t, server.timeout), 0,
          60 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    if (strcmp(key, "headers") == 0 || strcmp(key, "by") == 0) {
        return add_words(cmd, source, value, strcmp(key, "by") == 0);
    }
    return config_option_set(cmd, options, source, argument);
}

const char *credential_set_forward_auth(cmd_parms *cmd, void *dir, int argc,
                                        char *const argv[])
{
    auth_source_t *source = apr_pcalloc(cmd->pool, sizeof(*source));
    const char *wrong;
    int i;

    source->by = apr_array_make(cmd->pool, 4, sizeof(auth_part_t));
    source->headers = apr_array_make(cmd->pool, 4, sizeof(const char *));
    source->server.timeout = apr_time_from_sec(2);
    source->where = config_option_where(cmd);
    wrong = set_url(cmd, source, argc ? argv[0] : "");
    for (i = 1; i < argc && !wrong; i++) {
        wrong = set_option(cmd, source, apr_pstrdup(cmd->pool, argv[i]));
    }
    if (!wrong && source->server.timeout <= 0) {
        wrong = config_option_expected(cmd, "timeout=0", "a time");
    }
    if (!wrong && !source->by->nelts) {
        add_part(cmd, source, "header:Cookie");
        add_part(cmd, source, "header:Authorization");
    }
    forward_auth_used();
    ((guard_settings_t *)dir)->credentials.auth = source;
    return wrong;
}
