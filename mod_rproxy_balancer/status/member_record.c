/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_record.c: see member_record.h.  Layer L1.
 * The last failure is one word, so that whoever reads it gets parts of one: its
 * time in ms, a status of 10 bits, an outcome of 6. */
#include "member_record.h"

_Static_assert(OUTCOME_COUNT <= 64, "an outcome has 6 bits");
_Static_assert(sizeof(member_record_t) <= 1024, "10,000 are 10 MB");

void member_record_first_byte(member_record_t *record, int64_t usec)
{
    histogram_add(&record->first_byte, usec);
}

void member_record_attempt(member_record_t *record,
                           const balancer_attempt_t *attempt, int64_t now_us)
{
    int status =
        attempt->status >= 100 && attempt->status <= 599 ? attempt->status : 0;

    METRIC_ADD(record->answers[status / 100], 1);
    recent_add(&record->requests, now_us);
    if (status) {
        histogram_add(&record->total, attempt->took);
    }
    if (attempt->failed) {
        recent_add(&record->failed, now_us);
        __atomic_store_n(&record->last_failure,
                         (uint64_t)(now_us / 1000) << 16 | (uint64_t)status << 6
                             | (uint64_t)attempt->outcome,
                         __ATOMIC_RELAXED);
    }
}

member_failure_t member_record_failure(const member_record_t *record)
{
    uint64_t word = METRIC_READ(record->last_failure);
    member_failure_t failure = { (int64_t)(word >> 16), OUTCOME_OK,
                                 (int)(word >> 6 & 1023) };

    if ((word & 63) < OUTCOME_COUNT) {
        failure.outcome = (outcome_e)(word & 63);
    }
    return failure;
}

const char *member_failure_text(const member_failure_t *failure)
{
    return failure->outcome == OUTCOME_OK ? "status"
                                          : outcome_name(failure->outcome);
}
