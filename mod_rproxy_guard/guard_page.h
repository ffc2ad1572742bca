/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_page.h: the page that a refused visitor sees.  Layer L2. */
#ifndef RPROXY_GUARD_PAGE_H
#define RPROXY_GUARD_PAGE_H

#include <apr_pools.h>

#include "http1/h1_slice.h"

enum {
    PAGE_ID_LENGTH = 12
};

/* HTML: one part behind the other. */
typedef struct {
    slice_t before, id, after;
    size_t length;      /* of all */
    const char *digits; /* the same, decimal */
} guard_page_t;

/* In post_config: makes those that floods ask for. */
void guard_page_open(apr_pool_t *pconf);

/* @param is_of_limit  there were too many requests
 * @param id           of PAGE_ID_LENGTH letters, stays the caller's */
guard_page_t guard_page_make(apr_pool_t *pool, int status, int is_of_limit,
                             const char *id);

/* Its bytes, without a NUL, at `at`.  @return their end */
char *guard_page_put(char *at, const guard_page_t *page);

/* The same, with a NUL. */
const char *guard_page_text(apr_pool_t *pool, const guard_page_t *page);

#endif
