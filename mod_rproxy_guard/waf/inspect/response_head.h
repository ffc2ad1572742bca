/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* response_head.h: what rules know of a response before its body, and the body.
 * Layer L1.  Names and bytes as ModSecurity 2.9 gives them. */
#ifndef RPROXY_GUARD_RESPONSE_HEAD_H
#define RPROXY_GUARD_RESPONSE_HEAD_H

#include "request_head.h"

/* All outlives the values.  What is not known has p NULL. */
typedef struct {
    slice_t protocol;     /* "HTTP/1.1" */
    int status;           /* 200 */
    slice_t status_line;  /* "200 OK" */
    slice_t content_type; /* with its parameters */
    int64_t length;       /* as announced; 0: not known */
    const waf_field_t *field;
    int field_count;
} waf_response_head_t;

/* Fills the values of phase 3.
 * @return 0: the values are full, not all is there */
int response_head_values(values_t *values, const waf_response_head_t *head);

/* Fills the values of phase 4.
 * @param body       outlives the values
 * @param is_cut     it is longer than the limit: OUTBOUND_DATA_ERROR
 * @return as above */
int response_body_values(values_t *values, slice_t body, int is_cut);

#endif
