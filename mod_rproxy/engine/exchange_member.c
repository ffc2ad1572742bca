/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_member.c: which member gets the next attempt: the upstream's
 * balancer says it, or the order of the configuration.  Layer L1, no system
 * calls. */
#include "exchange_private.h"

/* The first that answers: in the order given, those that failed lately last,
 * backups behind the others. */
static member_t *first_usable(const exchange_t *x, int backup, int paused,
                              apr_time_t now)
{
    int i;

    for (i = 0; i < x->upstream->members->nelts; i++) {
        member_t *m = APR_ARRAY_IDX(x->upstream->members, i, member_t *);

        if (!balancer_is_tried(&x->tried, i) && !m->backup == !backup
            && member_paused(m, now) == paused) {
            return m;
        }
    }
    return NULL;
}

static member_t *first_in_order(const exchange_t *x, apr_time_t now)
{
    member_t *m = first_usable(x, 0, 0, now);

    if (!m) {
        m = first_usable(x, 1, 0, now);
    }
    if (!m) {
        m = first_usable(x, 0, 1, now);
    }
    return m ? m : first_usable(x, 1, 1, now);
}

static member_t *balanced(exchange_t *x, const char **why, int *full,
                          apr_time_t now)
{
    const upstream_t *u = x->upstream;
    int n = u->balancer->choose(u->balancer_pool, &x->balance, &x->tried, now,
                                &x->chosen_by);

    if (n >= 0) {
        member_t *m = upstream_member(u, n);

        x->chosen = m != NULL;
        if (!m) { /* it went in this very moment */
            u->balancer->leave(u->balancer_pool, n, x->chosen_by,
                               BALANCER_UNKNOWN, now);
        }
        return m;
    }
    *full = n == BALANCER_FULL;
    if (*full) {
        *why = "all members are at their limits";
    }
    return NULL;
}

static apr_status_t let_go(void *member)
{
    member_let_go(member);
    return APR_SUCCESS;
}

/* The exchange holds what it was given for as long as somebody may ask. */
member_t *exchange_member_choose(exchange_t *x, const char **why, int *full,
                                 apr_time_t now)
{
    member_t *m;

    *why = "no member is left to try";
    *full = 0;
    m = x->upstream->balancer ? balanced(x, why, full, now)
                              : first_in_order(x, now);
    if (m && m->at_run_time) {
        member_hold(m);
        apr_pool_cleanup_register(x->pool, m, let_go, apr_pool_cleanup_null);
    }
    return m;
}

int exchange_member_is_left(const exchange_t *x, apr_time_t now)
{
    const upstream_t *u = x->upstream;

    return u->balancer ? u->balancer->is_left(u->balancer_pool, &x->tried, now)
                       : first_in_order(x, now) != NULL;
}

void exchange_member_pause(const exchange_t *x, apr_interval_time_t time,
                           apr_time_t now)
{
    const upstream_t *u = x->upstream;

    if (x->chosen) {
        u->balancer->pause(u->balancer_pool, x->member->number, now + time,
                           now);
    }
    else {
        member_pause(x->member, now + time);
    }
}

void exchange_member_answered(exchange_t *x, apr_time_t now)
{
    const upstream_t *u = x->upstream;

    member_answered(x->member);
    if (x->chosen) {
        u->balancer->answered(u->balancer_pool, x->member->number,
                              now - x->connected_at, now);
    }
}

static void tell_end(const exchange_t *x, balancer_result_e result,
                     outcome_e outcome, int status, apr_time_t now)
{
    const upstream_t *u = x->upstream;
    const balancer_attempt_t attempt = { .failed = result == BALANCER_FAILED,
                                         .outcome = outcome,
                                         .status = status,
                                         .took = now - x->attempt_started };

    u->balancer->ended(u->balancer_pool, x->member->number, &attempt, now);
}

void exchange_leave_member(exchange_t *x, balancer_result_e result,
                           outcome_e outcome, int status, apr_time_t now)
{
    const upstream_t *u = x->upstream;

    if (x->chosen) {
        x->chosen = 0;
        if (result != BALANCER_UNKNOWN) {
            tell_end(x, result, outcome, status, now);
        }
        u->balancer->leave(u->balancer_pool, x->member->number, x->chosen_by,
                           result, now);
    }
}
