/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_finish.c: what a limit needs when all its options are there.
 * Layer L2. */
#include "guard_private.h"
#include "guard_config.h"

#include <apr_strings.h>

#include "../limits/bandwidth.h"
#include "config/config_option.h"

enum {
    KEYS_HELD_DEFAULT = 4096, /* of concurrent=, in each process */
    SHARED_BURSTS = 16
};

#define DELAY_DEFAULT apr_time_from_sec(10)
/* Pieces of responses are given their time so far ahead. */
#define BANDWIDTH_QUEUE apr_time_from_sec(3)

/* What there is room for in the table of rates is little: it has none. */
static const char *finish_concurrent(cmd_parms *cmd, guard_limit_t *limit)
{
    if (limit->rate_text || limit->rate.burst || limit->cost != 1) {
        return apr_psprintf(cmd->pool,
                            "%s %s: concurrent= goes without rate=, burst= "
                            "and cost=: expected another limit for those",
                            cmd->cmd->name, limit->name);
    }
    if (limit->action.kind == GUARD_ACTION_DELAY) {
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

/* Of the table one is a KiB; burst= is in bytes, a second's by default. */
static const char *finish_bandwidth(cmd_parms *cmd, guard_limit_t *limit)
{
    uint64_t count = (uint64_t)limit->bandwidth / BANDWIDTH_UNIT;
    uint64_t burst =
        limit->rate.burst ? limit->rate.burst / BANDWIDTH_UNIT : count;

    if (limit->rate_text || limit->concurrent || limit->cost != 1) {
        return apr_psprintf(cmd->pool,
                            "%s %s: bandwidth= goes without rate=, concurrent= "
                            "and cost=: expected another limit for those",
                            cmd->cmd->name, limit->name);
    }
    if (limit->action.kind > GUARD_ACTION_LOG) {
        return apr_psprintf(cmd->pool,
                            "%s %s: bandwidth= refuses nothing: expected "
                            "action=off or none",
                            cmd->cmd->name, limit->name);
    }
    limit->rate = (rate_rule_t){ count, APR_USEC_PER_SEC,
                                 burst < RATE_BURST_MAX ? (uint32_t)burst
                                                        : RATE_BURST_MAX,
                                 0 };
    limit->rate.queue = rate_queue(&limit->rate, BANDWIDTH_QUEUE);
    limit->rate_text =
        apr_psprintf(cmd->pool, "%" APR_UINT64_T_FMT " KiB/s", count);
    limit->excess = apr_psprintf(cmd->pool, "more than %s", limit->rate_text);
    return NULL;
}

static const char *finish_rate(cmd_parms *cmd, guard_limit_t *limit)
{
    if (!limit->rate_text) {
        return apr_psprintf(cmd->pool,
                            "%s %s: rate= is missing: rate=5/min for example, "
                            "concurrent=10 or bandwidth=1m",
                            cmd->cmd->name, limit->name);
    }
    if (limit->rate.burst > RATE_BURST_MAX) {
        return apr_psprintf(cmd->pool,
                            "%s %s: burst=%u is wrong: expected a number from "
                            "0 to %d",
                            cmd->cmd->name, limit->name, limit->rate.burst,
                            RATE_BURST_MAX);
    }
    if (limit->cost > (int)limit->rate.burst + 1) {
        return apr_psprintf(cmd->pool,
                            "%s %s: cost=%d is never allowed with burst=%u: "
                            "one request needs burst=%d",
                            cmd->cmd->name, limit->name, limit->cost,
                            limit->rate.burst, limit->cost - 1);
    }
    if (limit->action.kind == GUARD_ACTION_DELAY) {
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

/* Servers let through too many at once while they do not know of each other, as
 * many as this at most: that is made up for. */
static const char *finish_shared(cmd_parms *cmd, guard_limit_t *limit)
{
    if (limit->concurrent || limit->bandwidth) {
        return apr_psprintf(cmd->pool,
                            "%s %s: shared=redis goes with rate=, not with "
                            "concurrent= and bandwidth=",
                            cmd->cmd->name, limit->name);
    }
    limit->rate.debt =
        (limit->rate.burst + 1) * (SHARED_BURSTS - 1) * (uint32_t)RATE_UNITS;
    limit->fleet_name =
        apr_pstrcat(cmd->pool, limit->name, ":", limit->rate_text, NULL);
    limit->fleet_id = (uint32_t)siphash((siphash_key_t){ 0, 0 },
                                        slice_str(limit->fleet_name));
    return NULL;
}

const char *limit_finish(cmd_parms *cmd, guard_limit_t *limit)
{
    static const key_part_t by_address = { KEY_ADDRESS, NULL, NULL };
    const char *wrong = limit->bandwidth    ? finish_bandwidth(cmd, limit)
                        : limit->concurrent ? finish_concurrent(cmd, limit)
                                            : finish_rate(cmd, limit);
    int i;

    if (!wrong && limit->shared) {
        wrong = finish_shared(cmd, limit);
    }
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
