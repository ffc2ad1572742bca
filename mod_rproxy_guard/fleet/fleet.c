/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet.c: see fleet.h.  Layer L2. */
#include "guard_private.h"
#include "fleet_area.h"

#include <apr_general.h>
#include <apr_strings.h>

#include "../shared/shared_area.h"

static fleet_area_t *area; /* NULL: nothing is shared */

static guard_limit_t *limit_at(int i)
{
    return APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *);
}

int fleet_check(server_rec *s)
{
    int i;

    for (i = 0; i < guard_global->limits->nelts; i++) {
        const guard_limit_t *limit = limit_at(i);

        if (limit->shared && !guard_global->fleet.where) {
            ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                         RPLOGNO(4413) "RProxyGuardLimit %s at %s: "
                                       "shared=redis needs RProxyGuardRedis "
                                       "redis://HOST",
                         limit->name, limit->where);
            return 0;
        }
    }
    return 1;
}

/* One of the server's own, until it meets others. */
static void make_secret(void)
{
    siphash_key_t secret;

    if (!area->secret_low && !area->secret_high) {
        apr_generate_random_bytes((unsigned char *)&secret, sizeof(secret));
        FLEET_STORE(area->secret_low, secret.low);
        FLEET_STORE(area->secret_high, secret.high);
    }
}

int fleet_open(server_rec *s)
{
    area = NULL;
    if (!guard_global->fleet.where) {
        return 1;
    }
    area = shared_area(s, "fleet", sizeof(*area));
    if (!area) {
        return 0;
    }
    FLEET_ADD(area->generation, 1);
    make_secret();
    return 1;
}

/* Limits of the same name and rate are one. */
static int find(const fleet_limit_t *limits, int count, uint32_t id)
{
    int i = 0;

    while (i < count && limits[i].id != id) {
        i++;
    }
    return i;
}

void fleet_start(server_rec *s, apr_pool_t *pool)
{
    fleet_limit_t *limits;
    int i, count = 0;
    apr_status_t rv;

    if (!area) {
        return;
    }
    limits = apr_pcalloc(pool, sizeof(*limits)
                                   * (size_t)(guard_global->limits->nelts + 1));
    for (i = 0; i < guard_global->limits->nelts; i++) {
        const guard_limit_t *limit = limit_at(i);

        if (limit->shared && find(limits, count, limit->fleet_id) == count) {
            limits[count++] = (fleet_limit_t){ limit->fleet_id,
                                               limit->fleet_name, limit->rate };
        }
    }
    rv = count ? fleet_thread_start(area, limits, count, pool) : APR_SUCCESS;
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     RPLOGNO(4412) "no thread that tells Redis: if no other "
                                   "process has one, limits count here alone");
    }
}

/* ---- requests ---- */

siphash_key_t fleet_secret(const guard_limit_t *limit)
{
    return limit->shared && area
               ? (siphash_key_t){ FLEET_LOAD(area->secret_low),
                                  FLEET_LOAD(area->secret_high) }
               : guard_global->secret;
}

static void tell(const guard_limit_t *limit, uint64_t hash, uint32_t cost)
{
    consumed_t consumed = { hash, limit->fleet_id, cost };

    if (limit->shared && area && FLEET_LOAD(area->state) == FLEET_SHARED
        && !consumed_ring_put(&area->ring, &consumed)) {
        FLEET_ADD(area->lost, 1);
    }
}

void fleet_note(const guard_limit_t *limit, uint64_t hash)
{
    tell(limit, hash, (uint32_t)limit->cost);
}

void fleet_forget(const guard_limit_t *limit, uint64_t hash)
{
    tell(limit, hash, CONSUMED_FORGET);
}

/* ---- for the status ---- */

fleet_report_t fleet_report(void)
{
    fleet_report_t out = { 0 };

    if (area) {
        out.state = (fleet_state_e)FLEET_LOAD(area->state);
        memcpy(out.fault.text, area->fault.text, REDIS_FAULT_MAX - 1);
        out.exchanges = FLEET_LOAD(area->exchanges);
        out.keys = FLEET_LOAD(area->keys);
        out.learned = FLEET_LOAD(area->learned);
        out.faults = FLEET_LOAD(area->faults);
        out.lost = FLEET_LOAD(area->lost);
        out.took_us = FLEET_LOAD(area->took_us);
    }
    return out;
}

const char *fleet_state_name(fleet_state_e state)
{
    return state == FLEET_SHARED ? "shared"
           : state == FLEET_AWAY ? "away"
                                 : "starts";
}
