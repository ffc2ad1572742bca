/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_finish.c: what a limit needs when all its options are there.
 * Layer L2. */
#include "guard_private.h"
#include "guard_config.h"

#include <apr_strings.h>

#include "config/config_option.h"

enum {
    KEYS_HELD_DEFAULT = 4096 /* of concurrent=, in each process */
};

#define DELAY_DEFAULT apr_time_from_sec(10)

/* What there is room for in the table of rates is little: it has none. */
static const char *finish_concurrent(cmd_parms *cmd, guard_limit_t *limit)
{
    if (limit->rate_text || limit->rate.burst || limit->cost != 1) {
        return apr_psprintf(cmd->pool,
                            "%s %s: concurrent= goes without rate=, burst= "
                            "and cost=: expected another limit for those",
                            cmd->cmd->name, limit->name);
    }
    if (limit->action.kind == ACTION_DELAY) {
        return apr_psprintf(cmd->pool,
                            "%s %s: action=delay goes with rate=, not with "
                            "concurrent=",
                            cmd->cmd->name, limit->name);
    }
    limit->keys = limit->keys ? limit->keys : KEYS_HELD_DEFAULT;
    limit->rate = (rate_rule_t){ 1, APR_USEC_PER_SEC, 0, 0 };
    limit->rate_text = apr_psprintf(cmd->pool, "%d at once", limit->concurrent);
    limit->excess = apr_psprintf(cmd->pool, "more than %s", limit->rate_text);
    limit->place.sets = 1;
    return NULL;
}

static const char *finish_rate(cmd_parms *cmd, guard_limit_t *limit)
{
    if (!limit->rate_text) {
        return apr_psprintf(cmd->pool,
                            "%s %s: rate= is missing: rate=5/min for example, "
                            "or concurrent=10",
                            cmd->cmd->name, limit->name);
    }
    if (limit->cost > (int)limit->rate.burst + 1) {
        return apr_psprintf(cmd->pool,
                            "%s %s: cost=%d is never allowed with burst=%u: "
                            "one request needs burst=%d",
                            cmd->cmd->name, limit->name, limit->cost,
                            limit->rate.burst, limit->cost - 1);
    }
    if (limit->action.kind == ACTION_DELAY) {
        limit->rate.queue = rate_queue(&limit->rate, limit->action.time_us
                                                         ? limit->action.time_us
                                                         : DELAY_DEFAULT);
    }
    limit->excess = apr_psprintf(cmd->pool, "more than %s, burst %u",
                                 limit->rate_text, limit->rate.burst);
    limit->policy =
        apr_psprintf(cmd->pool,
                     "\"%s\";q=%" APR_UINT64_T_FMT ";w=%" APR_UINT64_T_FMT,
                     limit->name, limit->rate.count,
                     (limit->rate.period_us + APR_USEC_PER_SEC - 1)
                         / APR_USEC_PER_SEC);
    return NULL;
}

const char *limit_finish(cmd_parms *cmd, guard_limit_t *limit)
{
    static const key_part_t by_address = { KEY_ADDRESS, NULL, NULL };
    const char *wrong = limit->concurrent ? finish_concurrent(cmd, limit)
                                          : finish_rate(cmd, limit);
    int i;

    if (wrong) {
        return wrong;
    }
    if (!limit->key_count) {
        limit->key = &by_address;
        limit->key_count = 1;
    }
    for (i = 0; i < limit->key_count; i++) {
        limit->is_late |=
            limit->key[i].kind == KEY_USER || limit->key[i].kind == KEY_LABEL;
    }
    limit->place.identity =
        apr_psprintf(cmd->pool, "%s %s %s %u",
                     cmd->server->defn_name ? cmd->server->defn_name : "",
                     limit->name, limit->rate_text, limit->rate.burst);
    return NULL;
}
