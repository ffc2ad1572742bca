/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* retry_test.c: the verdict over all inputs, against RFC 9110 section 9.2.2
 * and RFC 9112 section 9.3.1 as sentences, and the reasons one by one. */
#include "unit.h"

#include "engine/retry.c"

#define FAILURES (FAILED_STATUS + 1)
#define FLAGS 7 /* enabled, idempotent, sent, started, reused, ... */
#define TRIES 4

static retry_in_t input(unsigned bits, int failure, int attempts, int max)
{
    const retry_in_t in = {
        .failure = (retry_failure_e)failure,
        .enabled = bits & 1,
        .idempotent = bits >> 1 & 1,
        .sent = bits >> 2 & 1,
        .response_started = bits >> 3 & 1,
        .reused = bits >> 4 & 1,
        .body_replayable = bits >> 5 & 1,
        .time_left = bits >> 6 & 1,
        .attempts = attempts,
        .max_attempts = max,
    };
    return in;
}

/* Each of these alone forbids a repetition. */
static void forbidden(const retry_in_t *in, const retry_t *out)
{
    const int reached = in->sent && in->failure != FAILED_CONNECT
                        && in->failure != FAILED_NO_SLOT;

    if (in->response_started || !in->body_replayable
        || (reached && !in->idempotent)) {
        assert_int_equal(out->verdict, GIVE_UP);
    }
    if (out->verdict == RETRY_NEXT) {
        assert_true(in->enabled);
        assert_true(in->time_left);
        assert_true(in->attempts < in->max_attempts);
    }
}

/* Free and unbounded only where it says nothing of the member. */
static void is_free(const retry_in_t *in, const retry_t *out)
{
    if (out->verdict == RETRY_SAME_FRESH) {
        assert_true(in->reused);
        assert_int_equal(in->failure, FAILED_RESET);
        assert_int_equal(out->costs, 0);
    }
    if (out->verdict == RETRY_NEXT) {
        assert_int_equal(out->costs, in->failure != FAILED_NO_SLOT);
    }
    if (out->verdict == GIVE_UP) {
        assert_int_equal(out->costs, 0);
    }
}

/* Whatever may be repeated is. */
static void allowed(const retry_in_t *in, const retry_t *out)
{
    const int unsent = !in->sent || in->failure == FAILED_CONNECT
                       || in->failure == FAILED_NO_SLOT;

    if (in->response_started || !in->body_replayable
        || (!in->idempotent && !unsent)) {
        return;
    }
    if (in->reused && in->failure == FAILED_RESET) {
        assert_int_equal(out->verdict, RETRY_SAME_FRESH);
    }
    else if (in->enabled && in->time_left && in->attempts < in->max_attempts) {
        assert_int_equal(out->verdict, RETRY_NEXT);
        assert_int_equal(out->reason,
                         unsent ? RETRY_BECAUSE_UNSENT : RETRY_BECAUSE_SAFE);
    }
}

static void check_all_inputs(void **state)
{
    unsigned bits;
    int failure, attempts, max;

    for (bits = 0; bits < 1u << FLAGS; bits++) {
        for (failure = 0; failure < FAILURES; failure++) {
            for (attempts = 0; attempts < TRIES; attempts++) {
                for (max = 1; max < TRIES; max++) {
                    retry_in_t in = input(bits, failure, attempts, max);
                    retry_t out = retry_decide(&in);
                    assert_in_range(out.verdict, GIVE_UP, RETRY_SAME_FRESH);
                    forbidden(&in, &out);
                    is_free(&in, &out);
                    allowed(&in, &out);
                }
            }
        }
    }
}

/* ---- the reason that reaches the log ---- */

typedef struct {
    const char *name;
    retry_in_t in;
    retry_verdict_e verdict;
    retry_reason_e reason;
} case_t;

/* Everything in favour of a retry but what a row changes. */
#define GOOD                                                                 \
    .failure = FAILED_RESET, .enabled = 1, .attempts = 1, .max_attempts = 3, \
    .idempotent = 1, .sent = 1, .body_replayable = 1, .time_left = 1

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const case_t cases[] = {
    { "idempotent", { GOOD }, RETRY_NEXT, RETRY_BECAUSE_SAFE },
    { "not sent", { GOOD, .sent = 0 }, RETRY_NEXT, RETRY_BECAUSE_UNSENT },
    { "POST not sent",
      { GOOD, .sent = 0, .idempotent = 0 },
      RETRY_NEXT,
      RETRY_BECAUSE_UNSENT },
    { "POST sent", { GOOD, .idempotent = 0 }, GIVE_UP, NO_RETRY_METHOD },
    { "POST, not connected",
      { GOOD, .idempotent = 0, .failure = FAILED_CONNECT },
      RETRY_NEXT,
      RETRY_BECAUSE_UNSENT },
    { "POST sent on a kept connection",
      { GOOD, .idempotent = 0, .reused = 1 },
      GIVE_UP,
      NO_RETRY_METHOD },
    { "kept connection",
      { GOOD, .reused = 1 },
      RETRY_SAME_FRESH,
      RETRY_BECAUSE_STALE },
    { "kept connection, nothing allowed",
      { GOOD, .reused = 1, .enabled = 0, .attempts = 3, .time_left = 0 },
      RETRY_SAME_FRESH,
      RETRY_BECAUSE_STALE },
    { "kept connection, silent",
      { GOOD, .reused = 1, .failure = FAILED_TIMEOUT },
      RETRY_NEXT,
      RETRY_BECAUSE_SAFE },
    { "response begun",
      { GOOD, .response_started = 1, .body_replayable = 0 },
      GIVE_UP,
      NO_RETRY_STARTED },
    { "body gone", { GOOD, .body_replayable = 0 }, GIVE_UP, NO_RETRY_BODY },
    { "not enabled", { GOOD, .enabled = 0 }, GIVE_UP, NO_RETRY_KIND },
    { "tries used up", { GOOD, .attempts = 3 }, GIVE_UP, NO_RETRY_TRIES },
    { "no time", { GOOD, .time_left = 0 }, GIVE_UP, NO_RETRY_TIME },
};

#pragma GCC diagnostic pop

static void check_case(void **state)
{
    const case_t *row = *state;
    const retry_t out = retry_decide(&row->in);

    assert_int_equal(out.verdict, row->verdict);
    assert_int_equal(out.reason, row->reason);
}

static void check_texts(void **state)
{
    assert_string_equal(retry_failure_text(FAILED_CONNECT), "connect failed");
    assert_string_equal(retry_failure_text(FAILED_STATUS), "response status");
    assert_string_equal(retry_reason_text(RETRY_BECAUSE_STALE),
                        "a kept connection was closed by the member");
    assert_string_equal(retry_reason_text(NO_RETRY_TIME), "no time is left");
}

int main(void)
{
    size_t i;

    unit_add("all inputs", check_all_inputs, NULL);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("texts", check_texts, NULL);
    return unit_run("retry");
}
