/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_rule.h: one RProxyGuardLogin.  Layer L2.
 *
 * Each account has a table of limits/, of one entry to a key; a try takes one
 * before it goes on and gets it back unless the password turns out to be wrong:
 * a thousand tries at once are no more than a thousand one by one. */
#ifndef RPROXY_GUARD_LOGIN_RULE_H
#define RPROXY_GUARD_LOGIN_RULE_H

#include "../config/guard_config.h"
#include "login_outcome.h"

typedef enum {
    ACCOUNT_ADDRESS,
    ACCOUNT_NETWORK,
    ACCOUNT_USER,
    ACCOUNT_PAIR,  /* a user at an address: what a success clears; and all that
                     counts where that user has logged in there before */
    ACCOUNT_KNOWN, /* addresses, and pairs, of which that is so */
    ACCOUNTS
} account_e;

/* In shared memory, atomics. */
typedef struct {
    uint64_t id; /* hash of the rule's name */
    uint64_t failures, successes, refused;
} __attribute__((aligned(64))) login_counts_t;

typedef struct login_rule_t {
    const char *name, *where;
    login_kind_e kind;
    const char *path;           /* begins with it; with "*" a pattern */
    const char *const *methods; /* ends with NULL */
    slice_t user;               /* field of the form; none of LOGIN_XMLRPC */
    login_signs_t signs;
    guard_action_t action;
    guard_mode_e mode;                /* as action says */
    guard_limit_t *account[ACCOUNTS]; /* NULL: nobody counts so */
    login_counts_t *counts;
} login_rule_t;

/* guard_limit_t *, of all rules. */
apr_array_header_t *login_rule_accounts(apr_pool_t *pool);

/* In post_config: the rules' counts.  @return 0: no memory */
int login_rule_open(server_rec *s);

#endif
