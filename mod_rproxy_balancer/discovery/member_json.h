/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_json.h: a JSON list of members.  Layer L1. */
#ifndef RPROXY_BALANCER_MEMBER_JSON_H
#define RPROXY_BALANCER_MEMBER_JSON_H

#include <apr_tables.h>

#include "found_member.h"

/* @param members  of found_member_t, with texts in its pool
 * @return NULL, or what is wrong, in that pool */
const char *member_json_parse(slice_t text, const found_member_t *usual,
                              apr_array_header_t *members);

#endif
