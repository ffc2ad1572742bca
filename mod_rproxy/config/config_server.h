/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_server.h: setters of server_conf_t and global_conf_t.  Layer L2.
 * Each is the function of the directive it is named after. */
#ifndef RPROXY_CONFIG_SERVER_H
#define RPROXY_CONFIG_SERVER_H

#include <httpd.h>
#include <http_config.h>

const char *config_server_trusted(cmd_parms *cmd, void *dir, const char *arg);
const char *config_server_event_loop(cmd_parms *cmd, void *dir,
                                     const char *arg);
const char *config_server_loops(cmd_parms *cmd, void *dir, const char *arg);
const char *config_server_resolve(cmd_parms *cmd, void *dir, const char *arg);
const char *config_server_max_connections(cmd_parms *cmd, void *dir,
                                          const char *arg);
const char *config_server_send_rate(cmd_parms *cmd, void *dir, const char *rate,
                                    const char *after);
const char *config_server_temp_dir(cmd_parms *cmd, void *dir, const char *arg);

#endif
