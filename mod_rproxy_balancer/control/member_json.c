/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_json.c: see member_json.h.  Layer L2. */
#include "member_json.h"

#include <apr_strings.h>

#include "control_find.h"
#include "driver/clock.h"

static uint32_t load(const uint32_t *value)
{
    return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static void string(writer_t *w, const char *key, const char *text)
{
    write_format(w, ", \"%s\": ", key);
    write_json(w, text);
}

static void number(writer_t *w, const char *key, int64_t n)
{
    write_format(w, ", \"%s\": ", key);
    write_number(w, n);
}

static void flag(writer_t *w, const char *key, int on)
{
    write_format(w, ", \"%s\": %s", key, on ? "true" : "false");
}

/* ---- what was changed ---- */

static const char *drained_text(const roster_standing_t *s, int64_t now_us,
                                apr_pool_t *pool)
{
    int64_t left_s = (s->drain_until_us - now_us + 999999) / 1000000;

    return !s->drain_until_us ? "drained; its sessions are served"
           : left_s <= 0      ? "drained; the time of its sessions is over"
                              : apr_psprintf(pool,
                                             "drained; its sessions are served for "
                                                  "%" APR_INT64_T_FMT " s",
                                             (apr_int64_t)left_s);
}

static void add(apr_array_header_t *list, const char *text)
{
    APR_ARRAY_PUSH(list, const char *) = text;
}

const apr_array_header_t *member_json_changes(const roster_entry_t *entry,
                                              const roster_standing_t *standing,
                                              int64_t now_us, apr_pool_t *pool)
{
    apr_array_header_t *list = apr_array_make(pool, 2, sizeof(const char *));

    if (entry->source == ROSTER_ADDED) {
        add(list, "added");
    }
    if (standing->leaving) {
        add(list, "removed; the last requests end");
    }
    if (entry->weight != standing->weight_configured) {
        add(list, apr_psprintf(pool, "weight %d, it was %d", entry->weight,
                               standing->weight_configured));
    }
    if (standing->wanted == MEMBER_MAINTENANCE) {
        add(list, "in maintenance");
    }
    else if (standing->wanted == MEMBER_DRAIN) {
        add(list, drained_text(standing, now_us, pool));
    }
    return list;
}

static void changes(writer_t *w, const apr_array_header_t *list)
{
    int i;

    write_text(w, ", \"changes\": [");
    for (i = 0; i < list->nelts; i++) {
        write_text(w, i ? ", " : "");
        write_json(w, APR_ARRAY_IDX(list, i, const char *));
    }
    write_text(w, "]");
}

/* ---- a member ---- */

static void entry_members(writer_t *w, const roster_entry_t *e,
                          const roster_standing_t *s)
{
    static const char *const sources[] = { "configured", "added", "found" };

    string(w, "source", sources[e->source]);
    number(w, "weight", e->weight);
    number(w, "weight_configured", s->weight_configured);
    flag(w, "backup", e->backup);
    number(w, "tier", e->tier);
    string(w, "zone", e->zone);
    string(w, "group", e->group);
    string(w, "route", e->route);
    number(w, "max_connections", e->max_connections);
    write_text(w, ", \"slow_start_s\": ");
    write_seconds(w, e->slow_start_us);
}

static void probe_members(writer_t *w, const segment_member_t *m, int64_t now)
{
    int64_t at = __atomic_load_n(&m->probed_at, __ATOMIC_RELAXED);

    if (!at) {
        write_text(w, ", \"probe\": null");
        return;
    }
    write_text(w, ", \"probe\": {\"result\": ");
    write_json(w, probe_result_text((probe_result_e)m->probe_result));
    flag(w, "good", m->probe_result == PROBE_GOOD);
    number(w, "status", m->probe_status);
    number(w, "took_us", m->probe_us);
    number(w, "ended_ms_ago", (now - at) / 1000);
    write_text(w, "}");
}

/* Why it is in its state. */
static const char *why(const roster_standing_t *s, const health_t *health)
{
    return s->leaving                        ? "removed"
           : s->wanted == MEMBER_MAINTENANCE ? "set by hand"
           : s->wanted == MEMBER_DRAIN
               ? "drained by hand"
               : health_reason_text((health_reason_e)health->reason);
}

static void run_time_members(writer_t *w, const balanced_t *b, int n,
                             const roster_standing_t *s, int64_t now)
{
    const balance_t *balance = &b->balance;
    const segment_member_t *m = &balance->member[n];
    const health_rules_t rules = balance_rules(balance, n);
    health_t health;
    member_state_e state = balance_state(balance, n, &health, now);

    string(w, "state", member_state_text(state));
    string(w, "why", why(s, &health));
    number(w, "since_s", (now - health.since_us) / 1000000);
    string(w, "health", health_state_text((health_state_e)health.state));
    number(w, "ramp_percent", health_ramp_percent(&health, &rules, now));
    string(w, "wanted", member_state_text(s->wanted));
    flag(w, "leaving", s->leaving);
    if (s->wanted == MEMBER_DRAIN && s->drain_until_us) {
        number(w, "drain_left_s",
               s->drain_until_us > now ? (s->drain_until_us - now) / 1000000
                                       : 0);
    }
    number(w, "in_flight", load(&balance->load.in_flight[n]));
    number(w, "first_byte_us", load(&balance->load.first_byte_us[n]));
    number(w, "requests", (int64_t)m->all_requests);
    number(w, "failed", (int64_t)m->all_failed);
    probe_members(w, m, now);
}

void member_json_write(writer_t *w, const balanced_t *b, int n)
{
    int64_t now = clock_now();
    roster_standing_t standing;
    roster_entry_t entry;

    if (!roster_read(&b->balance, n, &entry, &standing)) {
        write_text(w, "null");
        return;
    }
    write_format(w, "{\"number\": %d", n);
    string(w, "url", entry.url);
    run_time_members(w, b, n, &standing, now);
    entry_members(w, &entry, &standing);
    changes(w, member_json_changes(&entry, &standing, now, w->pool));
    write_text(w, "}");
}

int member_json_others_up(const balanced_t *b, int n)
{
    int64_t now = clock_now();
    int i, up = 0;

    for (i = 0; i < roster_places(&b->balance); i++) {
        roster_standing_t standing;
        roster_entry_t entry;
        health_t health;

        up += i != n && roster_read(&b->balance, i, &entry, &standing)
              && !standing.leaving && entry.weight > 0
              && balance_state(&b->balance, i, &health, now) == MEMBER_UP;
    }
    return up;
}

/* ---- an upstream ---- */

/* URLs that the configuration has and the roster has no more.
 * @param configured  how many of them it has still */
static void removed(writer_t *w, const balanced_t *b, int configured)
{
    const balancer_upstream_t *u = b->configured;
    const char *comma = "";
    int i;

    write_text(w, ", \"removed\": [");
    for (i = 0; i < u->count && configured < u->count; i++) {
        if (control_find_is_gone(b, u->member[i].url)) {
            write_text(w, comma);
            write_json(w, u->member[i].url);
            comma = ", ";
        }
    }
    write_text(w, "]");
}

void member_json_upstream(writer_t *w, balanced_t *b)
{
    const char *comma = "";
    int i, configured = 0;

    write_text(w, "{\"name\": ");
    write_json(w, b->balance.name);
    string(w, "method", b->balance.method->name);
    flag(w, "probes", b->prober.enabled);
    flag(w, "panic", balance_panic(&b->balance));
    number(w, "in_flight", load(b->balance.load.total));
    write_text(w, ", \"members\": [");
    for (i = 0; i < roster_places(&b->balance); i++) {
        roster_standing_t standing;
        roster_entry_t entry;

        if (roster_read(&b->balance, i, &entry, &standing)) {
            write_text(w, comma);
            member_json_write(w, b, i);
            comma = ", ";
            configured +=
                entry.source == ROSTER_CONFIGURED && !standing.leaving;
        }
    }
    write_text(w, "]");
    removed(w, b, configured);
    write_text(w, "}");
}
