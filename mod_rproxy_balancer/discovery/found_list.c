/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* found_list.c: see found_list.h.  Layer L1. */
#include "found_list.h"

#include <stdlib.h>

#include <apr_strings.h>

static int better(const found_member_t *a, const found_member_t *b)
{
    return a->tier != b->tier ? a->tier - b->tier : b->weight - a->weight;
}

static int by_url(const void *a, const void *b)
{
    int order = found_member_order(a, b);

    return order ? order : better(a, b);
}

static int by_tier(const void *a, const void *b)
{
    const found_member_t *x = a, *y = b;

    return x->tier != y->tier ? x->tier - y->tier : found_member_order(x, y);
}

static void sort(found_list_t *list, int (*order)(const void *, const void *))
{
    if (list->count) {
        qsort(list->member, (size_t)list->count, sizeof(found_member_t), order);
    }
}

int found_list_settle(found_list_t *list, int limit)
{
    int i, n = 0, beyond;

    sort(list, by_url);
    for (i = 0; i < list->count; i++) {
        if (!n || !slice_eq(list->member[i].url, list->member[n - 1].url)) {
            list->member[n++] = list->member[i];
        }
    }
    list->count = n;
    beyond = n > limit ? n - limit : 0;
    if (beyond) {
        sort(list, by_tier);
        list->count = limit;
        sort(list, by_url);
    }
    return beyond;
}

static slice_t copy(slice_t text, apr_pool_t *pool)
{
    return slice_make(apr_pstrmemdup(pool, text.p ? text.p : "", text.len),
                      text.len);
}

found_list_t found_list_copy(const found_list_t *list, apr_pool_t *pool)
{
    size_t size = sizeof(found_member_t) * (size_t)list->count;
    found_list_t made = { apr_pmemdup(pool, list->member, size), list->count };
    int i;

    for (i = 0; i < made.count; i++) {
        found_member_t *m = &made.member[i];

        m->url = copy(m->url, pool);
        m->zone = copy(m->zone, pool);
        m->group = copy(m->group, pool);
        m->route = copy(m->route, pool);
    }
    return made;
}
