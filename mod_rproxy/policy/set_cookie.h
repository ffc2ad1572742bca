/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* set_cookie.h: Set-Cookie of the origin -> one that the client's browser will
 * send back.  Layer L0.  RFC 6265 sections 4.1 and 5.2. */
#ifndef RPROXY_SET_COOKIE_H
#define RPROXY_SET_COOKIE_H

#include "location.h"

/* Domain: removed when it stands for the origin's host and would not match
 * the public one (the cookie then belongs to the public host alone).
 * Path: the prefix is exchanged as in location_map_path(), but never for a
 * cookie named __Host-..., which must have Path=/.
 * Everything else stays, in its order. */
location_verdict_e set_cookie_map(const location_map_t *map, slice_t cookie,
                                  text_t *out);

#endif
