/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_request.h: a request that may try a password.  Layer L2.
 *
 *   check_login      the head: has its address tried too often?
 *   login_body       the body as it passes: each user's name, each call of
 *                    XML-RPC is a try, which login_account charges or refuses
 *   login_answer     the response: what was right, or no try, is given back
 *
 * On the thread that serves the request; internal redirects go on with it. */
#ifndef RPROXY_GUARD_LOGIN_REQUEST_H
#define RPROXY_GUARD_LOGIN_REQUEST_H

#include <apr_buckets.h>
#include <util_filter.h>

#include "../checks/verdict.h"
#include "form_find.h"
#include "login_rule.h"
#include "xmlrpc_count.h"

typedef struct {
    guard_limit_t *limit;
    uint64_t hash;
    uint32_t cost;
} login_charge_t;

typedef struct login_request_t {
    request_rec *r; /* that of the client */
    const login_rule_t *rule;
    guard_mode_e mode;
    int has_address;
    uint64_t address, network; /* keys */
    uint32_t tries;
    apr_array_header_t *charges; /* of login_charge_t */
    /* of the last user */
    int has_user;
    uint64_t user, pair;

    guard_verdict_t verdict; /* status 0: not refused */
    int is_judged;

    /* login_body.c */
    ap_filter_t *in;
    form_find_t find;
    xmlrpc_count_t calls;
    apr_bucket_brigade *fresh, *held;
    apr_off_t held_bytes;
    int is_asked, is_ended;
    apr_status_t failed;

    /* login_answer.c */
    xmlrpc_faults_t faults;
    apr_bucket_brigade *out;
} login_request_t;

/* Of the client's request behind r, or NULL. */
login_request_t *login_request_of(request_rec *r);

void login_body_register(apr_pool_t *pool);
void login_answer_register(apr_pool_t *pool);

/* From login_body's insert_filter. */
void login_answer_insert(login_request_t *login, request_rec *r);

#endif
