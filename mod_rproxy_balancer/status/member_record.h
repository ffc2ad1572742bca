/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_record.h: what is remembered of a member for people to see.  Layer L1.
 * One for all children, in the balancer's segment, of atomics alone; all zero
 * at first. */
#ifndef RPROXY_MEMBER_RECORD_H
#define RPROXY_MEMBER_RECORD_H

#include "engine/balancer.h"
#include "engine/metrics.h"
#include "recent.h"

typedef struct {
    uint64_t answers[6]; /* by class of their status; [0]: none came */
    uint64_t last_failure;
    recent_t requests, failed;
    histogram_t first_byte; /* from the connection to the answer's head */
    histogram_t total;      /* of answers: from the attempt to their end */
} __attribute__((aligned(64))) member_record_t;

typedef struct {
    int64_t at_ms;     /* of the clock that now_us below is of; 0: never */
    outcome_e outcome; /* OUTCOME_OK: an answer, with a status from 500 on */
    int status;        /* of the answer, 0: none came */
} member_failure_t;

void member_record_first_byte(member_record_t *record, int64_t usec);

void member_record_attempt(member_record_t *record,
                           const balancer_attempt_t *attempt, int64_t now_us);

/* The last one that failed. */
member_failure_t member_record_failure(const member_record_t *record);

/* "connect_failed", "status": static storage. */
const char *member_failure_text(const member_failure_t *failure);

#endif
