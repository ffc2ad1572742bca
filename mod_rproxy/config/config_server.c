/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_server.c: what belongs to a virtual host or to the whole server.
 * Layer L2. */
#include "config_server.h"

#include <apr_file_info.h>
#include <apr_network_io.h>
#include <apr_strings.h>

#include "../rproxy_config.h"
#include "config_option.h"

/* A value of the whole server, into rproxy_global. */
static const char *set_global(cmd_parms *cmd, const option_t *option,
                              const char *value)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    return error ? error
                 : config_option_value(cmd, option, rproxy_global, value);
}

const char *config_server_trusted(cmd_parms *cmd, void *dir, const char *arg)
{
    server_conf_t *conf = rproxy_server_conf(cmd->server);
    const char *error = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT);
    char *address = apr_pstrdup(cmd->temp_pool, arg);
    char *mask = strchr(address, '/');
    apr_ipsubnet_t *subnet;

    (void)dir;
    if (error) {
        return error;
    }
    if (mask) {
        *mask++ = '\0';
    }
    if (apr_ipsubnet_create(&subnet, address, mask, cmd->pool) != APR_SUCCESS) {
        return config_option_expected(cmd, arg,
                                      "an address or a network, like "
                                      "192.0.2.1, 10.0.0.0/8 or 2001:db8::/32");
    }
    if (!conf->trusted) {
        conf->trusted = apr_array_make(cmd->pool, 4, sizeof(subnet));
    }
    APR_ARRAY_PUSH(conf->trusted, apr_ipsubnet_t *) = subnet;
    return NULL;
}

const char *config_server_event_loop(cmd_parms *cmd, void *dir, const char *arg)
{
    static const char *const words[] = { "off", "auto", "adopt", NULL };
    const char *error = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT);
    int found = config_option_find(words, arg);

    (void)dir;
    if (error) {
        return error;
    }
    if (found < 0) {
        return config_option_expected(cmd, arg, "auto, adopt or off");
    }
    rproxy_server_conf(cmd->server)->event_loop = found;
    return NULL;
}

const char *config_server_loops(cmd_parms *cmd, void *dir, const char *arg)
{
    static const option_t option = { NULL, OPTION_INT,
                                     offsetof(global_conf_t, loop_threads), 1,
                                     64 };

    (void)dir;
    if (ap_cstr_casecmp(arg, "auto") == 0) {
        rproxy_global->loop_threads = 0;
        return ap_check_cmd_context(cmd, GLOBAL_ONLY);
    }
    return set_global(cmd, &option, arg);
}

const char *config_server_resolve(cmd_parms *cmd, void *dir, const char *arg)
{
    static const option_t option = { NULL, OPTION_TIME,
                                     offsetof(global_conf_t, resolve_interval),
                                     0, OPTION_YEAR_S };

    (void)dir;
    return set_global(cmd, &option, arg);
}

const char *config_server_max_connections(cmd_parms *cmd, void *dir,
                                          const char *arg)
{
    static const option_t option = { NULL, OPTION_INT,
                                     offsetof(global_conf_t, max_connections),
                                     0, 1000000 };

    (void)dir;
    return set_global(cmd, &option, arg);
}

const char *config_server_send_rate(cmd_parms *cmd, void *dir, const char *rate,
                                    const char *after)
{
    static const option_t bytes = { NULL, OPTION_INT,
                                    offsetof(server_conf_t, send_rate), 0,
                                    1000000000 };
    static const option_t options[] = { { "after", OPTION_TIME,
                                          offsetof(server_conf_t, send_grace),
                                          1, OPTION_YEAR_S },
                                        { NULL, OPTION_INT, 0, 0, 0 } };
    server_conf_t *conf = rproxy_server_conf(cmd->server);
    const char *error = config_option_value(cmd, &bytes, conf, rate);

    (void)dir;
    return error || !after ? error
                           : config_option_set(cmd, options, conf, after);
}

const char *config_server_temp_dir(cmd_parms *cmd, void *dir, const char *arg)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    const char *path = ap_server_root_relative(cmd->pool, arg);
    apr_finfo_t info;

    (void)dir;
    if (error) {
        return error;
    }
    if (!path
        || apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) != APR_SUCCESS
        || info.filetype != APR_DIR) {
        return config_option_expected(cmd, arg, "an existing directory");
    }
    rproxy_global->temp_dir = path;
    return NULL;
}
