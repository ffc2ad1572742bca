/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_lookup.h: asks DNS servers for a name and the targets of its SRV records,
 * by c-ares.  Layer L1.
 *
 * Who waits polls its sockets and calls dns_lookup_step; nothing blocks.  The
 * hosts file is not looked at.  A channel of c-ares lives for one look-up, so
 * that a changed resolv.conf is seen. */
#ifndef RPROXY_BALANCER_DNS_LOOKUP_H
#define RPROXY_BALANCER_DNS_LOOKUP_H

#include <poll.h>

#include "dns_found.h"

enum {
    DNS_LOOKUP_SOCKETS = 16 /* at most, of one look-up */
};

typedef struct dns_lookup_t dns_lookup_t;

/* NULL, or what this build is without. */
const char *dns_lookup_missing(void);

/* Are these "address[:port],..."?  @return NULL, or why not */
const char *dns_lookup_check_servers(const char *servers);

/* @param rules   outlive it
 * @param before  hosts of the last answer, or NULL; outlive it
 * @param pool    the answer lives in it */
dns_lookup_t *dns_lookup_start(const dns_rules_t *rules,
                               const apr_array_header_t *before, int64_t now_us,
                               apr_pool_t *pool);

/* @return how many of fds are filled in, DNS_LOOKUP_SOCKETS at most */
int dns_lookup_poll(dns_lookup_t *lookup, struct pollfd *fds);

/* When it wants dns_lookup_step even if no socket is ready. */
int64_t dns_lookup_due(dns_lookup_t *lookup, int64_t now_us);

/* @param fds  as dns_lookup_poll filled them in, and poll()
 * @return the answer; NULL: not yet */
const dns_found_t *dns_lookup_step(dns_lookup_t *lookup,
                                   const struct pollfd *fds, int count,
                                   int64_t now_us);

/* Takes its sockets away, before its pool goes. */
void dns_lookup_end(dns_lookup_t *lookup);

#endif
