/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* geo_base.h: databases that know countries and autonomous systems, read again
 * when their files change.  Layer L1.  MaxMind DB format 2.0, by libmaxminddb.
 *
 * A database stands in one of two places, as a list does (named_list.h). */
#ifndef RPROXY_GUARD_GEO_BASE_H
#define RPROXY_GUARD_GEO_BASE_H

#include <apr_pools.h>

#include "../address/address.h"
#include "geo_items.h"

typedef struct geo_base_t geo_base_t;

/* Can databases be read at all? */
int geo_base_is_built_in(void);

/* Adds one to those that geo_find asks.  Its life is that of pool. */
geo_base_t *geo_base_add(apr_pool_t *pool, const char *path, const char *where);

/* In pre_config. */
void geo_base_forget(void);

/* The databases, from 0; NULL: no more. */
geo_base_t *geo_base_at(int i);

const char *geo_base_path(const geo_base_t *base);
const char *geo_base_where(const geo_base_t *base);

/* What it calls itself, "GeoLite2-Country"; of the last good reading. */
const char *geo_base_type(const geo_base_t *base);

/* A file that cannot be used changes nothing.
 * @param pool  of the error text
 * @return NULL, or what is wrong, a sentence */
const char *geo_base_load(geo_base_t *base, apr_pool_t *pool);

int geo_base_changed(geo_base_t *base, apr_pool_t *pool);

/* What all databases together know.  Any thread; a microsecond the first time,
 * less when the same address is asked for again. */
void geo_find(address_t address, geo_t *out);

#endif
