/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limits_applying.c: see limits_applying.h.  Layer L2. */
#include "guard_private.h"
#include "limits_applying.h"

#include "../fleet/fleet.h"
#include "../guard_act.h"
#include "../guard_path.h"
#include "../guard_request.h"
#include "../limits/limit_key.h"

static int is_of_method(const guard_limit_t *limit, const char *method)
{
    int i;

    for (i = 0; limit->methods && limit->methods[i]; i++) {
        if (strcmp(limit->methods[i], method) == 0) {
            return 1;
        }
    }
    return !limit->methods;
}

/* Of a bot's class, or of that of RProxyClass as far as it is known. */
static int is_of_class(request_rec *r, const char *name)
{
    const char *class = guard_request_of(r)->bot_class;

    if (class && strcmp(class, name) == 0) {
        return 1;
    }
    class = apr_table_get(r->notes, RPROXY_NOTE_CLASS);
    if (!class) {
        class = apr_table_get(r->subprocess_env, RPROXY_NOTE_CLASS);
    }
    return class && strcmp(class, name) == 0;
}

static int is_in(guard_connection_t *client, named_list_t *list)
{
    return guard_connection_find(client, list) != NETWORK_LIST_NONE;
}

static int is_of_lists(request_rec *r, const guard_limit_t *limit)
{
    guard_connection_t *client;
    address_t address;

    if (!limit->list && !limit->not_list) {
        return 1;
    }
    if (!limit_key_client(r, &address)) {
        return 0;
    }
    client = guard_connection_of(r->connection, address);
    return (!limit->list || is_in(client, limit->list))
           && (!limit->not_list || !is_in(client, limit->not_list));
}

int limits_applying_is_for(request_rec *r, const guard_limit_t *limit)
{
    const char *error = NULL;

    return (!limit->in_attack || attack_is_on())
           && (!limit->path
               || strncmp(guard_path(r), limit->path, strlen(limit->path)) == 0)
           && is_of_method(limit, r->method) && is_of_lists(r, limit)
           && (!limit->class || is_of_class(r, limit->class))
           && (!limit->expr || (ap_expr_exec(r, limit->expr, &error) > 0));
}

static guard_verdict_t without_key(const guard_limit_t *limit, int log_only)
{
    guard_verdict_t verdict = { .status = HTTP_FORBIDDEN,
                                .log_only = log_only,
                                .rule = limit->name,
                                .why = LIMIT_LACKS_KEY,
                                .where = limit->where };

    return verdict;
}

/* @return 0: it must have a key and has none */
static int add(request_rec *r, guard_limit_t *limit, int log_only,
               limits_applying_t *out)
{
    limit_applying_t *one = &out->one[out->count];

    one->hash = 0;
    if (!limit_key_hash(r, limit, fleet_secret(limit), &one->hash)
        && limit->missing != MISSING_SHARE) {
        return limit->missing == MISSING_SKIP;
    }
    one->limit = limit;
    one->log_only = log_only;
    out->count++;
    return 1;
}

int limits_applying_find(request_rec *r, const guard_settings_t *settings,
                         int from, int late, limits_applying_t *out,
                         guard_verdict_t *verdict)
{
    int i, n = settings->limits->nelts;

    out->count = 0;
    out->now = apr_time_now();
    for (i = from; i < n && out->count < LIMITS_AT_ONCE; i++) {
        guard_limit_t *limit =
            APR_ARRAY_IDX(settings->limits, i, guard_limit_t *);
        guard_mode_e mode = guard_mode_of(limit->mode, settings->mode);
        int log_only = mode == GUARD_DETECT;

        if (limit->is_late != late || mode == GUARD_OFF
            || !limits_applying_is_for(r, limit)
            || add(r, limit, log_only, out)) {
            continue;
        }
        *verdict = without_key(limit, log_only);
        if (!guard_act_lets_pass(r, verdict)) {
            return 0;
        }
        *verdict = (guard_verdict_t){ 0 };
    }
    return 1;
}
