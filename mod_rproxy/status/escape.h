/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* escape.h: names from the configuration as text of a status format.
 * Layer L0.  What comes out is always valid UTF-8: a byte that is not part of
 * it becomes U+FFFD, as do control characters where a format has no way to
 * write them. */
#ifndef RPROXY_ESCAPE_H
#define RPROXY_ESCAPE_H

#include "../http1/h1_slice.h"

/* Enough room for any text of len bytes. */
#define ESCAPE_ROOM(len) (6 * (len))

/* Each writes into out, which has ESCAPE_ROOM(text.len) bytes, without a NUL.
 * @return the length written */
typedef size_t escape_fn(char *out, slice_t text);

/* HTML: text, and values of attributes in quotes. */
escape_fn escape_html;

/* JSON: what stands between the quotes of a string (RFC 8259 section 7). */
escape_fn escape_json;

/* Prometheus text format 0.0.4: what stands between a label's quotes. */
escape_fn escape_label;

#endif
