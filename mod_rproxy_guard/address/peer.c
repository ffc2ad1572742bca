/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* peer.c: see peer.h.  Layer L1. */
#include "peer.h"

enum {
    CLIENT_V6_BITS = 64,
    NETWORK_V4_BITS = 24,
    NETWORK_V6_BITS = 48
};

int peer_address(const apr_sockaddr_t *a, address_t *address)
{
    if (a && a->family == APR_INET) {
        *address = address_of_v4(ntohl(a->sa.sin.sin_addr.s_addr));
        return 1;
    }
#if APR_HAVE_IPV6
    if (a && a->family == APR_INET6) {
        *address = address_of_v6(a->sa.sin6.sin6_addr.s6_addr);
        return 1;
    }
#endif
    return 0;
}

network_t peer_client(address_t a)
{
    return address_client(a, CLIENT_V6_BITS);
}

network_t peer_network(address_t a)
{
    unsigned bits = address_is_v4(a) ? 96 + NETWORK_V4_BITS : NETWORK_V6_BITS;

    return (network_t){ address_masked(a, bits), (uint8_t)bits };
}
