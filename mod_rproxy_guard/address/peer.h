/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* peer.h: who is at the other end, and what counts as one client.  Layer L1. */
#ifndef RPROXY_GUARD_PEER_H
#define RPROXY_GUARD_PEER_H

#include <apr_network_io.h>

#include "address.h"

/* @param a  may be NULL
 * @return 0: it is none of IP's (a unix socket) */
int peer_address(const apr_sockaddr_t *a, address_t *address);

/* One client: an IPv4 address, the /64 of IPv6. */
network_t peer_client(address_t a);

/* Its neighbours: the /24 of IPv4, the /48 of IPv6. */
network_t peer_network(address_t a);

#endif
