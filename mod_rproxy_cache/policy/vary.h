/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* vary.h: the key of a variant.  Layer L0.  RFC 9111 section 4.1. */
#ifndef RPROXY_CACHE_VARY_H
#define RPROXY_CACHE_VARY_H

#include "http1/h1_fields.h"

/* The names of all Vary lines of a response: lower case, sorted, without
 * repetition, separated by ","; Accept-Encoding is left out (the cache handles
 * codings itself) but told by *on_encoding.
 * @param ignore names (lower case, NULL at the end) that the configuration
 *        ignores, or NULL
 * @return length, 0: none; -1: "*" is among them, or what is no field name;
 *         -2: more than cap */
int vary_names(char *out, size_t cap, const h1_field_t *fields, size_t count,
               const char *const *ignore, int *on_encoding);

/* The text that tells variants apart: for each of names the lines "name=value"
 * of the request's fields in their order, or the line "name" when there is
 * none.  Each ends with "\n"; NUL, CR, LF and "\\" in values are escaped.
 * Accept, Accept-Language and Accept-Charset are normalised: in lower case but
 * for parameters' values, without spaces around separators.
 * @return its length, -1 when cap is too small */
int vary_key(char *out, size_t cap, slice_t names, const h1_field_t *fields,
             size_t count);

#endif
