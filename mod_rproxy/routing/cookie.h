/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cookie.h: reads the Cookie fields of a request (RFC 6265 section 4.2).
 * Layer L0.  Nothing is decoded or unquoted: a value is the bytes between "="
 * and ";" without the white space around them.  Names count case. */
#ifndef RPROXY_COOKIE_H
#define RPROXY_COOKIE_H

#include "../http1/h1_fields.h"

/* The next pair of one Cookie field's value; parts without "=" or without a
 * name are passed over.  *rest is advanced.
 * @return 1 and *name, *value, or 0 at the end */
int cookie_next(slice_t *rest, slice_t *name, slice_t *value);

/* The first cookie of that name in all Cookie fields of a request.
 * @return 1 and *value, or 0 */
int cookie_find(const h1_field_t *fields, size_t count, slice_t name,
                slice_t *value);

#endif
