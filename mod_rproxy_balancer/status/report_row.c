/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_row.c: see report_row.h.  Layer L2. */
#include "report_row.h"

#include <apr_strings.h>

#include "driver/clock.h"
#include "probes/probe.h"
#include "status/histogram.h"

static uint32_t load(const uint32_t *value)
{
    return __atomic_load_n(value, __ATOMIC_RELAXED);
}

int report_row(report_row_t *row, balanced_t *of, int number)
{
    const balance_t *balance = &of->balance;

    if (!roster_read(balance, number, &row->entry, &row->standing)) {
        return 0;
    }
    row->of = of;
    row->number = number;
    row->now = clock_now();
    row->state = balance_state(balance, number, &row->health, row->now);
    row->in_flight = load(&balance->load.in_flight[number]);
    row->first_byte_us = load(&balance->load.first_byte_us[number]);
    row->seen = balance->member[number];
    return 1;
}

/* ---- the last minute ---- */

static void add_recent(report_recent_t *to, const member_record_t *record,
                       int64_t now)
{
    recent_read(&record->requests, now, to->requests);
    recent_read(&record->failed, now, to->failed);
}

static void sum_recent(report_recent_t *recent)
{
    int i;

    for (i = 0; i < RECENT_SLOTS; i++) {
        recent->all_requests += recent->requests[i];
        recent->all_failed += recent->failed[i];
    }
}

report_recent_t report_recent(const report_row_t *row)
{
    report_recent_t recent = { { 0 } };

    add_recent(&recent, &row->seen.record, row->now);
    sum_recent(&recent);
    return recent;
}

/* ---- all members ---- */

static void add_member(report_sum_t *sum, const segment_member_t *m,
                       member_state_e state, int64_t now)
{
    sum->members++;
    sum->by_state[state]++;
    sum->requests += METRIC_READ(m->all_requests);
    sum->failed += METRIC_READ(m->all_failed);
    add_recent(&sum->recent, &m->record, now);
    histogram_merge(&sum->first_byte, &m->record.first_byte);
    histogram_merge(&sum->total, &m->record.total);
}

void report_sum(report_sum_t *sum, balanced_t *of)
{
    balance_t *balance = &of->balance;
    int64_t now = clock_now();
    int i;

    memset(sum, 0, sizeof(*sum));
    for (i = 0; i < roster_places(balance); i++) {
        health_t health;
        member_state_e state = balance_state(balance, i, &health, now);

        if (state != MEMBER_NONE) {
            add_member(sum, &balance->member[i], state, now);
        }
    }
    sum_recent(&sum->recent);
    sum->in_flight = load(balance->load.total);
    sum->panic = balance_panic(balance);
}

/* ---- words ---- */

int report_is_well(member_state_e state)
{
    return state == MEMBER_UP || state == MEMBER_DRAIN;
}

const char *report_why(const report_row_t *row)
{
    return health_reason_text((health_reason_e)row->health.reason);
}

const char *report_probe(const report_row_t *row)
{
    return probe_result_text((probe_result_e)row->seen.probe_result);
}

int report_ramp_percent(const report_row_t *row)
{
    const health_rules_t rules = balance_rules(&row->of->balance, row->number);

    return health_ramp_percent(&row->health, &rules, row->now);
}

const char *report_failure(const report_row_t *row, int64_t *ago_s,
                           apr_pool_t *pool)
{
    member_failure_t failure = member_record_failure(&row->seen.record);

    if (!failure.at_ms) {
        return NULL;
    }
    *ago_s = (row->now / 1000 - failure.at_ms) / 1000;
    *ago_s = *ago_s > 0 ? *ago_s : 0;
    return failure.status
               ? apr_psprintf(pool, "%s %d", member_failure_text(&failure),
                              failure.status)
               : member_failure_text(&failure);
}
