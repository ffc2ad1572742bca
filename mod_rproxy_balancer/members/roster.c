/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* roster.c: reads and changes what lies in the segment.  Layer L1. */
#include "roster.h"

#include <string.h>

#define NOT_YET "members cannot be added or removed at run time yet"
#define NO_MEMBER "there is no member of that number"

static int is_used(const balance_t *b, int number)
{
    return number >= 0 && number < b->upstream->count;
}

static void copy(char *to, size_t size, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    len = len < size ? len : size - 1;
    memcpy(to, text ? text : "", len);
    to[len] = '\0';
}

/* Plans are made again.  Under the lock. */
static void changed(const balance_t *b)
{
    __atomic_fetch_add(&b->shared->version, 1, __ATOMIC_RELEASE);
}

int roster_places(const balance_t *b)
{
    return b->upstream->count;
}

int roster_find(const balance_t *b, const char *url)
{
    int i;

    for (i = 0; i < b->upstream->count; i++) {
        if (strcmp(b->upstream->member[i].url, url) == 0) {
            return i;
        }
    }
    return -1;
}

int roster_read(const balance_t *b, int number, roster_entry_t *entry,
                roster_standing_t *standing)
{
    const balancer_member_t *of;
    const segment_member_t *m;

    if (!is_used(b, number)) {
        return 0;
    }
    of = &b->upstream->member[number];
    m = &b->member[number];
    memset(entry, 0, sizeof(*entry));
    copy(entry->url, sizeof(entry->url), of->url);
    copy(entry->zone, sizeof(entry->zone), of->zone);
    copy(entry->group, sizeof(entry->group), of->group);
    copy(entry->route, sizeof(entry->route), of->route);
    entry->backup = of->backup;
    entry->tier = of->tier;
    entry->max_connections = of->max_connections;
    entry->slow_start_us = of->slow_start;
    entry->source = ROSTER_CONFIGURED;
    segment_lock(b->segment, b->number);
    entry->weight = m->weight;
    standing->wanted = (member_state_e)m->wanted;
    standing->drain_until_us = m->drain_until_us;
    standing->weight_configured = m->weight_configured;
    standing->leaving = 0;
    segment_unlock(b->segment, b->number);
    return 1;
}

const char *roster_add(balance_t *b, const roster_entry_t *entry, int *number,
                       int64_t now_us)
{
    (void)b;
    (void)entry;
    (void)number;
    (void)now_us;
    return NOT_YET;
}

const char *roster_remove(balance_t *b, int number, int64_t now_us)
{
    (void)now_us;
    return is_used(b, number) ? NOT_YET : NO_MEMBER;
}

const char *roster_set_wanted(balance_t *b, int number, member_state_e wanted,
                              int64_t drain_until_us, int64_t now_us)
{
    (void)now_us;
    if (!is_used(b, number)) {
        return NO_MEMBER;
    }
    if (wanted != MEMBER_UP && wanted != MEMBER_DRAIN
        && wanted != MEMBER_MAINTENANCE) {
        return "a member can be told to be up, to drain, or to be in "
               "maintenance";
    }
    segment_lock(b->segment, b->number);
    b->member[number].drain_until_us =
        wanted == MEMBER_DRAIN ? drain_until_us : 0;
    b->member[number].drained = 0;
    b->member[number].wanted = (uint8_t)wanted;
    changed(b);
    segment_unlock(b->segment, b->number);
    return NULL;
}

const char *roster_set_weight(balance_t *b, int number, int weight,
                              int64_t now_us)
{
    segment_member_t *m;

    (void)now_us;
    if (!is_used(b, number)) {
        return NO_MEMBER;
    }
    if (weight < -1 || weight > MEMBER_WEIGHT_MAX) {
        return "a weight is 0 to 1000";
    }
    m = &b->member[number];
    segment_lock(b->segment, b->number);
    m->weight = weight < 0 ? m->weight_configured : (uint16_t)weight;
    changed(b);
    segment_unlock(b->segment, b->number);
    return NULL;
}

const char *roster_replace(balance_t *b, roster_source_e source,
                           const char *origin, const roster_entry_t *entries,
                           int count, int64_t now_us)
{
    (void)b;
    (void)source;
    (void)origin;
    (void)entries;
    (void)count;
    (void)now_us;
    return NOT_YET;
}
