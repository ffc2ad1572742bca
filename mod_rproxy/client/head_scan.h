/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* head_scan.h: is the head of a request complete?  Layer L0.
 * Judges nothing else: httpd's own parser reads the head and refuses what is
 * wrong with it; this only makes sure that it will not have to wait. */
#ifndef RPROXY_HEAD_SCAN_H
#define RPROXY_HEAD_SCAN_H

#include <stddef.h>

/* @param buf,len bytes from the start of the head; empty lines before the
 *        request line do not count (RFC 9112 section 2.2)
 * @param scanned in/out, 0 at first: bytes that need no second look
 * @return 1 when an empty line, or a request line without a version, is
 *         there */
int head_scan(const char *buf, size_t len, size_t *scanned);

#endif
