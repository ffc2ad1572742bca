/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_table.h: from a session's mark to its member.  Layer L0.
 *
 * A mark is a keyed hash of a member's name or route.  Our own cookie carries
 * the mark itself: it tells a client nothing about the members and cannot be
 * made up.  A route that an application wrote is hashed and looked up the same
 * way.  Made once for a set of members. */
#ifndef RPROXY_BALANCER_STICKY_TABLE_H
#define RPROXY_BALANCER_STICKY_TABLE_H

#include "../members/plan.h"
#include "routing/siphash.h"

enum {
    STICKY_COOKIE_LEN = 16
};

typedef struct {
    uint64_t mark; /* 0: free */
    uint32_t member;
} sticky_entry_t;

typedef struct {
    uint64_t mask; /* entries - 1 */
    sticky_entry_t entry[];
} sticky_table_t;

typedef enum {
    STICKY_TAKES,  /* send it there */
    STICKY_FULL,   /* its member is at its limit: wait, or go elsewhere */
    STICKY_CLOSED, /* its member is down or gone: choose another */
} sticky_verdict_e;

/* Never 0. */
uint64_t sticky_mark(siphash_key_t secret, slice_t name);

/* Bytes of memory for count members. */
size_t sticky_table_room(uint32_t count);

/* An empty table.  memory: sticky_table_room(count) bytes, aligned to 8 */
sticky_table_t *sticky_table_make(void *memory, uint32_t count);

/* Adds a member; the first of a mark stays.  At most as many as there is room
 * for. */
void sticky_table_add(sticky_table_t *table, uint64_t mark, uint32_t member);

/* @return the member, or PLAN_NONE */
uint32_t sticky_table_find(const sticky_table_t *table, uint64_t mark);

/* Our cookie's value: 16 hex digits, no NUL. */
void sticky_cookie_write(char value[STICKY_COOKIE_LEN], uint64_t mark);

/* @return the mark, or 0: not a value of ours */
uint64_t sticky_cookie_read(slice_t value);

/* May a session go to its member?  Also while that drains, or has weight 0. */
sticky_verdict_e sticky_admit(const plan_t *plan, const member_load_t *load,
                              uint32_t member);

#endif
