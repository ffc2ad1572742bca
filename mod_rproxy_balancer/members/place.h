/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* place.h: the places for members of one upstream in the segment.  Layer L1.
 *
 *   FREE -> USED -> LEAVING -> FREE
 *             ^-------'  it came again
 *
 * A place in use keeps its number while others come and go.  Each member that
 * gets a place gets the place's next generation: who remembers both knows
 * whether it is still the same one.  A member that leaves gets no new requests;
 * its place is free when no child has a request in flight there.
 *
 * All functions want the pool's lock held (or a mapping nobody else has). */
#ifndef RPROXY_BALANCER_PLACE_H
#define RPROXY_BALANCER_PLACE_H

#include "segment.h"

enum {
    ROSTER_URL = SEGMENT_URL,
    ROSTER_NAME = SEGMENT_NAME /* of a zone, group or route */
};

typedef enum {
    ROSTER_CONFIGURED,
    ROSTER_ADDED, /* by somebody, at run time */
    ROSTER_FOUND  /* by discovery */
} roster_source_e;

typedef struct {
    char url[ROSTER_URL];
    char zone[ROSTER_NAME], group[ROSTER_NAME], route[ROSTER_NAME]; /* or "" */
    int weight; /* 0 to MEMBER_WEIGHT_MAX; of roster_read: at present */
    int backup;
    int tier;
    int max_connections;   /* 0: no limit */
    int64_t slow_start_us; /* 0: all at once */
    roster_source_e source;
} roster_entry_t;

/* The places of one pool, in this process. */
typedef struct {
    segment_t *segment;
    segment_pool_t *shared;
    segment_member_t *member; /* [count] */
    segment_text_t *text;     /* [count] */
    int pool, first, count;   /* in the segment */
} places_t;

places_t places_of(segment_t *segment, int pool);

/* What a member's id is made of. */
uint64_t place_id(const char *url);

/* The number of the member with that URL, in use or leaving, or -1. */
int place_find(const places_t *places, const char *url);

/* Gives the member a place: the one it is about to leave, or a free one.
 * @param origin  places_origin
 * @return its number, or -1: all are taken */
int place_take(const places_t *places, const roster_entry_t *entry,
               uint64_t origin, int64_t now_us);

void place_leave(const places_t *places, int number, int64_t now_us);

/* Frees the places of those that have left. */
void places_clear(const places_t *places, int64_t now_us);

/* These entries are all that the source (and origin) knows: adds, changes,
 * lets go.  Of other sources' members the configuration takes what it names,
 * discovery leaves them as they are.
 * @return how many found no place */
int places_merge(const places_t *places, const roster_entry_t *entries,
                 int count, roster_source_e source, uint64_t origin,
                 int64_t now_us);

/* Members that others than these have found leave.  In the parent. */
void places_keep_origins(const places_t *places, const uint64_t *origins,
                         int count, int64_t now_us);

/* Who has found members, as a number; "" is 0. */
uint64_t places_origin(const char *origin);

/* A zone's or group's name as a number; NULL and "" are 0. */
uint32_t place_name(const char *name);

/* Plans are made again; with members, what is found by hash as well. */
void places_changed(const places_t *places, int members);

#endif
