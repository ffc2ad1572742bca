/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_names.h: which tags and attributes can make a script run.  Layer L0. */
#ifndef RPROXY_GUARD_HTML_NAMES_H
#define RPROXY_GUARD_HTML_NAMES_H

#include "http1/h1_slice.h"

typedef enum {
    HTML_NAME_PLAIN,
    HTML_NAME_CODE,     /* its value is code, or brings some */
    HTML_NAME_URL,      /* its value is a URL */
    HTML_NAME_INDIRECT, /* its value names another attribute */
} html_name_e;

/* In any case. */
int html_name_begins(slice_t text, slice_t with);

int html_name_is_tag_of_code(slice_t tag);

html_name_e html_name_of_attribute(slice_t attribute);

#endif
