/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_purge.h: what a command of a purge means for the store.  Layer L2.
 *
 * Each object carries, beside the application's tags, tags of its own: its
 * URL, its path with any query, its host.  All are kept apart by host. */
#ifndef RPROXY_CACHE_PURGE_H
#define RPROXY_CACHE_PURGE_H

#include "serve/cache_request.h"
#include "policy/surrogate.h"

/* Room for the tags that every object carries. */
#define CACHE_OWN_TAGS 3

/* Tags of q's key.  @return their number */
int cache_purge_own_tags(const cache_request_t *q, uint64_t *tags);

/* The hash of an application's tag, in the host of q. */
uint64_t cache_purge_tag(apr_pool_t *pool, slice_t host, slice_t tag);

/* Carries out a command for the host of uri; paths are below it.  Counted and
 * logged with who (a word: "response", "api", "PURGE"). */
void cache_purge(request_rec *r, const key_uri_t *uri,
                 const purge_command_t *command, const char *who);

/* Everything under this URI, whatever its variant. */
void cache_purge_uri(request_rec *r, const key_uri_t *uri, int soft);

#endif
