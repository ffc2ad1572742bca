/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_settings.h: setters of settings_t, for server level and <Location>.
 * Layer L2.  Each is the function of the directive it is named after. */
#ifndef RPROXY_CONFIG_SETTINGS_H
#define RPROXY_CONFIG_SETTINGS_H

#include <httpd.h>
#include <http_config.h>

/* An On|Off directive; cmd->info is the offset of its int in settings_t. */
const char *config_settings_flag(cmd_parms *cmd, void *dir, const char *arg);

const char *config_settings_timeout(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[]);
const char *config_settings_preserve_host(cmd_parms *cmd, void *dir,
                                          const char *arg);
const char *config_settings_forward(cmd_parms *cmd, void *dir, const char *arg);
const char *config_settings_hide(cmd_parms *cmd, void *dir, const char *arg);
const char *config_settings_maintenance(cmd_parms *cmd, void *dir, int argc,
                                        char *const argv[]);
const char *config_settings_request_buffer(cmd_parms *cmd, void *dir, int argc,
                                           char *const argv[]);
const char *config_settings_client_abort(cmd_parms *cmd, void *dir,
                                         const char *arg);
const char *config_settings_response_limit(cmd_parms *cmd, void *dir,
                                           const char *arg);
const char *config_settings_status_admin(cmd_parms *cmd, void *dir,
                                         const char *arg);

#endif
