/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* nominated.c: collects what Connection nominates.  Layer L0.
 * RFC 9110 section 7.6.1. */
#include "nominated.h"

static int is_option(slice_t element)
{
    return slice_eq_nocase(element, SLICE_LIT("keep-alive"))
           || slice_eq_nocase(element, SLICE_LIT("close"));
}

int nominated_add(nominated_t *nominated, slice_t value)
{
    slice_t element;

    while (h1_list_next(&value, &element)) {
        if (is_option(element) || !h1_may_be_nominated(element)) {
            continue;
        }
        if (nominated->count == NOMINATED_MAX) {
            return -1;
        }
        nominated->name[nominated->count++] = element;
    }
    return 0;
}

int nominated_has(const nominated_t *nominated, slice_t name)
{
    size_t i;

    for (i = 0; i < nominated->count; i++) {
        if (slice_eq_nocase(nominated->name[i], name)) {
            return 1;
        }
    }
    return 0;
}
