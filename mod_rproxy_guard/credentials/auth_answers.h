/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_answers.h: what services of RProxyGuardForwardAuth have said, and
 * questions that are under way.  Layer L2; any thread.
 *
 *   requests --- waiter --.
 *   requests --- waiter ----> question ---> service
 *   requests --- waiter --'        '---> auth_cache_t
 *
 * Where answers are kept, requests of one key ask once and wait together; what
 * may not be kept, each asks for itself.  A question goes on to its end when
 * nobody waits any more. */
#ifndef RPROXY_GUARD_AUTH_ANSWERS_H
#define RPROXY_GUARD_AUTH_ANSWERS_H

#include "auth_question.h"

typedef struct {
    int status;        /* 0: nothing */
    const char *fault; /* then: why, a phrase */
    const char *knob;  /* what could be set otherwise; or NULL */
    slice_t fields;    /* that are passed on, "name: value\n" of each */
    int is_kept;       /* it holds for all of the same key */
} auth_said_t;

/* A request that waits; its owner's. */
typedef struct auth_waiter_t {
    struct auth_asked_t *asked;
    rproxy_park_t *park; /* to be woken; NULL: it is no parked one */
    int is_second;       /* it has joined others, whose question it was */
    struct auth_waiter_t *next, **before;
} auth_waiter_t;

/* In post_config.  @return 0: there is no memory */
int auth_answers_open(server_rec *s);

/* What all processes have in common. */
siphash_key_t auth_answers_secret(void);

/* One that is kept and holds.  @return 1 and *answer */
int auth_answers_find(request_rec *r, const auth_source_t *source,
                      auth_answer_t *answer);

/* Asks, or joins those who have.
 * @param may_join  0: asks anew
 * @return NULL, or why it cannot, a phrase; *w is undefined then */
const char *auth_answers_ask(request_rec *r, const auth_source_t *source,
                             int may_join, auth_waiter_t *w);

/* Parks r on its event loop until the answer is there; if it is already, for a
 * moment: what the handlers behind do may not run on the loop.
 * @return 0: r cannot be parked */
int auth_answers_park(request_rec *r, rproxy_park_fn *fn, auth_waiter_t *w,
                      apr_interval_time_t timeout);

/* Waits on this thread. */
void auth_answers_wait(auth_waiter_t *w, apr_interval_time_t timeout);

/* @return NULL: it is not there yet.  Valid until the waiter leaves */
const auth_said_t *auth_answers_said(const auth_waiter_t *w);

/* In fn: what w has asked anew shall wake this park.
 * @return 0: the answer is there */
int auth_answers_park_again(auth_waiter_t *w, rproxy_park_t *park);

/* Nobody wakes its park from now on. */
void auth_answers_leave(auth_waiter_t *w);

#endif
