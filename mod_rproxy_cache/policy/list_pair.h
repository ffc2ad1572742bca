/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* list_pair.h: elements "name=value" of a field's list.  Layer L0. */
#ifndef RPROXY_CACHE_LIST_PAIR_H
#define RPROXY_CACHE_LIST_PAIR_H

#include "http1/h1_slice.h"

typedef struct {
    slice_t name;
    slice_t value; /* p NULL: there is no "="; quotes taken off */
} list_pair_t;

#define LIST_PAIR_MAX_SECONDS ((int64_t)1 << 31) /* RFC 9111 section 1.2.2 */

static inline list_pair_t list_pair_split(slice_t element)
{
    const char *equals =
        element.len ? memchr(element.p, '=', element.len) : NULL;
    list_pair_t pair = { slice_trim(element), { NULL, 0 } };
    size_t at;

    if (!equals) {
        return pair;
    }
    at = (size_t)(equals - element.p);
    pair.name = slice_trim(slice_make(element.p, at));
    pair.value = slice_trim(slice_make(equals + 1, element.len - at - 1));
    if (pair.value.len >= 2 && pair.value.p[0] == '"'
        && pair.value.p[pair.value.len - 1] == '"') {
        pair.value = slice_make(pair.value.p + 1, pair.value.len - 2);
    }
    return pair;
}

/* Digits at the beginning of *text, which is advanced, at most 2^31.
 * @return -1 if there is none */
static inline int64_t list_pair_number(slice_t *text)
{
    int64_t number = -1;

    while (text->len && text->p[0] >= '0' && text->p[0] <= '9') {
        number = (number < 0 ? 0 : number) * 10 + (text->p[0] - '0');
        if (number > LIST_PAIR_MAX_SECONDS) {
            number = LIST_PAIR_MAX_SECONDS;
        }
        text->p++;
        text->len--;
    }
    return number;
}

/* Seconds; 0, that is stale, for what cannot be read. */
static inline int64_t list_pair_seconds(slice_t value)
{
    int64_t seconds = list_pair_number(&value);

    return seconds < 0 || value.len ? 0 : seconds;
}

#endif
