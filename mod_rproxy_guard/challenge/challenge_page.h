/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_page.h: the page of a challenge.  Layer L1.
 *
 * It needs nothing but itself: style and script are within, and its policy lets
 * them run by their nonce and nothing else. */
#ifndef RPROXY_GUARD_CHALLENGE_PAGE_H
#define RPROXY_GUARD_CHALLENGE_PAGE_H

#include <apr_pools.h>

typedef struct {
    const char *question;
    int difficulty;
    const char *path;  /* that takes the answer */
    const char *nonce; /* of the policy */
    const char *id;    /* that the log has, too */
    int has_body;      /* the request was a form, which is lost here */
} challenge_page_t;

const char *challenge_page(apr_pool_t *pool, const challenge_page_t *page);

/* For Content-Security-Policy. */
const char *challenge_page_policy(apr_pool_t *pool, const char *nonce);

/* The same for programs, JSON. */
const char *challenge_page_json(apr_pool_t *pool, const challenge_page_t *page);

#endif
