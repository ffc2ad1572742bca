/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_reference.h: response fields with names and paths of the origin in
 * them (Location, Content-Location, Refresh, Link, Set-Cookie), for the
 * client.  Layer L2. */
#ifndef RPROXY_REFERENCE_H
#define RPROXY_REFERENCE_H

#include "policy/field_names.h"
#include "policy/location.h"
#include "rproxy_match.h"

/* For one response. */
typedef struct {
    request_rec *r;
    const route_match_t *match;
    const settings_t *settings;
    const member_t *member; /* the one that answered */
    /* private; the sides are looked up when the first reference comes */
    location_map_t map;
    int has_map;
} rproxy_reference_t;

/* @param id a field of FIELD_KIND_REFERENCE
 * @return the value as the client needs it, in r->pool, or NULL if it would
 *         grow beyond all measure or is not fit for the wire */
const char *rproxy_reference_map(rproxy_reference_t *ref, field_id_e id,
                                 slice_t value);

#endif
