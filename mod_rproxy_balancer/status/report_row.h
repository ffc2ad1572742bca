/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_row.h: what there is to tell of a member and of an upstream, looked
 * up at one moment, for page, JSON and metrics.  Layer L2. */
#ifndef RPROXY_REPORT_ROW_H
#define RPROXY_REPORT_ROW_H

#include "../balanced.h"
#include "../members/roster.h"

typedef struct {
    const balanced_t *of;
    int number;
    roster_entry_t entry;
    roster_standing_t standing;
    member_state_e state;
    health_t health;
    int64_t now;
    uint32_t in_flight, first_byte_us;
    segment_member_t seen; /* a copy */
} report_row_t;

/* The last minute, oldest slot first. */
typedef struct {
    uint32_t requests[RECENT_SLOTS], failed[RECENT_SLOTS];
    uint32_t all_requests, all_failed;
} report_recent_t;

typedef struct {
    int members;
    int by_state[MEMBER_MAINTENANCE + 1]; /* [member_state_e] */
    uint64_t requests, failed;
    uint32_t in_flight;
    int panic;
    report_recent_t recent;
    histogram_t first_byte, total;
} report_sum_t;

/* @return 0: the place is free */
int report_row(report_row_t *row, balanced_t *of, int number);

/* Of all its members. */
void report_sum(report_sum_t *sum, balanced_t *of);

report_recent_t report_recent(const report_row_t *row);

/* Is it asked? */
int report_is_well(member_state_e state);

/* "requests failed in a row", "no connection" ... */
const char *report_why(const report_row_t *row);
const char *report_probe(const report_row_t *row);

int report_ramp_percent(const report_row_t *row);

/* "reset", "status 503"; from pool.  @return NULL: none has failed */
const char *report_failure(const report_row_t *row, int64_t *ago_s,
                           apr_pool_t *pool);

#endif
