/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* location.h: a URI reference of the origin -> what the client must use.
 * Layer L0.  RFC 9110 section 10.2.2 (Location), RFC 3986 section 4. */
#ifndef RPROXY_LOCATION_H
#define RPROXY_LOCATION_H

#include "text.h"

/* Both sides of one route.  Prefixes have no slash at their end: "" for the
 * whole server. */
typedef struct {
    slice_t origin_scheme;       /* that we speak with the origin */
    slice_t origin_authority[2]; /* the member's; the Host that was sent */
    slice_t origin_prefix;
    slice_t public_scheme;
    slice_t public_authority;
    slice_t public_prefix;
} location_map_t;

typedef enum {
    LOCATION_KEEP,   /* nothing written: use the value as it is */
    LOCATION_MAPPED, /* the new value was written */
    LOCATION_NO_ROOM /* out overflowed */
} location_verdict_e;

/* Room beside the reference that one mapping needs at most. */
static inline size_t location_room(const location_map_t *map)
{
    return map->public_scheme.len + map->public_authority.len
           + map->public_prefix.len + 8;
}

/* An absolute reference to one of the origin's names, or to our public name,
 * gets scheme and authority of the public one, and the prefix is exchanged.
 * The scheme counts: "https://name/" of an origin that we speak plain HTTP
 * with is a redirect it means, and stays, unless that is our public name.
 * A path-absolute reference gets its prefix exchanged.  A path that begins
 * with the public prefix already is left as it is, unless the origin's prefix
 * is the longer one.  Everything else is kept: other hosts, other schemes,
 * relative references. */
location_verdict_e location_map(const location_map_t *map, slice_t reference,
                                text_t *out);

/* The prefix exchange alone, for a path that begins with "/".
 * @param head,rest out: the new path is head followed by rest
 * @return 1, or 0 for a path that stays as it is */
int location_map_path(const location_map_t *map, slice_t path, slice_t *head,
                      slice_t *rest);

/* Without ":port"; the brackets of an IPv6 address stay. */
slice_t location_host(slice_t authority);

#endif
