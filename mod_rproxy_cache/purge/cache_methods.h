/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_methods.h: the methods PURGE and BAN, for those whom RProxyCachePurge
 * names.  Layer L2.
 *
 *   PURGE /path?query   that URL; without a query, with any
 *   BAN /path           all that begins with it
 *
 * A request with Surrogate-Key, xkey, xkey-purge, Cache-Tag or RProxy-Tag
 * purges those tags instead.  X-Purge-Method: host, default or regex (/blog/.*)
 * are what plugins for Varnish send.  Soft-Purge: 1 marks stale only. */
#ifndef RPROXY_CACHE_METHODS_H
#define RPROXY_CACHE_METHODS_H

#include <httpd.h>

void cache_methods_register_hooks(apr_pool_t *pool);

#endif
