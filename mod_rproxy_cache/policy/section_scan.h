/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* section_scan.h: one directive of httpd's configuration tree: does it look at
 * the client?  Layer L0.  Directives of unknown modules count as static here:
 * the modules with access hooks are checked by their hooks. */
#ifndef RPROXY_CACHE_SECTION_SCAN_H
#define RPROXY_CACHE_SECTION_SCAN_H

#include "directive_table.h"

typedef enum {
    SECTION_STATIC,    /* the same for every client */
    SECTION_CLIENT,    /* looks at the client */
    SECTION_CONTAINER, /* look inside: a place with settings of its own */
    SECTION_GROUP      /* look inside, but it has no settings of its own, or
                          takes few directives only (<RequireAny>, <Limit>):
                          what is there counts for the place around it */
} section_scan_e;

/* @param name   as ap_directive_t has it ("Require", "<Files")
 * @param args   as ap_directive_t has it; a section's ">" may be there
 * @param reason why, for explain; may be NULL */
section_scan_e section_scan(slice_t name, slice_t args,
                            directive_reason_e *reason);

#endif
