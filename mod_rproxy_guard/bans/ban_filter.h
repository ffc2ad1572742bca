/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_filter.h: addresses that are in no banned network, told by a few bits
 * of a filter (B. H. Bloom, 1970), whatever prefix lengths are in use.
 * Layer L0.
 *
 * Prefix lengths are in classes: those of 24 to 32 bits, of 16 to 23 and so on,
 * and a network is in the filter by as many of its bits as the shortest of its
 * class has.  So a look is one at each class that is in use.  The shortest
 * lengths, which hardly anybody bans, stand in no filter.
 *
 * Words are atomics: who looks holds no lock.  Nothing is forgotten. */
#ifndef RPROXY_GUARD_BAN_FILTER_H
#define RPROXY_GUARD_BAN_FILTER_H

#include "../address/address.h"
#include "routing/siphash.h"

typedef struct {
    uint8_t word;     /* of 64 prefix lengths each */
    uint8_t before;   /* prefix length of that word's first bit */
    uint8_t bits;     /* the shortest prefix length; IPv4 from 96 */
    uint64_t lengths; /* a bit of the word for each */
} ban_class_t;

/* Of IPv4, or of IPv6; the longest prefixes first. */
typedef struct {
    const ban_class_t *class;
    int count;
} ban_family_t;

typedef struct {
    uint64_t *word; /* all 0 at first */
    uint32_t words; /* a power of two */
    siphash_key_t secret;
} ban_filter_t;

ban_family_t ban_filter_family(int is_v4);

void ban_filter_add(const ban_filter_t *filter, network_t n, int is_v4);

/* @return 0: no network of that class has the address */
int ban_filter_has(const ban_filter_t *filter, address_t client,
                   const ban_class_t *class);

#endif
