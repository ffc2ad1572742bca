/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* roster.h: an upstream's members at run time: who they are, what was said of
 * them.  Layer L1.  roster_entry_t: place.h.
 *
 * All of it lies in the shared segment, the same for all children, and outlives
 * a graceful restart.  Each call takes the pool's lock briefly; any thread.
 * Sentences that say why not are constant texts. */
#ifndef RPROXY_BALANCER_ROSTER_H
#define RPROXY_BALANCER_ROSTER_H

#include "balance.h"

typedef struct {
    member_state_e wanted;  /* MEMBER_UP, MEMBER_DRAIN, MEMBER_MAINTENANCE */
    int64_t drain_until_us; /* its sessions are served till then; 0: no end */
    int weight_configured;  /* what the weight was before anybody set it */
    int leaving;            /* removed, and something is still in flight */
} roster_standing_t;

/* Places for members, free ones included: numbers are below this. */
int roster_places(const balance_t *balance);

/* @return the number of the member with this URL, or -1 */
int roster_find(const balance_t *balance, const char *url);

/* Copies what is known.  @return 0: the place is free */
int roster_read(const balance_t *balance, int number, roster_entry_t *entry,
                roster_standing_t *standing);

/* The entry's source is ROSTER_ADDED or ROSTER_FOUND.  The URL was looked at
 * before (member_parse); an upstream has each URL once.  One that is leaving
 * stays, with its number.  Children send to it when they know its addresses,
 * within a fraction of a second as a rule.
 * @return NULL and *number, or a sentence why not */
const char *roster_add(balance_t *balance, const roster_entry_t *entry,
                       int *number, int64_t now_us);

/* No new requests at once; the place is free when nothing is in flight. */
const char *roster_remove(balance_t *balance, int number, int64_t now_us);

/* @param drain_until_us  with MEMBER_DRAIN, as in roster_standing_t */
const char *roster_set_wanted(balance_t *balance, int number,
                              member_state_e wanted, int64_t drain_until_us,
                              int64_t now_us);

/* @param weight  -1: the configured one again */
const char *roster_set_weight(balance_t *balance, int number, int weight,
                              int64_t now_us);

/* The whole answer of one who discovers: adds what is new, changes what is
 * there, removes what it found before and does not any more.  Members of other
 * sources are left alone.
 * @param origin  who found them, "dns:app.internal", "file:/etc/members"
 * @return NULL, or why some could not be added */
const char *roster_replace(balance_t *balance, roster_source_e source,
                           const char *origin, const roster_entry_t *entries,
                           int count, int64_t now_us);

/* Is there a member that was found there? */
int roster_has_found(const balance_t *balance, const char *origin);

/* Nobody else discovers any more: what others than these have found goes. */
void roster_keep_found(balance_t *balance, const char *const *origins,
                       int count, int64_t now_us);

/* Another number after each change of members, by whomever. */
uint32_t roster_changes(const balance_t *balance);

#endif
