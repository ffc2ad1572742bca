/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hedge_directive.c: RProxyBalancerHedge.  Layer L2. */
#include "balancer_parts.h"

#include <apr_strings.h>

#include "config/config_option.h"

#define HOUR_S 3600

const hedge_conf_t balancer_default_hedge = { .off = 1,
                                              .min = apr_time_from_msec(1),
                                              .max = apr_time_from_sec(1),
                                              .budget_percent = 10 };

static const char *set_option(cmd_parms *cmd, const char *argument,
                              hedge_conf_t *conf)
{
    static const option_t options[] = {
        { "after", OPTION_TIME, offsetof(hedge_conf_t, after), 0, HOUR_S },
        { "min", OPTION_TIME, offsetof(hedge_conf_t, min), 0, HOUR_S },
        { "max", OPTION_TIME, offsetof(hedge_conf_t, max), 0, HOUR_S },
        { "budget", OPTION_INT, offsetof(hedge_conf_t, budget_percent), 1,
          100 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *error;

    if (strcmp(argument, "after=p95") == 0) {
        conf->after = 0;
        return NULL;
    }
    error = config_option_set(cmd, options, conf, argument);
    if (!error && strncmp(argument, "after=", 6) == 0 && !conf->after) {
        return config_option_expected(cmd, argument + 6,
                                      "p95, or a time such as 50ms");
    }
    return error;
}

const char *hedge_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[])
{
    hedge_conf_t *part =
        apr_pmemdup(cmd->pool, &balancer_default_hedge, sizeof(*part));
    balancer_conf_t *conf;
    const char *error = balancer_find_place(cmd, argc, &conf);
    int i;

    part->off = argc == 1 && ap_cstr_casecmp(argv[0], "off") == 0;
    for (i = 0; i < argc && !part->off && !error; i++) {
        error = set_option(cmd, argv[i], part);
    }
    if (!error && part->max < part->min) {
        error = "RProxyBalancerHedge: expected a max= that is not below min=";
    }
    if (!error) {
        conf->hedge = part;
    }
    return error;
}
