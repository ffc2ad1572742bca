/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* control_changes.c: see control_changes.h.  Layer L2. */
#include "control_changes.h"

#include <apr_strings.h>

#include "control_find.h"
#include "directive.h"
#include "driver/clock.h"
#include "member_json.h"

/* ---- taken back ---- */

const char *control_changes_undo_one(balanced_t *b, int *number)
{
    balance_t *balance = &b->balance;
    int64_t now = clock_now();
    roster_standing_t standing;
    roster_entry_t entry;
    const char *fault;

    if (!roster_read(balance, *number, &entry, &standing)) {
        return "the member is gone";
    }
    if (entry.source == ROSTER_ADDED) {
        fault = roster_remove(balance, *number, now);
        *number = fault ? *number : -1;
        return fault;
    }
    fault = roster_set_weight(balance, *number, -1, now);
    return fault ? fault
                 : roster_set_wanted(balance, *number, MEMBER_UP, 0, now);
}

static roster_entry_t as_configured(const balancer_member_t *m)
{
    roster_entry_t e = { .weight = m->weight,
                         .backup = m->backup,
                         .tier = m->tier,
                         .max_connections = m->max_connections,
                         .slow_start_us = m->slow_start,
                         .source = ROSTER_CONFIGURED };

    apr_cpystrn(e.url, m->url, sizeof(e.url));
    apr_cpystrn(e.zone, m->zone ? m->zone : "", sizeof(e.zone));
    apr_cpystrn(e.group, m->group ? m->group : "", sizeof(e.group));
    apr_cpystrn(e.route, m->route ? m->route : "", sizeof(e.route));
    return e;
}

static const char *more(const char *text, const char *url, const char *fault,
                        apr_pool_t *pool)
{
    return fault ? apr_psprintf(pool, "%s%s%.400s: %s", text ? text : "",
                                text ? "; " : "", url, fault)
                 : text;
}

static const char *add_missing(balanced_t *b, const char *text,
                               apr_pool_t *pool)
{
    const balancer_upstream_t *u = b->configured;
    int i, number;

    for (i = 0; i < u->count; i++) {
        if (control_find_is_gone(b, u->member[i].url)) {
            roster_entry_t entry = as_configured(&u->member[i]);

            text = more(text, entry.url,
                        roster_add(&b->balance, &entry, &number, clock_now()),
                        pool);
        }
    }
    return text;
}

const char *control_changes_undo(balanced_t *b, apr_pool_t *pool)
{
    const char *text = NULL;
    int i;

    for (i = 0; i < roster_places(&b->balance); i++) {
        roster_standing_t standing;
        roster_entry_t entry;
        int number = i;

        if (roster_read(&b->balance, i, &entry, &standing)
            && !standing.leaving) {
            text = more(text, entry.url, control_changes_undo_one(b, &number),
                        pool);
        }
    }
    return add_missing(b, text, pool);
}

/* ---- as directives ---- */

static void line(apr_array_header_t *lines, const char *text)
{
    APR_ARRAY_PUSH(lines, const char *) = text;
}

/* What no directive can say stands in a comment. */
static void add_lines(apr_array_header_t *lines, const balanced_t *b,
                      const roster_entry_t *entry,
                      const roster_standing_t *standing, apr_pool_t *pool)
{
    const apr_array_header_t *changes =
        member_json_changes(entry, standing, clock_now(), pool);
    const balancer_member_t *configured;

    if (!changes->nelts || standing->leaving) {
        return;
    }
    line(lines, apr_pstrcat(pool, "    # ", entry->url, ": ",
                            apr_array_pstrcat(pool, changes, ','), NULL));
    configured = control_find_configured(b, entry->url);
    if (entry->source == ROSTER_ADDED) {
        line(lines,
             apr_pstrcat(pool, "    ", directive_added(entry, pool), NULL));
    }
    else if (configured && entry->weight != standing->weight_configured) {
        line(lines,
             apr_pstrcat(pool, "    ",
                         directive_reweighted(entry->url, configured->options,
                                              entry->weight, pool),
                         NULL));
    }
}

static void add_removed(apr_array_header_t *lines, const balanced_t *b,
                        int configured, apr_pool_t *pool)
{
    const balancer_upstream_t *u = b->configured;
    int i;

    for (i = 0; i < u->count && configured < u->count; i++) {
        const balancer_member_t *m = &u->member[i];

        if (control_find_is_gone(b, m->url)) {
            line(lines,
                 apr_pstrcat(pool, "    # removed: RProxyMember ", m->url,
                             m->options ? " " : "", m->options, NULL));
        }
    }
}

const char *control_changes_text(const balanced_t *b, apr_pool_t *pool)
{
    apr_array_header_t *lines = apr_array_make(pool, 4, sizeof(const char *));
    int i, configured = 0;

    line(lines,
         apr_pstrcat(pool, "<RProxyUpstream ", b->balance.name, ">", NULL));
    for (i = 0; i < roster_places(&b->balance); i++) {
        roster_standing_t standing;
        roster_entry_t entry;

        if (roster_read(&b->balance, i, &entry, &standing)) {
            add_lines(lines, b, &entry, &standing, pool);
            configured +=
                entry.source == ROSTER_CONFIGURED && !standing.leaving;
        }
    }
    add_removed(lines, b, configured, pool);
    if (lines->nelts == 1) {
        return "";
    }
    line(lines, "</RProxyUpstream>\n");
    return apr_array_pstrcat(pool, lines, '\n');
}
