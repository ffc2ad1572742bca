/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_table.h: what each label has used in the last days, in fixed memory
 * shared by all processes.  Layer L0.
 *
 *   row:  | id | until | label | day 0: requests, refused, bytes | day 1 ...
 *
 * Rows are found by a hash of the label, probing on from there, and never given
 * up; a count is one atomic number with its day in it (16 bits, 48 of the
 * count), so that a day that comes round again begins at 0 without anybody's
 * doing, and a process may be killed between any two writes. */
#ifndef RPROXY_GUARD_USAGE_TABLE_H
#define RPROXY_GUARD_USAGE_TABLE_H

#include "http1/h1_slice.h"
#include "limits/rate.h"

enum {
    USAGE_DAYS = 32,
    USAGE_LABEL = 48, /* with its NUL; longer ones are cut */
    USAGE_COUNT_BITS = 48
};

typedef enum {
    USAGE_REQUESTS, /* that went on */
    USAGE_REFUSED,
    USAGE_BYTES, /* sent */
    USAGE_COUNTS
} usage_count_e;

typedef struct usage_row_t {
    uint64_t id;    /* atomic; 0: a free row */
    uint64_t until; /* atomic, of rate.h; 0: nothing is known */
    char label[USAGE_LABEL];
    uint64_t count[USAGE_DAYS][USAGE_COUNTS]; /* atomics */
} usage_row_t;

typedef struct {
    usage_row_t *row; /* [rows], all 0 at first */
    uint32_t rows;    /* a power of two */
} usage_table_t;

static inline size_t usage_table_room(uint32_t rows)
{
    return (size_t)rows * sizeof(usage_row_t);
}

/* Days since 1970-01-01 (UTC). */
static inline uint32_t usage_day(int64_t unix_s)
{
    return unix_s > 0 ? (uint32_t)(unix_s / 86400) & 0xffff : 0;
}

/* The row of a label, taken if it has none yet; NULL: all are taken. */
usage_row_t *usage_table_row(const usage_table_t *table, slice_t label);

/* Stays at the most a count can be. */
void usage_add(usage_row_t *row, uint32_t day, usage_count_e what, uint64_t n);

uint64_t usage_get(const usage_row_t *row, uint32_t day, usage_count_e what);

/* One more request of this day, if there are less than quota (0: any number).
 * @return 0: there are not */
int usage_take(usage_row_t *row, uint32_t day, uint64_t quota);

/* One more request of a rate, which is charged if it is allowed. */
rate_t usage_rate(usage_row_t *row, const rate_rule_t *rule, int64_t now_us);

/* Would it be allowed?  Nothing is charged. */
rate_t usage_rate_look(const usage_row_t *row, const rate_rule_t *rule,
                       int64_t now_us);

#endif
