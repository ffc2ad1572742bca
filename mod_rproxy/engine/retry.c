/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* retry.c: the verdict on a failed attempt.  Layer L0. */
#include "retry.h"

static retry_t verdict(retry_verdict_e what, retry_reason_e why, int costs)
{
    retry_t v = { what, why, costs };
    return v;
}

retry_t retry_decide(const retry_in_t *in)
{
    int unsent = !in->sent || in->failure == FAILED_CONNECT
                 || in->failure == FAILED_NO_SLOT;

    if (in->response_started) {
        return verdict(GIVE_UP, NO_RETRY_STARTED, 0);
    }
    if (!in->body_replayable) {
        return verdict(GIVE_UP, NO_RETRY_BODY, 0);
    }
    if (!unsent && !in->idempotent) {
        return verdict(GIVE_UP, NO_RETRY_METHOD, 0);
    }
    /* A kept connection that the member had closed meanwhile says nothing of
     * the member: it costs no try and no budget (RFC 9112 section 9.3.1). */
    if (in->reused && in->failure == FAILED_RESET) {
        return verdict(RETRY_SAME_FRESH, RETRY_BECAUSE_STALE, 0);
    }
    if (in->other_asked) {
        return verdict(GIVE_UP, NO_RETRY_ASKED, 0);
    }
    if (!in->enabled) {
        return verdict(GIVE_UP, NO_RETRY_KIND, 0);
    }
    if (in->attempts >= in->max_attempts) {
        return verdict(GIVE_UP, NO_RETRY_TRIES, 0);
    }
    if (!in->time_left) {
        return verdict(GIVE_UP, NO_RETRY_TIME, 0);
    }
    return verdict(RETRY_NEXT,
                   unsent ? RETRY_BECAUSE_UNSENT : RETRY_BECAUSE_SAFE,
                   in->failure != FAILED_NO_SLOT);
}

const char *retry_reason_text(retry_reason_e reason)
{
    static const char *const texts[] = {
#define X(id, text) text,
        RETRY_REASONS(X)
#undef X
    };
    return texts[reason];
}

const char *retry_failure_text(retry_failure_e failure)
{
    static const char *const texts[] = {
#define X(id, text) text,
        RETRY_FAILURES(X)
#undef X
    };
    return texts[failure];
}
