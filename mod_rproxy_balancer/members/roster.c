/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* roster.c: reads and changes what lies in the segment.  Layer L1. */
#include "roster.h"

#include <string.h>

#define NO_MEMBER "there is no member of that number"
#define NO_PLACE \
    "no place is free: expected RProxyBalancer with room= for more members"

static void lock(const balance_t *b)
{
    segment_lock(b->segment, b->number);
}

static void unlock(const balance_t *b)
{
    segment_unlock(b->segment, b->number);
}

int roster_places(const balance_t *b)
{
    return b->places.count;
}

int roster_find(const balance_t *b, const char *url)
{
    int number;

    lock(b);
    number = place_find(&b->places, url);
    unlock(b);
    return number;
}

/* ---- one member ---- */

static void read_locked(const balance_t *b, int number, roster_entry_t *entry,
                        roster_standing_t *standing)
{
    const segment_member_t *m = &b->member[number];
    const segment_text_t *text = &b->places.text[number];

    memcpy(entry->url, text->url, sizeof(entry->url));
    memcpy(entry->zone, text->zone, sizeof(entry->zone));
    memcpy(entry->group, text->group, sizeof(entry->group));
    memcpy(entry->route, text->route, sizeof(entry->route));
    entry->weight = m->weight;
    entry->backup = m->backup;
    entry->tier = m->tier;
    entry->max_connections = (int)m->max_connections;
    entry->slow_start_us = (int64_t)m->slow_start_ms * 1000;
    entry->source = (roster_source_e)m->source;
    standing->wanted = (member_state_e)m->wanted;
    standing->drain_until_us = m->drain_until_us;
    standing->weight_configured = m->weight_configured;
    standing->leaving = m->use == PLACE_LEAVING;
}

int roster_read(const balance_t *b, int number, roster_entry_t *entry,
                roster_standing_t *standing)
{
    int found = 0;

    if (number >= 0 && number < b->places.count && balance_has(b, number)) {
        lock(b);
        found = balance_has(b, number);
        read_locked(b, number, entry, standing);
        unlock(b);
    }
    return found;
}

/* Locks.  @return the member, which is not about to leave; or NULL, unlocked */
static segment_member_t *lock_member(const balance_t *b, int number)
{
    if (number < 0 || number >= b->places.count) {
        return NULL;
    }
    lock(b);
    if (b->member[number].use == PLACE_USED) {
        return &b->member[number];
    }
    unlock(b);
    return NULL;
}

const char *roster_set_wanted(balance_t *b, int number, member_state_e wanted,
                              int64_t drain_until_us, int64_t now_us)
{
    segment_member_t *m;

    (void)now_us;
    if (wanted != MEMBER_UP && wanted != MEMBER_DRAIN
        && wanted != MEMBER_MAINTENANCE) {
        return "a member can be told to be up, to drain, or to be in "
               "maintenance";
    }
    m = lock_member(b, number);
    if (!m) {
        return NO_MEMBER;
    }
    m->drain_until_us = wanted == MEMBER_DRAIN ? drain_until_us : 0;
    m->drained = 0;
    m->wanted = (uint8_t)wanted;
    places_changed(&b->places, 0);
    unlock(b);
    return NULL;
}

const char *roster_set_weight(balance_t *b, int number, int weight,
                              int64_t now_us)
{
    segment_member_t *m;

    (void)now_us;
    if (weight < -1 || weight > MEMBER_WEIGHT_MAX) {
        return "a weight is 0 to 1000";
    }
    m = lock_member(b, number);
    if (!m) {
        return NO_MEMBER;
    }
    m->weight = weight < 0 ? m->weight_configured : (uint16_t)weight;
    places_changed(&b->places, 1);
    unlock(b);
    return NULL;
}

/* ---- who comes and goes ---- */

/* What member_parse does not look at. */
static const char *check(const roster_entry_t *entry)
{
    if (entry->weight < 0 || entry->weight > MEMBER_WEIGHT_MAX) {
        return "a weight is 0 to 1000";
    }
    if (entry->tier < 0 || entry->tier >= MEMBER_TIERS) {
        return "a tier is 0 to 15";
    }
    if (entry->max_connections < 0 || entry->slow_start_us < 0) {
        return "a limit or a time is 0 or more";
    }
    return *entry->url ? NULL : "a member has a URL";
}

const char *roster_add(balance_t *b, const roster_entry_t *entry, int *number,
                       int64_t now_us)
{
    const char *error = check(entry);
    int found;

    if (error) {
        return error;
    }
    lock(b);
    found = place_find(&b->places, entry->url);
    if (found >= 0 && b->member[found].use == PLACE_USED) {
        error = "the upstream has a member with this URL already";
    }
    else {
        *number = place_take(&b->places, entry, 0, now_us);
        error = *number < 0 ? NO_PLACE : NULL;
        removed_drop(&b->shared->removed, place_id(entry->url));
    }
    unlock(b);
    return error;
}

const char *roster_remove(balance_t *b, int number, int64_t now_us)
{
    const segment_member_t *m = lock_member(b, number);
    const char *error = NULL;

    if (!m) {
        return NO_MEMBER;
    }
    if (m->source == ROSTER_CONFIGURED
        && !removed_add(&b->shared->removed, m->id)) {
        error = "as many configured members as can be are removed already: "
                "put it in maintenance, or change the configuration";
    }
    else {
        place_leave(&b->places, number, now_us);
    }
    unlock(b);
    return error;
}

const char *roster_replace(balance_t *b, roster_source_e source,
                           const char *origin, const roster_entry_t *entries,
                           int count, int64_t now_us)
{
    const char *error = NULL;
    int i;

    for (i = 0; i < count && !error; i++) {
        error = check(&entries[i]);
    }
    if (!error) {
        lock(b);
        if (places_merge(&b->places, entries, count, source,
                         places_origin(origin), now_us)) {
            error = NO_PLACE;
        }
        unlock(b);
    }
    return error;
}

/* ---- where members were found ---- */

static int is_found(const segment_member_t *m)
{
    return m->use == PLACE_USED && m->source == ROSTER_FOUND;
}

int roster_has_found(const balance_t *b, const char *origin)
{
    uint64_t wanted = places_origin(origin);
    int i, found = 0;

    lock(b);
    for (i = 0; i < b->places.count && !found; i++) {
        found = is_found(&b->member[i]) && b->member[i].origin == wanted;
    }
    unlock(b);
    return found;
}

static int is_one_of(uint64_t origin, const char *const *origins, int count)
{
    int i;

    for (i = 0; i < count && places_origin(origins[i]) != origin; i++) {
    }
    return i < count;
}

void roster_keep_found(balance_t *b, const char *const *origins, int count,
                       int64_t now_us)
{
    int i;

    lock(b);
    for (i = 0; i < b->places.count; i++) {
        if (is_found(&b->member[i])
            && !is_one_of(b->member[i].origin, origins, count)) {
            place_leave(&b->places, i, now_us);
        }
    }
    unlock(b);
}

uint32_t roster_changes(const balance_t *b)
{
    return __atomic_load_n(&b->shared->changes, __ATOMIC_ACQUIRE);
}
