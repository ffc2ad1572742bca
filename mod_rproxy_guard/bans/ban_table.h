/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_table.h: networks that are banned for a time, in fixed memory shared by
 * all processes.  Layer L0.
 *
 *   head | marks: set of 8, one cache line | ... | details, one for each mark
 *        | filter, the filter to come
 *
 * A mark is one atomic number, 32 bits of the network's hash and the second at
 * which the ban ends; 0 is a free one.  What stands in the details is only read
 * where a mark fits.
 *
 * Who is not banned is known by the filter, whatever prefix lengths are in use:
 * networks of 24 to 32 bits are in it by their first 24, those of 16 to 23 by
 * their first 16, and so on, three bits of one word each.  Only where those
 * are set is each length of that class looked for.  A filter forgets nothing;
 * so while the table is tidied from one end to the other, the next one is made,
 * which has what is there still.
 *
 * Whoever changes the table holds a lock of the caller's; who looks holds none.
 * A detail is written while its mark is 0, so a writer that is killed leaves a
 * free place or a whole ban.
 *
 * A ban that has ended is remembered, and the next one of that network lasts
 * twice as long.  Where a set is full the place goes to whoever ends last:
 * those that have ended go first, then the one that ends soonest, which may be
 * the new one; those set by hand only for another set by hand.  So who brings
 * bans upon a million addresses shortens none but the shortest.
 *
 * Times are seconds of a clock that never jumps, from 1. */
#ifndef RPROXY_GUARD_BAN_TABLE_H
#define RPROXY_GUARD_BAN_TABLE_H

#include "../address/address.h"
#include "routing/siphash.h"

enum {
    BAN_TABLE_SET = 8,
    BAN_FILTER_WORDS = 2, /* for each set */
    BAN_TIMES_MAX = 1000, /* counted no further */
    BAN_RULE_MAX = 32,    /* with the NUL behind it */
    BAN_WHY_MAX = 104
};

/* What is known of one network. */
typedef struct {
    network_t network;
    uint32_t since;  /* the last ban began */
    uint32_t until;  /* it ends, or has ended */
    uint32_t forget; /* then it is as if it had never been banned */
    uint32_t times;  /* bans so far */
    uint32_t refused;
    uint32_t by_hand; /* somebody's order, not a rule's */
    char rule[BAN_RULE_MAX], why[BAN_WHY_MAX];
    uint32_t place; /* in the table */
} ban_t;

typedef struct {
    uint64_t v4_used;    /* bit n: prefix length n may be in use */
    uint64_t v6_used[3]; /* likewise, 0 to 128 */
    uint32_t v4_last[33], v6_last[129]; /* end of the last ban of that length */
    uint64_t version;                   /* grows with each change */
    uint64_t displaced; /* bans that had to go for others before their end */
    uint64_t lost;      /* bans that found no place */
    uint64_t refused;   /* requests */
    uint64_t filter;    /* which of the two holds */
    uint32_t filtered;  /* the other one has what stands before this place */
    /* of bans/ban_state.c */
    uint64_t saved;     /* the version that is in the file */
    int64_t save_after; /* usec of the same clock */
} ban_head_t;

enum {
    BAN_DETAIL_WORDS = 24
};

typedef struct {
    uint64_t word[BAN_DETAIL_WORDS]; /* atomics */
} ban_detail_t;

typedef struct {
    ban_head_t *head;
    uint64_t *mark; /* [sets][BAN_TABLE_SET], aligned to 64 */
    ban_detail_t *detail;
    uint64_t *filter[2]; /* [BAN_FILTER_WORDS * sets] */
    uint32_t sets;       /* a power of two */
    siphash_key_t secret;
} ban_table_t;

/* What is to be done. */
typedef struct {
    network_t network;
    uint32_t seconds; /* the first ban lasts; from 1 */
    uint32_t longest; /* none lasts longer, unless by hand; it is remembered for
                         so long after its end */
    int by_hand;      /* exactly that long, whatever was before */
    const char *rule, *why;
} ban_order_t;

/* Sets that hold so many bans well. */
uint32_t ban_table_sets(uint32_t bans);

/* Bytes of memory, all 0 at first, aligned to 64. */
size_t ban_table_room(uint32_t sets);

ban_table_t ban_table_at(void *memory, uint32_t sets, siphash_key_t secret);

static inline uint32_t ban_table_places(const ban_table_t *table)
{
    return table->sets * BAN_TABLE_SET;
}

/* Is it in a banned network?  The smallest of those.  Any thread.
 * @return 0: no */
int ban_table_find(const ban_table_t *table, address_t client, uint32_t now,
                   ban_t *out);

/* What stands at a place, bans that have ended too.  Any thread.
 * @return 0: nothing */
int ban_table_read(const ban_table_t *table, uint32_t place, ban_t *out);

/* One more request of a ban that was found was refused.  Any thread. */
void ban_table_refused(const ban_table_t *table, const ban_t *ban);

/* Bans that have not ended. */
uint32_t ban_table_count(const ban_table_t *table, uint32_t now);

/* Grows after each change.  Any thread. */
uint64_t ban_table_version(const ban_table_t *table);

/* ---- with the lock ---- */

/* There may have been one that nobody was told of. */
void ban_table_changed(const ban_table_t *table);

/* Of a network that is banned the end is put off, if at all.
 * @return 0: no place; all those that are there end later */
int ban_table_add(const ban_table_t *table, const ban_order_t *order,
                  uint32_t now);

/* Enters what was read from a file.  @return 0: no place */
int ban_table_restore(const ban_table_t *table, const ban_t *ban, uint32_t now);

/* Forgets it.  @return 0: it was not banned */
int ban_table_remove(const ban_table_t *table, network_t network, uint32_t now);

/* Now and then: forgets what is to be forgotten of the places from .. to - 1,
 * and prefix lengths that are not in use; at the end of the last piece, if they
 * came one behind the other, what the filter need not have. */
void ban_table_tidy(const ban_table_t *table, uint32_t now, uint32_t from,
                    uint32_t to);

#endif
