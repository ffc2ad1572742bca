/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cross_site_script.h: would a value, put into a page, make a browser run a
 * script?  Layer L0.
 *
 * The value is read by the HTML standard's tokenizer five times: as text
 * between tags, and as the rest of an attribute in its four ways of quoting. */
#ifndef RPROXY_GUARD_CROSS_SITE_SCRIPT_H
#define RPROXY_GUARD_CROSS_SITE_SCRIPT_H

#include "waf/byte_set.h"

/* @return 1: it would */
int cross_site_script_found(slice_t value);

/* Without any of these bytes it would not. */
byte_set_t cross_site_script_bytes(void);

#endif
