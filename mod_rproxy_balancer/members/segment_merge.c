/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* segment_merge.c: the members of before, those configured now.  Layer L1. */
#include "segment_merge.h"

#include <stdlib.h>

#include <apr_strings.h>

#include "place.h"

static int pool_before(const segment_t *before, uint64_t id)
{
    int i;

    for (i = 0; before && i < before->pools; i++) {
        if (before->pool[i].id == id) {
            return i;
        }
    }
    return -1;
}

/* To the same place where there is one.  The lock may be held by a child: a
 * copy made meanwhile is looked through like one of a dead owner. */
static void inherit_place(const places_t *to, int number, const places_t *from,
                          int of, int64_t now_us)
{
    to->member[number] = from->member[of];
    to->text[number] = from->text[of];
    to->segment->first_byte_us[to->first + number] =
        from->segment->first_byte_us[from->first + of];
    if (!health_sane(&to->member[number].health)) {
        to->member[number].health = health_start(now_us);
    }
}

static void inherit(const places_t *to, const places_t *from, int64_t now_us)
{
    int i, free = to->count;

    for (i = 0; i < from->count && i < to->count; i++) {
        if (from->member[i].use == PLACE_USED) {
            inherit_place(to, i, from, i, now_us);
        }
        else {
            free = i < free ? i : free;
        }
    }
    for (; i < from->count; i++) {
        while (free < to->count && to->member[free].use != PLACE_FREE) {
            free++;
        }
        if (from->member[i].use == PLACE_USED && free < to->count) {
            inherit_place(to, free, from, i, now_us);
        }
    }
}

static roster_entry_t configured_entry(const balancer_member_t *m)
{
    roster_entry_t entry = { .weight = m->weight,
                             .backup = m->backup,
                             .tier = m->tier,
                             .max_connections = m->max_connections,
                             .slow_start_us = m->slow_start,
                             .source = ROSTER_CONFIGURED };

    apr_cpystrn(entry.url, m->url, sizeof(entry.url));
    apr_cpystrn(entry.zone, m->zone ? m->zone : "", sizeof(entry.zone));
    apr_cpystrn(entry.group, m->group ? m->group : "", sizeof(entry.group));
    apr_cpystrn(entry.route, m->route ? m->route : "", sizeof(entry.route));
    return entry;
}

/* @return how many found no place */
static int configure(const places_t *places, const balancer_upstream_t *u,
                     int64_t now_us)
{
    size_t room = (size_t)u->count + 1;
    roster_entry_t *entries = calloc(room, sizeof(*entries));
    uint64_t *ids = calloc(room, sizeof(*ids));
    int i, n = 0, left = u->count;

    for (i = 0; entries && ids && i < u->count; i++) {
        ids[i] = place_id(u->member[i].url);
        if (!removed_has(&places->shared->removed, ids[i])) {
            entries[n++] = configured_entry(&u->member[i]);
        }
    }
    if (entries && ids) {
        removed_keep(&places->shared->removed, ids, u->count);
        left = places_merge(places, entries, n, ROSTER_CONFIGURED, 0, now_us);
    }
    free(entries);
    free(ids);
    return left;
}

/* In a new mapping, where nothing is in flight: who leaves is gone, and those
 * who came at run time make room for what the configuration names. */
static void make_room(const places_t *places, int wanted)
{
    int i;

    for (i = places->count - 1; i >= 0; i--) {
        segment_member_t *m = &places->member[i];

        if (m->use == PLACE_LEAVING) {
            m->use = PLACE_FREE;
        }
        else if (m->use == PLACE_USED && m->source != ROSTER_CONFIGURED
                 && wanted > 0) {
            m->use = PLACE_FREE;
            wanted--;
        }
    }
}

int segment_merge_new(segment_t *s, const balancer_upstream_t *u,
                      const segment_t *before, int64_t now_us)
{
    int i, left = 0;

    for (i = 0; i < s->pools; i++) {
        const places_t places = places_of(s, i);
        int of;

        s->pool[i].id = segment_hash(1, u[i].name);
        of = pool_before(before, s->pool[i].id);
        if (of >= 0) {
            const places_t from = places_of((segment_t *)before, of);

            places.shared->removed = from.shared->removed;
            inherit(&places, &from, now_us);
        }
        left = configure(&places, &u[i], now_us);
        make_room(&places, left);
        if (left) {
            left = configure(&places, &u[i], now_us);
        }
    }
    return left == 0;
}

int segment_merge_into(segment_t *s, const balancer_upstream_t *u,
                       int64_t now_us)
{
    int i, left = 0;

    for (i = 0; i < s->pools && !left; i++) {
        const places_t places = places_of(s, i);

        segment_lock(s, i);
        left = configure(&places, &u[i], now_us);
        segment_unlock(s, i);
    }
    return left == 0;
}
