/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_control.h: the directives of Cache-Control, as structs.  Layer L0.
 * RFC 9111 section 5.2, RFC 5861, RFC 8246; syntax: RFC 9110 section 5.6. */
#ifndef RPROXY_CACHE_CONTROL_H
#define RPROXY_CACHE_CONTROL_H

#include "http1/h1_slice.h"

/* Times are seconds, 0 to 2^31 (RFC 9111 section 1.2.2: larger ones are cut to
 * that).  A time that cannot be read is 0, which makes a response stale
 * (section 4.2.1).  Of a directive given twice what asks for more care counts:
 * the smaller time, of min-fresh the larger. */
typedef struct {
    unsigned no_store : 1, no_cache : 1, is_private : 1, is_public : 1,
        must_revalidate : 1, proxy_revalidate : 1, must_understand : 1,
        no_transform : 1, immutable : 1, only_if_cached : 1;
    unsigned has_max_age : 1, has_s_maxage : 1, has_min_fresh : 1,
        has_max_stale : 1, max_stale_any : 1, has_while_revalidate : 1,
        has_if_error : 1;
    /* Meaningless without its has_ bit; max_stale_any: max_stale is 2^31. */
    int64_t max_age, s_maxage, min_fresh, max_stale, while_revalidate, if_error;
    /* no-cache="a, b" and private="a, b": the lists (one name may come without
     * quotes); the plain bits are not set by a qualified form.  Of several the
     * last is kept here, and the plain bit is set, to be safe; so it is for a
     * list that cannot be read. */
    slice_t no_cache_fields, private_fields;
} cache_control_t;

/* Adds the directives of one field line; several lines are one list.  *cc is
 * zeroed before the first; its slices point into value. */
void cache_control_read(cache_control_t *cc, slice_t value);

#endif
