/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* child_slots.h: a number for each process that serves, by which others know
 * what it holds.  Layer L2.
 *
 *   | process id | x slots | how many were ever used |
 *
 * What a process holds for a time (open connections, requests under way) it
 * counts in a place of its own, that of its slot, and nowhere else: who wants
 * to know adds the places up.  Nothing drifts, for the place of a killed one
 * is emptied as a whole before another one gets it. */
#ifndef RPROXY_GUARD_CHILD_SLOTS_H
#define RPROXY_GUARD_CHILD_SLOTS_H

#include <httpd.h>

/* In post_config.  @return 0: no memory, and the log says so */
int child_slots_open(server_rec *s);

/* In pre_config and post_config: what empties a slot's place.  It may be called
 * in any process, for a slot that nobody uses.  Eight at most. */
void child_slots_empty_by(void (*empty)(int slot));

/* In pre_config: nobody is registered. */
void child_slots_forget(void);

/* In child_init; the slot is free again when pool goes. */
void child_slots_claim(server_rec *s, apr_pool_t *pool);

/* Of this process; -1: it has none, and counts nothing. */
int child_slot(void);

/* Slots there are; those from child_slots_used on were never used. */
int child_slots_count(void);
int child_slots_used(void);

/* Empties the places of processes that are gone.  Any thread. */
void child_slots_reclaim(void);

#endif
