/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_settings.c: what may differ by <Location>.  Layer L2.
 * A setter parses, checks the range and stores; it has no other effect. */
#include "config_settings.h"

#include <apr_file_info.h>
#include <apr_lib.h>
#include <apr_strings.h>

#include "../rproxy_config.h"
#include "config_option.h"

#define OPTION_END                \
    {                             \
        NULL, OPTION_INT, 0, 0, 0 \
    }
#define TIME(key, field)                                                \
    {                                                                   \
        key, OPTION_TIME, offsetof(settings_t, field), 0, OPTION_YEAR_S \
    }

const char *config_settings_flag(cmd_parms *cmd, void *dir, const char *arg)
{
    return config_option_flag(cmd, arg,
                              (int *)((char *)dir + (apr_size_t)cmd->info));
}

const char *config_settings_timeout(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[])
{
    static const option_t options[] = {
        TIME("connect", connect_timeout),
        TIME("send", send_timeout),
        TIME("first-byte", first_byte_timeout),
        TIME("between", between_timeout),
        TIME("total", total_timeout),
        OPTION_END,
    };
    const char *error = NULL;
    int i, o;

    if (argc < 1) {
        return "RProxyTimeout: expected a time, or connect=, send=, "
               "first-byte=, between= or total=";
    }
    for (i = 0; i < argc && !error; i++) {
        if (i > 0 || strchr(argv[i], '=')) {
            error = config_option_set(cmd, options, dir, argv[i]);
            continue;
        }
        for (o = 0; o < 4 && !error; o++) { /* all but total */
            option_t option = options[o];

            option.key = NULL;
            error = config_option_value(cmd, &option, dir, argv[i]);
        }
    }
    return error;
}

/* page=file: must be there when the server starts. */
static const char *set_page(cmd_parms *cmd, settings_t *s, const char *value)
{
    const char *path = ap_server_root_relative(cmd->pool, value);
    apr_finfo_t info;

    if (!path
        || apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) != APR_SUCCESS
        || info.filetype != APR_REG) {
        return apr_psprintf(cmd->pool,
                            "%s: page=%s is no file: expected the "
                            "path of an HTML page",
                            cmd->cmd->name, value);
    }
    s->maintenance_page = path;
    return NULL;
}

const char *config_settings_maintenance(cmd_parms *cmd, void *dir, int argc,
                                        char *const argv[])
{
    static const option_t options[] = {
        { "page", OPTION_INT, 0, 0, 0 }, /* for the list of known keys */
        { "retry-after", OPTION_INT, offsetof(settings_t, retry_after_s), 0,
          OPTION_YEAR_S },
        OPTION_END,
    };
    settings_t *s = dir;
    const char *error, *key, *value;
    int i;

    if (argc < 1) {
        return "RProxyMaintenance: expected On or Off";
    }
    error = config_option_flag(cmd, argv[0], &s->maintenance);
    for (i = 1; i < argc && !error; i++) {
        error = config_option_split(cmd->pool, argv[i], &key, &value)
                        && strcmp(key, "page") == 0
                    ? set_page(cmd, s, value)
                    : config_option_set(cmd, options, dir, argv[i]);
    }
    return error;
}

const char *config_settings_request_buffer(cmd_parms *cmd, void *dir, int argc,
                                           char *const argv[])
{
    static const option_t memory = { NULL, OPTION_SIZE,
                                     offsetof(settings_t, buffer_memory), 1,
                                     1073741824 };
    static const option_t options[] = {
        { "file", OPTION_SIZE, offsetof(settings_t, buffer_file), 0,
          APR_INT64_MAX },
        OPTION_END,
    };
    settings_t *s = dir;
    const char *error = NULL;

    if (argc < 1 || argc > 2) {
        return "RProxyRequestBuffer: expected Off, or memory[k|m] [file=size]";
    }
    if (ap_cstr_casecmp(argv[0], "off") == 0) {
        s->buffer_memory = 0;
        return argc == 1
                   ? NULL
                   : config_option_expected(cmd, argv[1], "nothing behind Off");
    }
    error = config_option_value(cmd, &memory, dir, argv[0]);
    if (!error && argc == 2) {
        error = config_option_set(cmd, options, dir, argv[1]);
    }
    return error;
}

const char *config_settings_client_abort(cmd_parms *cmd, void *dir,
                                         const char *arg)
{
    static const char *const words[] = { "cancel", "finish", NULL };
    int found = config_option_find(words, arg);

    if (found < 0) {
        return config_option_expected(cmd, arg, "cancel or finish");
    }
    ((settings_t *)dir)->client_abort_finish = found;
    return NULL;
}

const char *config_settings_response_limit(cmd_parms *cmd, void *dir,
                                           const char *arg)
{
    static const option_t options[] = {
        { "head", OPTION_SIZE, offsetof(settings_t, response_head_limit), 1024,
          1048576 },
        { "fields", OPTION_INT, offsetof(settings_t, response_field_limit), 1,
          10000 },
        { "trailers", OPTION_SIZE, offsetof(settings_t, response_trailer_limit),
          0, 1048576 },
        { "interim", OPTION_INT, offsetof(settings_t, interim_limit), 0, 1000 },
        OPTION_END,
    };

    return config_option_set(cmd, options, dir, arg);
}

/* A path of this host, as it is written into page and script: "//" would be
 * another host's. */
static int is_plain_path(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    return path[0] == '/' && path[1] && path[1] != '/'
           && !path[strspn(path, plain)];
}

const char *config_settings_status_admin(cmd_parms *cmd, void *dir,
                                         const char *arg)
{
    settings_t *s = dir;
    size_t len = strlen(arg);

    if (strcmp(arg, "none") == 0) {
        s->status_admin = "";
        return NULL;
    }
    if (!is_plain_path(arg)) {
        return config_option_expected(cmd, arg,
                                      "none, or a path of this host as "
                                      "/rproxy-admin, of letters, digits and "
                                      "- . _ ~ /");
    }
    s->status_admin =
        apr_pstrmemdup(cmd->pool, arg, len - (arg[len - 1] == '/'));
    return NULL;
}
