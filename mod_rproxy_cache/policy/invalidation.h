/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* invalidation.h: what an unsafe request's good answer makes invalid.
 * Layer L0.  RFC 9111 section 4.4. */
#ifndef RPROXY_CACHE_INVALIDATION_H
#define RPROXY_CACHE_INVALIDATION_H

#include "cache_key.h"

/* Is it time to invalidate?  Unsafe or unknown method, status 2xx or 3xx. */
int invalidation_due(slice_t method, int status);

/* A Location or Content-Location, resolved against the request's URI (RFC 3986
 * section 5.2; dot segments removed, fragment cut).
 * @param buf room for the path, which target->path points into
 * @return 1 when it has the same scheme, host and port: *target is filled, with
 *         origin and spelling of the request's,
 *         0 otherwise: another origin (RFC 9111 section 4.4: one must not make
 *         invalid what another has), user information, not a URI, or no room */
int invalidation_target(slice_t reference, const key_uri_t *request, char *buf,
                        size_t cap, key_uri_t *target);

#endif
