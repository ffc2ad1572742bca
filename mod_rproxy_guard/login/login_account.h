/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_account.h: whose wrong passwords were how many.  Layer L2. */
#ifndef RPROXY_GUARD_LOGIN_ACCOUNT_H
#define RPROXY_GUARD_LOGIN_ACCOUNT_H

#include "login_request.h"

/* The keys of the address. */
void login_account_begin(login_request_t *login);

/* Is there nothing left for its address or network?  Changes nothing.
 * @return status 0, also where somebody has logged in from there lately */
guard_verdict_t login_account_look(const login_request_t *login);

/* So many passwords for a user.  All accounts are looked at before one is
 * charged.
 * @param user  as the form has it; .p NULL: not known
 * @return status 0: it may try */
guard_verdict_t login_account_try(login_request_t *login, slice_t user,
                                  uint32_t cost);

/* So many tries of this request were not wrong. */
void login_account_give_back(login_request_t *login, uint32_t tries);

/* The last user's password was right: what was wrong before is forgotten, and
 * that he logs in from this address is not. */
void login_account_remember(login_request_t *login);

#endif
