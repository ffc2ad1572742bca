/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_url.h: is the URL in an attribute code?  Layer L0. */
#ifndef RPROXY_GUARD_HTML_URL_H
#define RPROXY_GUARD_HTML_URL_H

#include "http1/h1_slice.h"

/* "javascript:", "data:" and their like, with what browsers leave out of a URL
 * and references to characters ("&#106;", "&Tab;").
 * @return 1: it is */
int html_url_is_code(slice_t value);

#endif
