/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* nominated.h: the fields a Connection field names for removal.  Layer L0.
 * RFC 9110 section 7.6.1.  Slices point into the values given. */
#ifndef RPROXY_NOMINATED_H
#define RPROXY_NOMINATED_H

#include "../http1/h1_fields.h"

#define NOMINATED_MAX 16

typedef struct {
    slice_t name[NOMINATED_MAX];
    size_t count;
} nominated_t;

/* Adds the elements of a Connection value, but for "close", "keep-alive" and
 * names that may not be taken away (h1_may_be_nominated).
 * @return 0, or -1 when it names more than NOMINATED_MAX: no honest message
 *         does, and each is compared with each field */
int nominated_add(nominated_t *nominated, slice_t value);

int nominated_has(const nominated_t *nominated, slice_t name);

#endif
