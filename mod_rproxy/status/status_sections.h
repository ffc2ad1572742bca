/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_sections.h: what other modules add to page, JSON and metrics
 * (RPROXY_STATUS_GROUP of mod_rproxy.h).  Layer L2. */
#ifndef RPROXY_STATUS_SECTIONS_H
#define RPROXY_STATUS_SECTIONS_H

#include <httpd.h>

#include "status_view.h"

typedef enum {
    STATUS_HTML,
    STATUS_JSON,
    STATUS_METRICS
} status_format_e;

/* Those that have something in this format, by name; NULL at the end. */
const status_section_t *const *status_sections(request_rec *r,
                                               status_format_e format);

#endif
