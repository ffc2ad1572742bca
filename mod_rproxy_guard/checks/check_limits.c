/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_limits.c: RProxyGuardLimit.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include "../fleet/fleet.h"
#include "../guard_act.h"
#include "../guard_request.h"
#include "../limits/bandwidth.h"
#include "limits_applying.h"
#include "ticket.h"

static guard_verdict_t limited(request_rec *r, const limit_applying_t *one,
                               const rate_t *rate)
{
    guard_limit_t *limit = one->limit;
    guard_verdict_t verdict = { .status = limit->status,
                                .log_only = one->log_only,
                                .action = &limit->action,
                                .rule = limit->name,
                                .where = limit->where,
                                .limit = limit,
                                .hash = one->hash,
                                .rate = *rate };
    limit_counts_t *counts = limit->place.counts;

    verdict.retry_after_s =
        (int)((rate->retry_us + APR_USEC_PER_SEC - 1) / APR_USEC_PER_SEC);
    __atomic_fetch_add(&counts->refused, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&counts->refused_at, r->request_time, __ATOMIC_RELAXED);
    return verdict;
}

/* What is counted elsewhere than in tables of rates: hold_all and slow_down
 * have their say. */
static int has_no_rate(const guard_limit_t *limit)
{
    return limit->concurrent || limit->bandwidth;
}

/* Both decide one->looked.  @return is it allowed? */
typedef int step_fn(apr_time_t now, limit_applying_t *one);

static int look(apr_time_t now, limit_applying_t *one)
{
    one->looked = limit_table_look(&one->limit->place.table, &one->limit->rate,
                                   one->hash, now, (uint32_t)one->limit->cost);
    return one->looked.rate.allowed;
}

static int take(apr_time_t now, limit_applying_t *one)
{
    one->looked = limit_table_take(&one->limit->place.table, &one->limit->rate,
                                   one->hash, now, (uint32_t)one->limit->cost);
    if (one->looked.displaced) {
        __atomic_fetch_add(&one->limit->place.counts->displaced, 1,
                           __ATOMIC_RELAXED);
    }
    return one->looked.rate.allowed;
}

/* What was looked at before. */
static int settle(apr_time_t now, limit_applying_t *one)
{
    return limit_table_settle(&one->looked, one->hash) || take(now, one);
}

/* The time that all of them have for it: so long after it came. */
static void wait_until(request_rec *r, const limit_applying_t *one,
                       apr_time_t then)
{
    guard_request_t *request = guard_request_of(r);
    guard_wait_t *wait = one->log_only ? &request->would_wait : &request->wait;
    apr_interval_time_t us = then - r->request_time;

    if (us > wait->us) {
        *wait = (guard_wait_t){ one->limit, us };
    }
}

static int passes(request_rec *r, apr_time_t now, limit_applying_t *one,
                  step_fn *step)
{
    if (has_no_rate(one->limit)) {
        return 1;
    }
    if (!step(now, one)) {
        return 0;
    }
    if (one->looked.rate.wait_us) {
        wait_until(r, one, now + (apr_interval_time_t)one->looked.rate.wait_us);
    }
    return 1;
}

/* One that is used up and lets the request go on all the same is left out.
 * @return so many allow it: all->count, or the next one refuses it */
static int step_through(request_rec *r, limits_applying_t *all, step_fn *step,
                        guard_verdict_t *verdict)
{
    int i = 0;

    while (i < all->count) {
        limit_applying_t *one = &all->one[i];

        if (passes(r, all->now, one, step)) {
            i++;
            continue;
        }
        *verdict = limited(r, one, &one->looked.rate);
        if (!guard_act_lets_pass(r, verdict)) {
            return i;
        }
        *verdict = (guard_verdict_t){ 0 };
        all->count--;
        memmove(&all->one[i], &all->one[i + 1],
                sizeof(all->one[0]) * (size_t)(all->count - i));
    }
    return i;
}

/* Somebody else took what was left at limit number end. */
static void give_back(request_rec *r, const limits_applying_t *all, int end)
{
    int i;

    for (i = 0; i < end; i++) {
        guard_limit_t *limit = all->one[i].limit;

        if (has_no_rate(limit)) {
            continue;
        }
        limit_table_give_back(&limit->place.table, &limit->rate,
                              all->one[i].hash, all->now,
                              (uint32_t)limit->cost);
    }
}

/* Other servers are told of what stands. */
static void note(const limits_applying_t *all)
{
    int i;

    for (i = 0; i < all->count; i++) {
        fleet_note(all->one[i].limit, all->one[i].hash);
    }
}

/* ---- requests at once ---- */

/* @return 0: no more of them at once */
static int hold(request_rec *r, const limit_applying_t *one)
{
    hold_e out = ticket_take(r, one->limit, one->hash);

    if (out == HOLD_NO_PLACE) {
        __atomic_fetch_add(&one->limit->place.counts->displaced, 1,
                           __ATOMIC_RELAXED);
    }
    return out != HOLD_FULL;
}

/* @return 0 and *verdict: one of them refuses */
static int hold_all(request_rec *r, const limits_applying_t *all,
                    guard_verdict_t *verdict)
{
    static const rate_t later = { .retry_us = APR_USEC_PER_SEC };
    int i;

    for (i = 0; i < all->count; i++) {
        if (all->one[i].limit->concurrent && !hold(r, &all->one[i])) {
            *verdict = limited(r, &all->one[i], &later);
            if (!guard_act_lets_pass(r, verdict)) {
                return 0;
            }
            *verdict = (guard_verdict_t){ 0 };
        }
    }
    return 1;
}

static void slow_down(request_rec *r, const limits_applying_t *all)
{
    int i;

    for (i = 0; i < all->count; i++) {
        guard_limit_t *limit = all->one[i].limit;

        if (limit->bandwidth) {
            bandwidth_begin(r, limit, all->one[i].hash, all->one[i].log_only);
        }
    }
}

/* All are looked at before any is charged: a request that one refuses costs
 * nothing at the others. */
static guard_verdict_t charge(request_rec *r, limits_applying_t *all)
{
    guard_verdict_t verdict = { 0 };
    int several = all->count > 1, taken;

    if (several && step_through(r, all, look, &verdict) < all->count) {
        return verdict;
    }
    taken = step_through(r, all, several ? settle : take, &verdict);
    if (taken < all->count || !hold_all(r, all, &verdict)) {
        give_back(r, all, taken);
        return verdict;
    }
    note(all);
    slow_down(r, all);
    return verdict;
}

guard_verdict_t check_limits(request_rec *r, const guard_settings_t *settings,
                             int from, int late)
{
    guard_verdict_t verdict = { 0 };
    limits_applying_t all;

    if (settings->limits && from < settings->limits->nelts
        && limits_applying_find(r, settings, from, late, &all, &verdict)) {
        return charge(r, &all);
    }
    return verdict;
}
