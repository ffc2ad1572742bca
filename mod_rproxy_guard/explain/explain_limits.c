/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain_limits.c: limits, looked at and not charged.  Layer L2. */
#include "guard_private.h"
#include "explain_step.h"

#include "../checks/limits_applying.h"
#include "../fleet/fleet.h"
#include "../limits/hold.h"
#include "../limits/limit_key.h"

typedef struct {
    explain_t *x;
    guard_limit_t *limit;
    int log_only;
    uint64_t hash;
} asked_t;

static guard_verdict_t verdict_of(const asked_t *a, const rate_t *rate)
{
    guard_limit_t *limit = a->limit;
    guard_verdict_t verdict = { .log_only = a->log_only,
                                .action = &limit->action,
                                .rule = limit->name,
                                .where = limit->where,
                                .limit = limit,
                                .rate = *rate };

    if (!rate->allowed) {
        verdict.status = limit->status;
    }
    return verdict;
}

/* What is allowed, and later.  NULL: it need not wait. */
static const char *word_of_wait(const asked_t *a, const rate_t *rate,
                                const char *word)
{
    return !rate->allowed || !rate->wait_us ? NULL : a->log_only ? "log" : word;
}

static void write_step(const asked_t *a, const rate_t *rate, const char *word,
                       const char *why)
{
    explain_t *x = a->x;
    guard_verdict_t verdict = verdict_of(a, rate);

    word = word ? word : explain_word(x, &verdict);
    explain_begin(x, "limit", word);
    explain_member(x, "rule", a->limit->name);
    explain_member(x, "rate", a->limit->rate_text);
    explain_member(x, "key", limit_key_text(x->r, a->limit));
    explain_member(x, "why", why);
    explain_member(x, "where", a->limit->where);
    write_format(x->w, ", \"left\": %u", rate->remaining);
    if (rate->wait_us) {
        write_format(x->w, ", \"wait_ms\": %" APR_UINT64_T_FMT,
                     (apr_uint64_t)rate->wait_us / 1000);
    }
    if (verdict.status) {
        write_format(x->w, ", \"status\": %d, \"retry_s\": %" APR_UINT64_T_FMT,
                     verdict.status,
                     (apr_uint64_t)(rate->retry_us + APR_USEC_PER_SEC - 1)
                         / APR_USEC_PER_SEC);
    }
    explain_end(x, word, &verdict);
}

static void explain_rate(const asked_t *a)
{
    guard_limit_t *limit = a->limit;
    rate_t rate = limit_table_look(&limit->place.table, &limit->rate, a->hash,
                                   apr_time_now(),
                                   limit->bandwidth ? 1 : (uint32_t)limit->cost)
                      .rate;

    if (limit->bandwidth) {
        rate.allowed = 1;
        write_step(a, &rate, word_of_wait(a, &rate, "slow"),
                   "a response has what others of its key leave of it");
    }
    else {
        write_step(a, &rate, word_of_wait(a, &rate, "delay"), NULL);
    }
}

static void explain_hold(const asked_t *a)
{
    uint32_t held = hold_count_of_key(a->limit, a->hash);
    uint32_t most = (uint32_t)a->limit->concurrent;
    rate_t rate = { .allowed = held < most,
                    .remaining = held < most ? most - held : 0,
                    .retry_us = APR_USEC_PER_SEC };

    write_step(a, &rate, NULL, NULL);
}

static void explain_limit(explain_t *x, guard_limit_t *limit, int log_only)
{
    asked_t asked = { x, limit, log_only, 0 };
    guard_verdict_t lacks = { .status = HTTP_FORBIDDEN,
                              .log_only = log_only,
                              .rule = limit->name,
                              .why = LIMIT_LACKS_KEY,
                              .where = limit->where };
    int has_key = limit_key_hash(x->r, limit, fleet_secret(limit), &asked.hash);

    if (!has_key && limit->missing == MISSING_SKIP) {
        explain_say(x, "limit", "skip", limit->name,
                    "the request lacks what the limit counts by", limit->where);
    }
    else if (!has_key && limit->missing == MISSING_REFUSE) {
        explain_step(x, "limit", &lacks);
    }
    else if (limit->concurrent) {
        explain_hold(&asked);
    }
    else {
        explain_rate(&asked);
    }
}

void explain_limits(explain_t *x, const guard_settings_t *settings, int from,
                    int late)
{
    int i;

    for (i = from; settings->limits && i < settings->limits->nelts; i++) {
        guard_limit_t *limit =
            APR_ARRAY_IDX(settings->limits, i, guard_limit_t *);
        guard_mode_e mode = guard_mode_of(limit->mode, settings->mode);

        if (limit->is_late == late && mode != GUARD_OFF
            && limits_applying_is_for(x->r, limit)) {
            explain_limit(x, limit, mode == GUARD_DETECT);
        }
    }
}
