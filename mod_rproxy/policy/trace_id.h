/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* trace_id.h: X-Request-ID and W3C traceparent: made from random bits, or
 * looked at before they are passed on.  Layer L0.
 * W3C Trace Context (level 1) section 3.2. */
#ifndef RPROXY_TRACE_ID_H
#define RPROXY_TRACE_ID_H

#include "../http1/h1_slice.h"

#define REQUEST_ID_RANDOM 16 /* bytes */
#define REQUEST_ID_LEN 32    /* of one that we made */
#define REQUEST_ID_MAX 128   /* of one that is passed on */

#define TRACEPARENT_RANDOM 24 /* bytes */
#define TRACEPARENT_LEN 55

/* Writes REQUEST_ID_LEN hex digits, no NUL. */
void request_id_make(char *out, const unsigned char *random);

/* May it go into log files and origins?  1 to REQUEST_ID_MAX characters:
 * letters, digits and - _ . : + / = @ ~ */
int request_id_is_valid(slice_t id);

/* Writes TRACEPARENT_LEN characters, no NUL: version 00, sampled. */
void traceparent_make(char *out, const unsigned char *random);

/* Version 00 to the letter; of later versions the part that is common. */
int traceparent_is_valid(slice_t value);

#endif
