/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* source.c: what becomes of answers, see source.h.  Layer L1. */
#include "source.h"

#include <string.h>

#include <apr_strings.h>

#define TELL_AGAIN apr_time_from_sec(600)

/* ---- the roster ---- */

static int put(char *to, size_t room, slice_t text)
{
    if (text.len >= room) {
        return 0;
    }
    memcpy(to, text.len ? text.p : "", text.len);
    to[text.len] = '\0';
    return 1;
}

/* @return 0: a text is longer than the roster has room for */
static int make_entry(roster_entry_t *entry, const found_member_t *m)
{
    memset(entry, 0, sizeof(*entry));
    entry->weight = m->weight;
    entry->backup = m->backup;
    entry->tier = m->tier;
    entry->max_connections = m->max_connections;
    entry->slow_start_us = m->slow_start_us;
    entry->source = ROSTER_FOUND;
    return put(entry->url, sizeof(entry->url), m->url)
           && put(entry->zone, sizeof(entry->zone), m->zone)
           && put(entry->group, sizeof(entry->group), m->group)
           && put(entry->route, sizeof(entry->route), m->route);
}

/* @return NULL, or why not all are there */
static const char *to_roster(source_t *s, const found_list_t *list,
                             int64_t now_us)
{
    size_t room = sizeof(roster_entry_t) * (size_t)(list->count + 1);
    roster_entry_t *entries;
    const char *error;
    apr_pool_t *pool;
    int i, n = 0;

    apr_pool_create(&pool, s->parent);
    entries = apr_palloc(pool, room);
    for (i = 0; i < list->count; i++) {
        n += make_entry(&entries[n], &list->member[i]);
    }
    error = roster_replace(s->balance, ROSTER_FOUND, s->rules->origin, entries,
                           n, now_us);
    apr_pool_destroy(pool);
    s->in_roster = error == NULL;
    s->changes = roster_changes(s->balance);
    return error;
}

static int is_in_roster(const source_t *s)
{
    return s->in_roster && s->changes == roster_changes(s->balance);
}

/* ---- what is told ---- */

/* The same failure again and again is told now and then. */
void source_failed(source_t *s, const char *why, int64_t now_us)
{
    apr_cpystrn(s->view.error, why, sizeof(s->view.error));
    s->view.failed_at_us = now_us;
    s->view.failures++;
    if (!s->view.is_failing || now_us - s->told_at >= TELL_AGAIN) {
        s->told_at = now_us;
        s->tell(s, NEWS_FAILED, why);
    }
    s->view.is_failing = 1;
}

static void recovered(source_t *s)
{
    if (s->view.is_failing) {
        s->view.is_failing = 0;
        s->tell(s, NEWS_GOOD, "good again");
    }
}

static void tell_of_change(source_t *s, const found_diff_t *diff, int count,
                           int64_t now_us, apr_pool_t *pool)
{
    s->view.changes++;
    s->view.changed_at_us = now_us;
    s->tell(s, NEWS_CHANGED,
            apr_psprintf(pool, "members: %d (%d added, %d removed, %d changed)",
                         count, diff->added, diff->removed, diff->changed));
}

/* ---- a good answer ---- */

void source_take(source_t *s, const found_list_t *list, const char *fault,
                 int64_t now_us, apr_pool_t *pool)
{
    const found_diff_t diff = found_member_diff(s->list.member, s->list.count,
                                                list->member, list->count);
    int is_new = !s->pool || diff.added || diff.removed || diff.changed;
    const char *error =
        is_new || !is_in_roster(s) ? to_roster(s, list, now_us) : NULL;

    s->view.answered_at_us = now_us;
    s->view.members = (uint32_t)list->count;
    if (is_new) {
        tell_of_change(s, &diff, list->count, now_us, pool);
    }
    if (error || fault) {
        source_failed(s, error ? error : fault, now_us);
    }
    else {
        recovered(s);
    }
    if (s->pool) {
        apr_pool_destroy(s->pool);
    }
    s->list = *list;
    s->pool = pool;
}

void source_restore(source_t *s, int64_t now_us)
{
    int had_places = s->in_roster;
    const char *error;

    if (!s->pool || is_in_roster(s)) {
        return;
    }
    error = to_roster(s, &s->list, now_us);
    if (error) {
        source_failed(s, error, now_us);
    }
    else if (!had_places) {
        recovered(s);
    }
}

/* ---- its course ---- */

int source_poll(source_t *s, struct pollfd *fds)
{
    return s->lookup ? dns_lookup_poll(s->lookup, fds) : 0;
}

int64_t source_due(source_t *s, int64_t now_us)
{
    return s->lookup ? dns_lookup_due(s->lookup, now_us) : s->due;
}

void source_step(source_t *s, const struct pollfd *fds, int count,
                 int64_t now_us)
{
    if (!s->lookup && now_us < s->due) {
        return;
    }
    if (s->rules->path) {
        s->due = source_file_step(s, now_us);
    }
    else {
        source_dns_step(s, fds, count, now_us);
    }
    s->view.next_at_us = s->due;
    source_seen_write(s->seen, &s->view);
}

void source_end(source_t *s)
{
    if (s->lookup) {
        dns_lookup_end(s->lookup);
        s->lookup = NULL;
        apr_pool_destroy(s->lookup_pool);
    }
}
