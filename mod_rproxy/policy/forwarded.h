/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forwarded.h: the values that tell an origin who asked, how, and by which
 * way.  Layer L0.  RFC 7239 section 4 (Forwarded), RFC 9110 section 7.6.3
 * (Via); X-Forwarded-For is a list in the same spirit. */
#ifndef RPROXY_FORWARDED_H
#define RPROXY_FORWARDED_H

#include "text.h"

/* Room that forwarded_element() needs at most for parts of these lengths. */
#define FORWARDED_ELEMENT_MAX(client_len, host_len, proto_len) \
    (2 * ((client_len) + (host_len) + (proto_len)) + 40)

/* Room that forwarded_via() needs at most beside the pseudonym. */
#define FORWARDED_VIA_MAX 16

/* "sent, " unless sent is empty: what the hop before us reported comes first,
 * then the caller writes ours. */
void forwarded_list_begin(text_t *out, slice_t sent);

/* for=192.0.2.1;host="example.org:8080";proto=https
 * An IPv6 address is written in brackets and quotes, without its zone; what
 * is no address becomes "unknown".  An empty host or proto is left out.
 * @param client a numeric address */
void forwarded_element(text_t *out, slice_t client, slice_t host,
                       slice_t proto);

/* "1.1 name"; the version of HTTP/2 and later has no minor number.
 * @param major,minor version of the message received */
void forwarded_via(text_t *out, int major, int minor, slice_t pseudonym);

#endif
