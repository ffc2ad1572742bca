/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* http_date.h: HTTP-date and delta-seconds.  Layer L0.  RFC 9110 section
 * 5.6.7, RFC 9111 sections 1.2.2 and 5.3. */
#ifndef RPROXY_HTTP_DATE_H
#define RPROXY_HTTP_DATE_H

#include "http1/h1_slice.h"

#define DELTA_MAX 2147483648LL

/* All three forms of the past and present, names without case; the weekday need
 * not fit.  Anything else is refused, other zones than GMT too.  A two-digit
 * year more than 50 years ahead of now_s is one of the past.
 * @return 0 and *unix_s, or -1 */
int http_date_read(slice_t text, int64_t now_s, int64_t *unix_s);

/* "Sun, 06 Nov 1994 08:49:37 GMT"; out has 30 bytes, NUL included.
 * Cut to the years 0000 to 9999. */
void http_date_write(char *out, int64_t unix_s);

/* Digits only, cut to DELTA_MAX.  @return 0 and *seconds, or -1 */
int delta_seconds_read(slice_t text, int64_t *seconds);

#endif
