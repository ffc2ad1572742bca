/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_members.c: see state_members.h.  Layer L2. */
#include "state_members.h"

#include <apr_strings.h>

#include "driver/clock.h"
#include "engine/upstream.h"
#include "members/roster.h"

#define SECOND INT64_C(1000000)

/* ---- as they are ---- */

static int64_t unix_of(int64_t clock_us)
{
    return clock_us ? (apr_time_now() + clock_us - clock_now()) / SECOND : 0;
}

/* @return 0 where there is nothing to keep */
static int describe(state_member_t *m, const roster_standing_t *standing)
{
    m->added = m->entry.source == ROSTER_ADDED;
    m->removed = standing->leaving && m->entry.source == ROSTER_CONFIGURED;
    m->wanted = standing->wanted;
    m->until_s =
        m->wanted == MEMBER_DRAIN ? unix_of(standing->drain_until_us) : 0;
    m->weight_set = !m->added && m->entry.weight != standing->weight_configured;
    if (standing->leaving || m->entry.source == ROSTER_FOUND) {
        return m->removed;
    }
    return m->added || m->weight_set || m->wanted != MEMBER_UP;
}

static void collect_present(const balance_t *b, state_upstream_t *u,
                            int *configured)
{
    int i;

    for (i = 0; i < roster_places(b); i++) {
        roster_standing_t standing;
        state_member_t m;

        memset(&m, 0, sizeof(m));
        if (roster_read(b, i, &m.entry, &standing)) {
            *configured += m.entry.source == ROSTER_CONFIGURED;
            if (describe(&m, &standing)) {
                APR_ARRAY_PUSH(u->members, state_member_t) = m;
            }
        }
    }
}

static void collect_removed(const balanced_t *b, state_upstream_t *u,
                            int configured, apr_pool_t *pool)
{
    const balancer_upstream_t *of = b->configured;
    int i;

    for (i = 0; i < of->count && configured < of->count; i++) {
        if (roster_find(&b->balance, of->member[i].url) < 0) {
            state_member_t *m = apr_array_push(u->members);

            apr_cpystrn(m->entry.url, of->member[i].url, ROSTER_URL);
            m->removed = 1;
            m->wanted = MEMBER_UP;
        }
    }
}

apr_array_header_t *state_members_collect(apr_pool_t *pool)
{
    apr_array_header_t *all =
        apr_array_make(pool, balanced_list->nelts, sizeof(state_upstream_t));
    int i;

    for (i = 0; i < balanced_list->nelts; i++) {
        const balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);
        state_upstream_t u = {
            b->balance.name, apr_array_make(pool, 4, sizeof(state_member_t))
        };
        int configured = 0;

        collect_present(&b->balance, &u, &configured);
        collect_removed(b, &u, configured, pool);
        if (u.members->nelts) {
            APR_ARRAY_PUSH(all, state_upstream_t) = u;
        }
    }
    return all;
}

/* ---- as they were ---- */

static int64_t clock_of(int64_t unix_s)
{
    int64_t at = clock_now() + unix_s * SECOND - apr_time_now();

    return unix_s ? (at > 1 ? at : 1) : 0;
}

/* Adds it where it is missing.  @return NULL and *number, or why not */
static const char *bring_back(balance_t *b, const state_member_t *m,
                              int *number, apr_pool_t *pool)
{
    member_t *parsed;
    const char *fault;

    *number = roster_find(b, m->entry.url);
    if (*number >= 0) {
        return NULL;
    }
    if (!m->added) {
        return "the configuration has it no more";
    }
    fault = member_parse(pool, m->entry.url, &parsed);
    return fault ? fault : roster_add(b, &m->entry, number, clock_now());
}

static const char *apply_one(balance_t *b, const state_member_t *m,
                             apr_pool_t *pool)
{
    int64_t now = clock_now();
    const char *fault;
    int number;

    fault = bring_back(b, m, &number, pool);
    if (fault) {
        return fault;
    }
    if (m->removed) {
        return roster_remove(b, number, now);
    }
    if (m->weight_set) {
        fault = roster_set_weight(b, number, m->entry.weight, now);
    }
    return fault || m->wanted == MEMBER_UP
               ? fault
               : roster_set_wanted(b, number, m->wanted, clock_of(m->until_s),
                                   now);
}

static balance_t *find(const char *name)
{
    int i;

    for (i = 0; i < balanced_list->nelts; i++) {
        balance_t *b = &APR_ARRAY_IDX(balanced_list, i, balanced_t *)->balance;

        if (strcmp(b->name, name) == 0) {
            return b;
        }
    }
    return NULL;
}

static int apply_upstream(server_rec *s, const state_upstream_t *u,
                          apr_pool_t *pool)
{
    balance_t *b = find(u->name);
    int i, done = 0;

    for (i = 0; i < u->members->nelts; i++) {
        const state_member_t *m = &APR_ARRAY_IDX(u->members, i, state_member_t);
        const char *fault = b ? apply_one(b, m, pool)
                              : "there is no such balanced upstream any more";

        done += !fault;
        if (fault) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                         RPLOGNO(3032) "upstream %.200s, member %.400s: what "
                                       "was changed of it is forgotten: %s",
                         u->name, m->entry.url, fault);
        }
    }
    return done;
}

int state_members_apply(server_rec *s, const apr_array_header_t *upstreams,
                        apr_pool_t *pool)
{
    int i, done = 0;

    for (i = 0; i < upstreams->nelts; i++) {
        done +=
            apply_upstream(s, &APR_ARRAY_IDX(upstreams, i, state_upstream_t),
                           pool);
    }
    return done;
}
