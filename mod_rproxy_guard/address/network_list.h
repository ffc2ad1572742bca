/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* network_list.h: many networks, and which of them an address lies in.
 * Layer L0.
 *
 * Made once of all networks and constant afterwards; a changed list is another
 * one.  Networks that hold each other are laid flat: what is kept are the
 * addresses at which the answer changes, in order.
 *
 *   10.0.0.0/8 = 1, 10.1.0.0/16 = 2
 *   none | 10.0.0.0: 1 | 10.1.0.0: 2 | 10.2.0.0: 1 | 11.0.0.0: none
 *
 * An index of 2^16 parts leads to the few changes among which an address is
 * searched: parts of all addresses for IPv4, of those between the first and the
 * last change for IPv6. */
#ifndef RPROXY_GUARD_NETWORK_LIST_H
#define RPROXY_GUARD_NETWORK_LIST_H

#include "address.h"

#define NETWORK_LIST_NONE UINT32_MAX

typedef struct {
    network_t network;
    uint32_t value; /* the caller's, not NETWORK_LIST_NONE */
} network_entry_t;

enum {
    NETWORK_LIST_PARTS = 65536
};

typedef struct {
    /* [NETWORK_LIST_PARTS + 1]: the first change in this part or a later one */
    const uint32_t *v4_index, *v6_index;
    const uint32_t *v4_start, *v4_value;
    const address_t *v6_start;
    const uint32_t *v6_value;
    uint32_t v4_count, v6_count;
    /* the part of an address between first and last */
    uint64_t v6_first, v6_last; /* of high */
    unsigned v6_shift;
} network_list_t;

/* Bytes of memory that network_list_make needs.  About 16 for each IPv4 and 40
 * for each IPv6 network, and 512 KiB. */
size_t network_list_room(const network_entry_t *entries, uint32_t count);

/* @param memory   of that many bytes, aligned to 8; the list lies in it
 * @param entries  [count], put in order; not needed afterwards.  Of networks
 *                 given twice the greater value counts.  IPv4 addresses lie in
 *                 IPv4 networks only: ::/0 is all of IPv6 */
const network_list_t *network_list_make(void *memory, network_entry_t *entries,
                                        uint32_t count);

/* The value of the smallest network that holds it, or NETWORK_LIST_NONE. */
uint32_t network_list_find(const network_list_t *list, address_t address);

#endif
