/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_key.h: what a limit counts a request under.  Layer L2. */
#ifndef RPROXY_GUARD_LIMIT_KEY_H
#define RPROXY_GUARD_LIMIT_KEY_H

#include "../config/guard_config.h"

/* @param secret  guard_global's, but for limits that a fleet shares
 * @return 1 and *hash, or 0: the request lacks a part of the key */
int limit_key_hash(request_rec *r, const guard_limit_t *limit,
                   siphash_key_t secret, uint64_t *hash);

/* That of an address, for limits that count by nothing else.
 * @return 0: it counts by something else */
int limit_key_hash_address(const guard_limit_t *limit, siphash_key_t secret,
                           address_t address, uint64_t *hash);

/* The key for logs, in r->pool; of cookies and users only that they are
 * there. */
const char *limit_key_text(request_rec *r, const guard_limit_t *limit);

/* The client's address, as mod_remoteip or the PROXY protocol left it.
 * @return 0: it is none of IP's (a unix socket) */
int limit_key_client(const request_rec *r, address_t *address);

#endif
