/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* place.c: who gets a place, and who goes.  Layer L1.  A process killed within
 * leaves a place as it was: what says that it is in use is written last. */
#include "place.h"

#include <stdlib.h>
#include <string.h>

#include "routing/siphash.h"
#include "sticky/sticky_table.h"

/* Somebody may still read a plan of before: such readers need microseconds. */
#define LEAVE_US 1000000

/* The same on every machine, so that members hash alike. */
static uint64_t hash_of(const char *name)
{
    static const siphash_key_t key = { 0x6d656d626572206e, 0x616d657320202020 };
    uint64_t hash = siphash(key, slice_str(name));

    return hash ? hash : 1;
}

uint64_t places_origin(const char *origin)
{
    return origin && *origin ? hash_of(origin) : 0;
}

uint32_t place_name(const char *name)
{
    uint32_t number = name && *name ? (uint32_t)hash_of(name) : 0;

    return number || !name || !*name ? number : 1;
}

places_t places_of(segment_t *segment, int pool)
{
    int first = segment->first[pool];
    const places_t places = { .segment = segment,
                              .shared = &segment->pool[pool],
                              .member = &segment->member[first],
                              .text = &segment->text[first],
                              .pool = pool,
                              .first = first,
                              .count = segment->first[pool + 1] - first };

    return places;
}

void places_changed(const places_t *places, int members)
{
    if (members) {
        __atomic_fetch_add(&places->shared->changes, 1, __ATOMIC_RELEASE);
    }
    __atomic_fetch_add(&places->shared->version, 1, __ATOMIC_RELEASE);
}

uint64_t place_id(const char *url)
{
    return hash_of(url);
}

int place_find(const places_t *places, const char *url)
{
    uint64_t id = hash_of(url);
    int i;

    for (i = 0; i < places->count; i++) {
        if (places->member[i].use != PLACE_FREE && places->member[i].id == id
            && strcmp(places->text[i].url, url) == 0) {
            return i;
        }
    }
    return -1;
}

/* ---- one place ---- */

/* A weight that somebody has set stays.  @return 1 when something changed */
static int write_weight(segment_member_t *m, int weight)
{
    uint16_t before = m->weight;

    if (m->weight == m->weight_configured) {
        m->weight = (uint16_t)weight;
    }
    m->weight_configured = (uint16_t)weight;
    return m->weight != before;
}

static int write_text(segment_text_t *text, const roster_entry_t *entry)
{
    segment_text_t next = { 0 };

    strcpy(next.url, entry->url);
    strcpy(next.zone, entry->zone);
    strcpy(next.group, entry->group);
    strcpy(next.route, entry->route);
    if (memcmp(text, &next, sizeof(next)) == 0) {
        return 0;
    }
    *text = next;
    return 1;
}

/* What an entry says of a member.  @return 1 when something changed */
static int write_entry(const places_t *places, int number,
                       const roster_entry_t *entry)
{
    segment_member_t *m = &places->member[number], before = *m;
    int changed = write_text(&places->text[number], entry);

    m->zone = place_name(entry->zone);
    m->group = place_name(entry->group);
    m->max_connections = (uint32_t)entry->max_connections;
    m->slow_start_ms = (uint32_t)(entry->slow_start_us / 1000);
    m->tier = (uint8_t)entry->tier;
    m->backup = entry->backup != 0;
    changed |= write_weight(m, entry->weight);
    return changed || m->max_connections != before.max_connections
           || m->slow_start_ms != before.slow_start_ms || m->tier != before.tier
           || m->backup != before.backup;
}

static void own(segment_member_t *m, roster_source_e source, uint64_t origin)
{
    m->source = (uint8_t)source;
    m->origin = origin;
    __atomic_store_n(&m->use, PLACE_USED, __ATOMIC_RELEASE);
}

/* One that comes while others serve begins slowly, like one that was away. */
static void take_free(const places_t *places, int number,
                      const roster_entry_t *entry, roster_source_e source,
                      uint64_t origin, int64_t now_us)
{
    segment_member_t *m = &places->member[number];
    segment_member_t next = { .use = PLACE_FREE,
                              .generation = m->generation + 1,
                              .id = hash_of(entry->url),
                              .health = health_start(now_us),
                              .wanted = MEMBER_UP,
                              .weight = (uint16_t)entry->weight,
                              .weight_configured = (uint16_t)entry->weight };

    next.generation += next.generation == 0;
    next.health.came_back = source != ROSTER_CONFIGURED;
    *m = next;
    places->segment->first_byte_us[places->first + number] = 0;
    write_entry(places, number, entry);
    own(m, source, origin);
}

static int find_free(const places_t *places, int from)
{
    int i = from;

    while (i < places->count && places->member[i].use != PLACE_FREE) {
        i++;
    }
    return i < places->count ? i : -1;
}

int place_take(const places_t *places, const roster_entry_t *entry,
               uint64_t origin, int64_t now_us)
{
    int number = place_find(places, entry->url);

    if (number >= 0) {
        segment_member_t *m = &places->member[number];

        m->wanted = MEMBER_UP;
        m->drained = 0;
        m->drain_until_us = 0;
        write_entry(places, number, entry);
        own(m, entry->source, origin);
    }
    else {
        number = find_free(places, 0);
        if (number >= 0) {
            take_free(places, number, entry, entry->source, origin, now_us);
        }
    }
    places_changed(places, 1);
    return number;
}

void place_leave(const places_t *places, int number, int64_t now_us)
{
    segment_member_t *m = &places->member[number];

    m->left_at = now_us;
    __atomic_store_n(&m->use, PLACE_LEAVING, __ATOMIC_RELEASE);
    places_changed(places, 1);
}

/* What the children hold there is exact, the sum may have lost one that was
 * killed in between. */
static int in_flight(const places_t *places, int number)
{
    const segment_t *s = places->segment;
    uint32_t sum = 0;
    int i;

    for (i = 0; i < s->children; i++) {
        sum +=
            __atomic_load_n(&s->held[i * s->members + places->first + number],
                            __ATOMIC_RELAXED);
    }
    return sum != 0;
}

void places_clear(const places_t *places, int64_t now_us)
{
    int i;

    for (i = 0; i < places->count; i++) {
        segment_member_t *m = &places->member[i];

        if (m->use == PLACE_LEAVING && now_us - m->left_at >= LEAVE_US
            && !in_flight(places, i)) {
            uint32_t lost =
                __atomic_exchange_n(&places->segment
                                         ->in_flight[places->first + i],
                                    0, __ATOMIC_RELAXED);

            __atomic_fetch_sub(&places->shared->total, lost, __ATOMIC_RELAXED);
            __atomic_store_n(&m->use, PLACE_FREE, __ATOMIC_RELEASE);
            places_changed(places, 1);
        }
    }
}

void places_keep_origins(const places_t *places, const uint64_t *origins,
                         int count, int64_t now_us)
{
    int i, k;

    for (i = 0; i < places->count; i++) {
        const segment_member_t *m = &places->member[i];

        for (k = 0; k < count && origins[k] != m->origin; k++) {
        }
        if (m->use == PLACE_USED && m->source == ROSTER_FOUND && k == count) {
            place_leave(places, i, now_us);
        }
    }
}

/* ---- all that a source knows ---- */

typedef struct {
    const places_t *places;
    const roster_entry_t *entry;
    int count;
    roster_source_e source;
    uint64_t origin;
    sticky_table_t *of_url; /* from a URL's hash to its entry */
    char *met;              /* [entry]: it has a place */
    int changed;
} merge_t;

static int entry_of(const merge_t *merge, int number)
{
    uint32_t i =
        sticky_table_find(merge->of_url, merge->places->member[number].id);

    return i != PLAN_NONE
                   && strcmp(merge->entry[i].url,
                             merge->places->text[number].url)
                          == 0
               ? (int)i
               : -1;
}

static void merge_place(merge_t *merge, int number, int64_t now_us)
{
    segment_member_t *m = &merge->places->member[number];
    int is_mine = m->source == merge->source && m->origin == merge->origin;
    int is_leaving = m->use == PLACE_LEAVING;
    int i = entry_of(merge, number);

    if (i < 0) {
        if (is_mine && !is_leaving) {
            place_leave(merge->places, number, now_us);
        }
        return;
    }
    merge->met[i] = 1;
    if (is_mine || is_leaving || merge->source == ROSTER_CONFIGURED) {
        merge->changed |=
            write_entry(merge->places, number, &merge->entry[i]) || is_leaving;
        own(m, merge->source, merge->origin);
    }
}

/* Of entries with the same URL. */
static int is_first(const merge_t *merge, int i)
{
    return sticky_table_find(merge->of_url, hash_of(merge->entry[i].url))
           == (uint32_t)i;
}

/* @return how many found no place */
static int add_rest(merge_t *merge, int64_t now_us)
{
    int i, at = 0, left = 0;

    for (i = 0; i < merge->count; i++) {
        if (merge->met[i] || !is_first(merge, i)) {
            continue;
        }
        at = at < 0 ? -1 : find_free(merge->places, at);
        if (at < 0) {
            left++;
            continue;
        }
        take_free(merge->places, at, &merge->entry[i], merge->source,
                  merge->origin, now_us);
        merge->changed = 1;
    }
    return left;
}

int places_merge(const places_t *places, const roster_entry_t *entries,
                 int count, roster_source_e source, uint64_t origin,
                 int64_t now_us)
{
    merge_t merge = { places, entries, count, source, origin, NULL, NULL, 0 };
    void *memory = malloc(sticky_table_room((uint32_t)count) + (size_t)count);
    int i, left;

    if (!memory) {
        return count;
    }
    merge.of_url = sticky_table_make(memory, (uint32_t)count);
    merge.met = (char *)memory + sticky_table_room((uint32_t)count);
    memset(merge.met, 0, (size_t)count);
    for (i = 0; i < count; i++) {
        sticky_table_add(merge.of_url, hash_of(entries[i].url), (uint32_t)i);
    }
    for (i = 0; i < places->count; i++) {
        if (places->member[i].use != PLACE_FREE) {
            merge_place(&merge, i, now_us);
        }
    }
    left = add_rest(&merge, now_us);
    if (merge.changed) {
        places_changed(places, 1);
    }
    free(memory);
    return left;
}
