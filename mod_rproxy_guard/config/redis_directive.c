/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_directive.c: see redis_directive.h.  Layer L2. */
#include "guard_private.h"
#include "redis_directive.h"

#include <apr_strings.h>

#include "../fleet/redis_url.h"
#include "config/config_option.h"
#include "guard_config.h"

#define TIMEOUT_DEFAULT apr_time_from_msec(500)
#define EVERY_DEFAULT apr_time_from_msec(20)
#define SHORTEST apr_time_from_msec(5)

enum {
    PASSWORD_MAX = 1024
};

typedef struct {
    const char *user, *file, *prefix;
    apr_interval_time_t timeout, every;
} words_t;

static const char *text_of(apr_pool_t *pool, slice_t slice)
{
    return slice.len ? apr_pstrmemdup(pool, slice.p, slice.len) : NULL;
}

static const char *set_url(cmd_parms *cmd, redis_server_t *server,
                           const char *text)
{
    redis_url_t url;
    const char *wrong = redis_url_parse(&url, slice_str(text));

    if (wrong) {
        return config_option_expected(cmd, text, wrong);
    }
    server->host = text_of(cmd->pool, url.host);
    server->path = text_of(cmd->pool, url.path);
    server->port = url.port;
    server->database = url.database;
    return NULL;
}

/* Its first line, read as the user that starts httpd. */
static const char *read_password(cmd_parms *cmd, const char *name,
                                 const char **password)
{
    const char *path = ap_server_root_relative(cmd->pool, name);
    char line[PASSWORD_MAX];
    apr_file_t *file;
    apr_status_t rv = path ? apr_file_open(&file, path, APR_FOPEN_READ,
                                           APR_OS_DEFAULT, cmd->temp_pool)
                           : APR_EBADPATH;

    if (rv == APR_SUCCESS) {
        rv = apr_file_gets(line, sizeof(line), file);
        apr_file_close(file);
    }
    if (rv != APR_SUCCESS) {
        return apr_psprintf(cmd->pool, "%s: password-file=%s: %pm",
                            cmd->cmd->name, name, &rv);
    }
    line[strcspn(line, "\r\n")] = '\0';
    *password = apr_pstrdup(cmd->pool, line);
    return *line ? NULL
                 : config_option_expected(cmd, name,
                                          "a file whose first line is the "
                                          "password");
}

static const char *check_words(cmd_parms *cmd, const words_t *words)
{
    if (words->timeout < SHORTEST || words->every < SHORTEST) {
        return config_option_expected(cmd,
                                      "timeout= or every=", "at least 5ms");
    }
    if (words->user && !words->file) {
        return config_option_expected(cmd, "user=", "password-file= with it");
    }
    return strlen(words->prefix) > 100
               ? config_option_expected(cmd, "prefix=", "100 letters at most")
               : NULL;
}

static const char *set_words(cmd_parms *cmd, fleet_config_t *conf, int argc,
                             char *const argv[])
{
    static const option_t options[] = {
        { "user", OPTION_TEXT, offsetof(words_t, user), 0, 0 },
        { "password-file", OPTION_TEXT, offsetof(words_t, file), 0, 0 },
        { "prefix", OPTION_TEXT, offsetof(words_t, prefix), 0, 0 },
        { "timeout", OPTION_TIME, offsetof(words_t, timeout), 0, 60 },
        { "every", OPTION_TIME, offsetof(words_t, every), 0, 60 },
        { NULL, OPTION_INT, 0, 0, 0 }
    };
    words_t words = { .prefix = "rproxy",
                      .timeout = TIMEOUT_DEFAULT,
                      .every = EVERY_DEFAULT };
    const char *error = NULL;
    int i;

    for (i = 0; i < argc && !error; i++) {
        error = config_option_set(cmd, options, &words, argv[i]);
    }
    error = error ? error : check_words(cmd, &words);
    if (!error && words.file) {
        error = read_password(cmd, words.file, &conf->server.password);
    }
    conf->server.user = words.user;
    conf->server.timeout = words.timeout;
    conf->every = words.every;
    conf->prefix = words.prefix;
    return error;
}

const char *redis_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[])
{
    fleet_config_t conf = { 0 };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    if (error) {
        return error;
    }
    if (!redis_link_is_built_in()) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           ": mod_rproxy_guard was built without hiredis: "
                           "install its development files (Debian: "
                           "libhiredis-dev), then build and install the "
                           "modules again",
                           NULL);
    }
    if (guard_global->fleet.where) {
        return apr_psprintf(cmd->pool, "%s: it stands at %s already",
                            cmd->cmd->name, guard_global->fleet.where);
    }
    error = set_url(cmd, &conf.server, argc ? argv[0] : "");
    error = error ? error : set_words(cmd, &conf, argc - 1, argv + 1);
    if (!error) {
        conf.url = apr_pstrdup(cmd->pool, argv[0]);
        conf.where = config_option_where(cmd);
        guard_global->fleet = conf;
    }
    return error;
}
