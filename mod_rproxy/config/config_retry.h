/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_retry.h: RProxyRetry.  Layer L2. */
#ifndef RPROXY_CONFIG_RETRY_H
#define RPROXY_CONFIG_RETRY_H

#include <httpd.h>
#include <http_config.h>

#include "../engine/retry_rules.h"

/* Nothing of it said. */
void config_retry_unset(retry_rules_t *rules);

/* What the first one says, and of the rest what the second one does. */
retry_rules_t config_retry_of(const retry_rules_t *first,
                              const retry_rules_t *second);

/* The directive's function. */
const char *config_retry(cmd_parms *cmd, void *dir, int argc,
                         char *const argv[]);

#endif
