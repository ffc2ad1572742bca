/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge.h: a page that lets a browser work before it may go on.  Layer L2.
 *
 * The page looks for a number (challenge_token.h) by its own script, asks for
 * CHALLENGE_PATH with it, gets a cookie and loads the address anew.  Nothing is
 * kept here: page and cookie are signed with a secret of all children. */
#ifndef RPROXY_GUARD_CHALLENGE_H
#define RPROXY_GUARD_CHALLENGE_H

#include <httpd.h>

#include "../checks/verdict.h"
#include "challenge_token.h"

#define CHALLENGE_PATH "/.well-known/rproxy-guard"
#define CHALLENGE_COOKIE "rproxy_pass"

/* Has this client a cookie for work of so many bits?  0: the usual.  Clients
 * that RProxyGuardAllow names need none, nor do verified search bots. */
int challenge_is_passed(request_rec *r, int difficulty);

/* Answers the request with the page; who does not want HTML gets JSON.
 * @param verdict  of the rule, for the log
 * @return what the hook returns */
int challenge_answer(request_rec *r, int difficulty,
                     const guard_verdict_t *verdict);

/* First of all, with each request: takes our cookie out of it, which is nobody
 * else's business, and answers CHALLENGE_PATH.
 * @return DECLINED, or what the hook returns */
int challenge_begin(request_rec *r);

/* The first half of it. */
void challenge_take_cookie(request_rec *r);

/* In post_config: secret and counts, the same from one configuration to the
 * next.  @return 0: there is no memory, the log says so */
int challenge_open(server_rec *s, apr_pool_t *ptemp);

/* Since the start, of all children that share this memory. */
typedef struct {
    uint64_t asked, passed, failed;
} challenge_counts_t;

void challenge_look(challenge_counts_t *out);

#endif
