/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_directives.c: RProxyBalancerQueue.  Layer L2.
 * README.md describes it for administrators. */
#include "balancer_parts.h"

#include <stdlib.h>

#include <apr_strings.h>

#include "../overload/queue_line.h"
#include "config/config_option.h"

#define LIMIT_MAX 100000

/* As long as people wait for a page, and as many as one server has places for
 * without a thought. */
const queue_conf_t balancer_default_queue = { .max = 128,
                                              .timeout = apr_time_from_sec(5),
                                              .aging = apr_time_from_sec(1),
                                              .aged_every = 8,
                                              .spare = 75 };

/* "4-200" */
static const char *read_adaptive(cmd_parms *cmd, queue_conf_t *part)
{
    char *end;
    long least, most = 0;

    if (!part->adaptive || ap_cstr_casecmp(part->adaptive, "off") == 0) {
        return NULL;
    }
    least = strtol(part->adaptive, &end, 10);
    if (*end == '-') {
        most = strtol(end + 1, &end, 10);
    }
    if (*end || least < 1 || most < least || most > LIMIT_MAX) {
        return config_option_expected(cmd, part->adaptive,
                                      "adaptive=LEAST-MOST requests at once, "
                                      "such as 4-200, or off");
    }
    part->adaptive_least = (int)least;
    part->adaptive_most = (int)most;
    return NULL;
}

const char *balancer_directive_queue(cmd_parms *cmd, void *dir, int argc,
                                     char *const argv[])
{
    static const option_t options[] = {
        { "max", OPTION_INT, offsetof(queue_conf_t, max), 1, QUEUE_MAX },
        { "timeout", OPTION_TIME, offsetof(queue_conf_t, timeout), 0, 3600 },
        { "aging", OPTION_TIME, offsetof(queue_conf_t, aging), 0, 3600 },
        { "share", OPTION_INT, offsetof(queue_conf_t, aged_every), 0, 1000 },
        { "spare", OPTION_INT, offsetof(queue_conf_t, spare), 0, 100 },
        { "adaptive", OPTION_WORD, offsetof(queue_conf_t, adaptive), 0, 0 },
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    queue_conf_t *part =
        apr_pmemdup(cmd->pool, &balancer_default_queue, sizeof(*part));
    balancer_conf_t *conf;
    const char *error = balancer_find_place(cmd, argc, &conf);
    int i;

    part->off = argc == 1 && ap_cstr_casecmp(argv[0], "off") == 0;
    for (i = 0; i < argc && !part->off && !error; i++) {
        error = config_option_set(cmd, options, part, argv[i]);
    }
    if (!error) {
        error = read_adaptive(cmd, part);
    }
    if (!error && !part->off && part->timeout < apr_time_from_msec(1)) {
        error = "RProxyBalancerQueue: expected a timeout= of 1ms or more, or "
                "off where nobody shall wait";
    }
    if (!error) {
        conf->queue = part;
    }
    return error;
}
