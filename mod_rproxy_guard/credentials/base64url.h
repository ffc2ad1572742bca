/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* base64url.h: base64url without padding (RFC 4648 5, RFC 7515 2).  Layer L0.
 * One text for each value: no blanks, no "=", no bits left over. */
#ifndef RPROXY_GUARD_BASE64URL_H
#define RPROXY_GUARD_BASE64URL_H

#include "http1/h1_slice.h"

/* Letters for so many bytes. */
#define BASE64URL_LENGTH(bytes) (((bytes)*4 + 2) / 3)

/* @param out  room for text.len / 4 * 3 + 2 bytes; text itself may be there
 * @return 1 and *len, or 0: it is none */
int base64url_decode(unsigned char *out, size_t *len, slice_t text);

/* @param out  BASE64URL_LENGTH(len) letters, without a NUL
 * @return how many */
size_t base64url_encode(char *out, const unsigned char *bytes, size_t len);

#endif
