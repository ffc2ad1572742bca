/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_record_test.c: the last minute in slots, and what is remembered of a
 * member's attempts. */
#include "unit.h"

#include "engine/metrics.c"
#include "status/member_record.c"
#include "status/recent.c"

#define SECOND INT64_C(1000000)

static uint32_t sum(const recent_t *recent, int64_t now)
{
    uint32_t count[RECENT_SLOTS] = { 0 }, all = 0;
    int i;

    recent_read(recent, now, count);
    for (i = 0; i < RECENT_SLOTS; i++) {
        all += count[i];
    }
    return all;
}

static void check_slots(void **state)
{
    recent_t recent = { { 0 } };
    uint32_t count[RECENT_SLOTS] = { 0 };
    int64_t now = 1000 * SECOND;

    recent_add(&recent, now);
    recent_add(&recent, now + 4 * SECOND);
    recent_add(&recent, now + 5 * SECOND);
    recent_read(&recent, now + 14 * SECOND, count);
    assert_int_equal(count[RECENT_SLOTS - 3], 2);
    assert_int_equal(count[RECENT_SLOTS - 2], 1);
    assert_int_equal(count[RECENT_SLOTS - 1], 0);
}

static void check_minute(void **state)
{
    recent_t recent = { { 0 } };
    int64_t now = 1000 * SECOND;

    recent_add(&recent, now);
    assert_int_equal(sum(&recent, now + (RECENT_SPAN_S - 1) * SECOND), 1);
    assert_int_equal(sum(&recent, now + RECENT_SPAN_S * SECOND), 0);
    recent_add(&recent, now + RECENT_SPAN_S * SECOND);
    assert_int_equal(sum(&recent, now + RECENT_SPAN_S * SECOND), 1);
}

static void check_added(void **state)
{
    recent_t recent = { { 0 } };
    uint32_t count[RECENT_SLOTS] = { 0 };

    recent_add(&recent, 0);
    recent_read(&recent, 0, count);
    recent_read(&recent, 0, count);
    assert_int_equal(count[RECENT_SLOTS - 1], 2);
}

static void note(member_record_t *record, int failed, outcome_e outcome,
                 int status)
{
    const balancer_attempt_t attempt = { failed, outcome, status, 2000 };

    member_record_attempt(record, &attempt, 7 * SECOND);
}

static void check_classes(void **state)
{
    member_record_t record = { { 0 } };

    note(&record, 0, OUTCOME_OK, 200);
    note(&record, 0, OUTCOME_OK, 204);
    note(&record, 0, OUTCOME_OK, 404);
    note(&record, 1, OUTCOME_OK, 503);
    note(&record, 1, OUTCOME_RESET, 0);
    note(&record, 0, OUTCOME_OK, 799); /* no class of its own */
    assert_int_equal(record.answers[2], 2);
    assert_int_equal(record.answers[4], 1);
    assert_int_equal(record.answers[5], 1);
    assert_int_equal(record.answers[0], 2);
    assert_int_equal(sum(&record.requests, 7 * SECOND), 6);
    assert_int_equal(sum(&record.failed, 7 * SECOND), 2);
    assert_int_equal(record.total.sum_us, 4 * 2000);
}

static void check_failure(void **state)
{
    member_record_t record = { { 0 } };
    member_failure_t failure = member_record_failure(&record);

    assert_int_equal(failure.at_ms, 0);
    note(&record, 1, OUTCOME_FIRST_BYTE, 0);
    note(&record, 0, OUTCOME_OK, 200);
    failure = member_record_failure(&record);
    assert_int_equal(failure.at_ms, 7000);
    assert_int_equal(failure.status, 0);
    assert_string_equal(member_failure_text(&failure), "first_byte_timeout");
    note(&record, 1, OUTCOME_OK, 599);
    failure = member_record_failure(&record);
    assert_int_equal(failure.status, 599);
    assert_string_equal(member_failure_text(&failure), "status");
}

static void check_spoilt(void **state)
{
    member_record_t record = { { 0 } };
    member_failure_t failure;

    memset(&record.last_failure, 0xff, sizeof(record.last_failure));
    failure = member_record_failure(&record);
    assert_string_equal(member_failure_text(&failure), "status");
}

int main(void)
{
    unit_add("counts lie in the slot of their time", check_slots, NULL);
    unit_add("a minute later nothing is left", check_minute, NULL);
    unit_add("what is read is added", check_added, NULL);
    unit_add("answers are counted by class", check_classes, NULL);
    unit_add("the last failure is kept", check_failure, NULL);
    unit_add("a spoilt word has names as well", check_spoilt, NULL);
    return unit_run("member_record");
}
