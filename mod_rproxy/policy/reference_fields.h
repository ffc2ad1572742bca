/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reference_fields.h: fields that have references inside their values.
 * Layer L0.  RFC 8288 section 3 (Link); HTML, "shared declarative refresh
 * steps" (Refresh). */
#ifndef RPROXY_REFERENCE_FIELDS_H
#define RPROXY_REFERENCE_FIELDS_H

#include "location.h"

/* Each <reference>, outside of quoted strings; all else is copied. */
location_verdict_e link_map(const location_map_t *map, slice_t value,
                            text_t *out);

/* "5; url=reference", also quoted, also without "url=". */
location_verdict_e refresh_map(const location_map_t *map, slice_t value,
                               text_t *out);

#endif
