/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* url_split.h: URLs and hosts as administrators write them.  Layer L0.
 * RFC 3986 section 3, http and https alone. */
#ifndef RPROXY_CACHE_URL_SPLIT_H
#define RPROXY_CACHE_URL_SPLIT_H

#include "policy/cache_key.h"

/* "http://host:port/path?query": *out points into url; without a port it is 0,
 * without a path that is "/".  A fragment is cut off.  An IPv6 address has no
 * brackets afterwards, a name no dot at its end.
 * @return NULL, or what is wrong, the rest of a sentence about it */
const char *url_split(slice_t url, key_uri_t *out);

/* "host", "host:port", "[address]:port".  @return as url_split */
const char *url_split_host(slice_t text, slice_t *host, unsigned *port);

/* "/path?query", as it may stand in a request.  @return as url_split */
const char *url_check_path(slice_t path);

#endif
