/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_account.c: see login_account.h.  Layer L2. */
#include "guard_private.h"
#include "login_account.h"

#include <apr_strings.h>

#include "../guard_request.h"
#include "../limits/limit_key.h"
#include "user_name.h"

/* ---- keys ---- */

void login_account_begin(login_request_t *login)
{
    const login_rule_t *rule = login->rule;
    siphash_key_t secret = guard_global->secret;

    login->charges = apr_array_make(login->r->pool, 4, sizeof(login_charge_t));
    login->has_address = limit_key_hash(login->r, rule->account[ACCOUNT_PAIR],
                                        secret, &login->address);
    if (rule->account[ACCOUNT_NETWORK]) {
        limit_key_hash(login->r, rule->account[ACCOUNT_NETWORK], secret,
                       &login->network);
    }
}

static void set_user(login_request_t *login, slice_t name)
{
    siphash_key_t key = guard_global->secret;
    char folded[FORM_TEXT_MAX];

    login->has_user = name.p != NULL;
    if (name.p) {
        name = slice_make(folded, user_name_fold(folded, name));
        login->user = siphash(key, name);
        key.low ^= login->address;
        login->pair = siphash(key, name);
    }
}

/* ---- who has logged in before ---- */

static int is_known(const login_request_t *login, uint64_t hash)
{
    const guard_limit_t *known = login->rule->account[ACCOUNT_KNOWN];

    return login->has_address
           && !limit_table_look(&known->place.table, &known->rate, hash,
                                apr_time_now(), 1)
                   .rate.allowed;
}

static void make_known(const login_request_t *login, uint64_t hash)
{
    const guard_limit_t *known = login->rule->account[ACCOUNT_KNOWN];

    limit_table_give_back(&known->place.table, &known->rate, hash,
                          apr_time_now(), 1);
    limit_table_take(&known->place.table, &known->rate, hash, apr_time_now(),
                     1);
}

/* ---- verdicts ---- */

static const char *whose(const login_request_t *login, account_e account)
{
    switch (account) {
    case ACCOUNT_USER:
        return "its user's name";
    case ACCOUNT_PAIR:
        return apr_pstrcat(login->r->pool, "its user's name at ",
                           limit_key_text(login->r,
                                          login->rule->account[account]),
                           NULL);
    default:
        return limit_key_text(login->r, login->rule->account[account]);
    }
}

static guard_verdict_t used_up(const login_request_t *login, account_e account,
                               const rate_t *rate)
{
    const login_rule_t *rule = login->rule;
    const guard_limit_t *limit = rule->account[account];
    guard_verdict_t verdict = { .status = HTTP_TOO_MANY_REQUESTS,
                                .log_only = login->mode == GUARD_DETECT,
                                .action = &rule->action,
                                .rule = rule->name,
                                .where = rule->where,
                                .limit = limit,
                                .rate = *rate };

    /* Who comes to an account that others used up is no enemy. */
    if (account > ACCOUNT_NETWORK && rule->action.kind == GUARD_ACTION_BAN) {
        verdict.action = NULL;
    }
    verdict.key = whose(login, account);
    verdict.retry_after_s =
        (int)((rate->retry_us + APR_USEC_PER_SEC - 1) / APR_USEC_PER_SEC);
    verdict.why =
        apr_psprintf(login->r->pool, "more than %s wrong passwords of %s",
                     limit->rate_text, verdict.key);
    if (!guard_request_of(login->r)->is_asked_about) {
        __atomic_fetch_add(&rule->counts->refused, 1, __ATOMIC_RELAXED);
    }
    return verdict;
}

/* Accounts that a try is charged to, and their keys. */
typedef struct {
    account_e account[ACCOUNTS];
    uint64_t hash[ACCOUNTS];
    int count;
} charged_t;

static void charge_to(charged_t *to, const login_request_t *login,
                      account_e account, uint64_t hash)
{
    if (login->rule->account[account]) {
        to->account[to->count] = account;
        to->hash[to->count++] = hash;
    }
}

static charged_t accounts_of(const login_request_t *login)
{
    charged_t to = { .count = 0 };

    if (login->has_user && is_known(login, login->pair)) {
        charge_to(&to, login, ACCOUNT_PAIR, login->pair);
        return to;
    }
    if (login->has_address) {
        charge_to(&to, login, ACCOUNT_ADDRESS, login->address);
        charge_to(&to, login, ACCOUNT_NETWORK, login->network);
    }
    if (login->has_user) {
        charge_to(&to, login, ACCOUNT_USER, login->user);
    }
    return to;
}

static rate_t look(const login_request_t *login, account_e account,
                   uint64_t hash, uint32_t cost)
{
    const guard_limit_t *limit = login->rule->account[account];

    return limit_table_look(&limit->place.table, &limit->rate, hash,
                            apr_time_now(), cost)
        .rate;
}

/* @return the first account that has nothing left, or -1 */
static int find_used_up(const login_request_t *login, const charged_t *to,
                        uint32_t cost, rate_t *rate)
{
    int i;

    for (i = 0; i < to->count; i++) {
        *rate = look(login, to->account[i], to->hash[i], cost);
        if (!rate->allowed) {
            return i;
        }
    }
    return -1;
}

guard_verdict_t login_account_look(const login_request_t *login)
{
    charged_t to = { .count = 0 };
    guard_verdict_t verdict = { 0 };
    rate_t rate;
    int i;

    if (!login->has_address || is_known(login, login->address)) {
        return verdict;
    }
    charge_to(&to, login, ACCOUNT_ADDRESS, login->address);
    charge_to(&to, login, ACCOUNT_NETWORK, login->network);
    i = find_used_up(login, &to, 1, &rate);
    return i >= 0 ? used_up(login, to.account[i], &rate) : verdict;
}

/* ---- charging ---- */

static void give_back(const login_request_t *login, guard_limit_t *limit,
                      uint64_t hash, uint32_t cost)
{
    if (limit && cost) {
        limit_table_give_back(&limit->place.table, &limit->rate, hash,
                              apr_time_now(), cost);
    }
}

static rate_t take(const login_request_t *login, account_e account,
                   uint64_t hash, uint32_t cost)
{
    const guard_limit_t *limit = login->rule->account[account];

    return limit_table_take(&limit->place.table, &limit->rate, hash,
                            apr_time_now(), cost)
        .rate;
}

/* So that it can be given back. */
static void note(login_request_t *login, account_e account, uint64_t hash,
                 uint32_t cost)
{
    guard_limit_t *limit = login->rule->account[account];
    int i;

    for (i = 0; i < login->charges->nelts; i++) {
        login_charge_t *charge =
            &APR_ARRAY_IDX(login->charges, i, login_charge_t);

        if (charge->limit == limit && charge->hash == hash) {
            charge->cost += cost;
            return;
        }
    }
    APR_ARRAY_PUSH(login->charges, login_charge_t) =
        (login_charge_t){ limit, hash, cost };
}

/* @return like find_used_up; somebody else may have been faster */
static int take_all(login_request_t *login, const charged_t *to, uint32_t cost,
                    rate_t *rate)
{
    int i, failed;

    for (i = 0; i < to->count; i++) {
        *rate = take(login, to->account[i], to->hash[i], cost);
        if (!rate->allowed) {
            failed = i;
            while (i-- > 0) {
                give_back(login, login->rule->account[to->account[i]],
                          to->hash[i], cost);
            }
            return failed;
        }
    }
    for (i = 0; i < to->count; i++) {
        note(login, to->account[i], to->hash[i], cost);
    }
    return -1;
}

/* What a success clears is counted, not limited. */
static void count_pair(login_request_t *login, const charged_t *to,
                       uint32_t cost)
{
    int counted = to->count && to->account[0] == ACCOUNT_PAIR;

    if (login->has_user && login->has_address && !counted
        && take(login, ACCOUNT_PAIR, login->pair, cost).allowed) {
        note(login, ACCOUNT_PAIR, login->pair, cost);
    }
}

guard_verdict_t login_account_try(login_request_t *login, slice_t user,
                                  uint32_t cost)
{
    guard_verdict_t verdict = { 0 };
    charged_t to;
    rate_t rate;
    int i;

    set_user(login, user);
    to = accounts_of(login);
    i = find_used_up(login, &to, cost, &rate);
    if (i < 0) {
        i = take_all(login, &to, cost, &rate);
    }
    if (i >= 0) {
        return used_up(login, to.account[i], &rate);
    }
    count_pair(login, &to, cost);
    login->tries += cost;
    return verdict;
}

void login_account_give_back(login_request_t *login, uint32_t tries)
{
    int i;

    for (i = 0; i < login->charges->nelts; i++) {
        login_charge_t *charge =
            &APR_ARRAY_IDX(login->charges, i, login_charge_t);
        uint32_t cost = charge->cost < tries ? charge->cost : tries;

        give_back(login, charge->limit, charge->hash, cost);
        charge->cost -= cost;
    }
}

void login_account_remember(login_request_t *login)
{
    guard_limit_t *const *account = login->rule->account;
    uint32_t wrong;

    if (!login->has_user || !login->has_address) {
        return;
    }
    wrong = account[ACCOUNT_PAIR]->rate.burst + 1
            - look(login, ACCOUNT_PAIR, login->pair, 0).remaining;
    give_back(login, account[ACCOUNT_PAIR], login->pair, wrong);
    if (!is_known(login, login->pair)) {
        give_back(login, account[ACCOUNT_ADDRESS], login->address, wrong);
        give_back(login, account[ACCOUNT_NETWORK], login->network, wrong);
        give_back(login, account[ACCOUNT_USER], login->user, wrong);
    }
    make_known(login, login->address);
    make_known(login, login->pair);
}
