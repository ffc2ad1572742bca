/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forward_auth_directive.c: RProxyGuardForwardAuth.  Layer L2. */
#include "guard_private.h"
#include "credential_directives.h"

#include <apr_strings.h>

#include "../credentials/forward_auth.h"
#include "config/config_option.h"
#include "guard_config.h"

static const char *set_service(cmd_parms *cmd, auth_source_t *source,
                               const char *text)
{
    APR_OPTIONAL_FN_TYPE(rproxy_ask_target) *ask_target =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_ask_target);

    if (!ask_target) {
        return apr_psprintf(cmd->pool,
                            "%s needs mod_rproxy, which asks the service: "
                            "expected LoadModule rproxy_module",
                            cmd->cmd->name);
    }
    if (!*text) {
        return config_option_expected(cmd, text,
                                      "the service, as http://HOST[:PORT]/PATH "
                                      "or upstream://NAME/PATH");
    }
    return ask_target(cmd, text, &source->upstream, &source->target);
}

/* May a field be told from one message to the other? */
static int is_passable(const char *name)
{
    static const char *const own[] = { "Host", "Content-Length", "Expect",
                                       NULL };

    return h1_is_token(slice_str(name)) && !h1_is_hop_by_hop(slice_str(name))
           && config_option_find(own, name) < 0;
}

static const char *add_part(cmd_parms *cmd, auth_source_t *source,
                            const char *word)
{
    auth_part_t *part = apr_array_push(source->by);

    *part = (auth_part_t){ NULL, NULL, 0, 0 };
    if (strncmp(word, "cookie:", 7) == 0 && word[7]) {
        part->cookie = word + 7;
    }
    else if (strncmp(word, "header:", 7) == 0 && is_passable(word + 7)) {
        part->field = word + 7;
    }
    else if (strcmp(word, "url") == 0) {
        part->of_url = 1;
    }
    else if (strcmp(word, "address") == 0) {
        part->of_address = 1;
    }
    else {
        return config_option_expected(cmd, word,
                                      "cookie:NAME, header:NAME, url or "
                                      "address, with commas between them");
    }
    return NULL;
}

/* All that the service is told: whatever it decides by, its answer is for
 * nobody else. */
static void add_all_parts(cmd_parms *cmd, auth_source_t *source)
{
    static const char *const all[] = { "header:Cookie", "header:User-Agent",
                                       "header:Accept", "url",
                                       "address",       NULL };
    int i;

    for (i = 0; all[i]; i++) {
        add_part(cmd, source, all[i]);
    }
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
        else if (is_passable(word)) {
            APR_ARRAY_PUSH(source->headers, const char *) = word;
        }
        else {
            wrong = config_option_expected(cmd, word,
                                           "headers= with names of fields, as "
                                           "Remote-User,Remote-Groups; none "
                                           "that frames a message");
        }
    }
    return wrong;
}

static const char *set_option(cmd_parms *cmd, auth_source_t *source,
                              const char *argument)
{
    static const option_t options[] = {
        { "cache", OPTION_TIME, offsetof(auth_source_t, cache), 0, 3600 },
        { "timeout", OPTION_TIME, offsetof(auth_source_t, timeout), 0, 60 },
        { "waiting", OPTION_INT, offsetof(auth_source_t, waiting), 1, 100000 },
        { "headers", OPTION_TEXT, 0, 0, 0 },
        { "by", OPTION_TEXT, 0, 0, 0 },
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
    source->timeout = apr_time_from_sec(2);
    source->waiting = 1000;
    source->under_way = apr_pcalloc(cmd->pool, sizeof(*source->under_way));
    source->where = config_option_where(cmd);
    source->identity =
        apr_pstrcat(cmd->pool, source->where, " ", cmd->directive->args, NULL);
    wrong = set_service(cmd, source, argc ? argv[0] : "");
    for (i = 1; i < argc && !wrong; i++) {
        wrong = set_option(cmd, source, apr_pstrdup(cmd->pool, argv[i]));
    }
    if (!wrong && source->timeout <= 0) {
        wrong = config_option_expected(cmd, "timeout=0", "a time");
    }
    if (!wrong && !source->by->nelts) {
        add_all_parts(cmd, source);
    }
    forward_auth_used();
    ((guard_settings_t *)dir)->credentials.auth = source;
    return wrong;
}
