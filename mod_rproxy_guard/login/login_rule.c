/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_rule.c: see login_rule.h.  Layer L2. */
#include "guard_private.h"
#include "login_rule.h"

#include "../shared/shared_area.h"

apr_array_header_t *login_rule_accounts(apr_pool_t *pool)
{
    const apr_array_header_t *rules = guard_global->logins;
    apr_array_header_t *all =
        apr_array_make(pool, ACCOUNTS, sizeof(guard_limit_t *));
    int i, a;

    for (i = 0; i < rules->nelts; i++) {
        const login_rule_t *rule = APR_ARRAY_IDX(rules, i, login_rule_t *);

        for (a = 0; a < ACCOUNTS; a++) {
            if (rule->account[a]) {
                APR_ARRAY_PUSH(all, guard_limit_t *) = rule->account[a];
            }
        }
    }
    return all;
}

int login_rule_open(server_rec *s)
{
    const apr_array_header_t *rules = guard_global->logins;
    login_counts_t *counts;
    int i;

    if (!rules->nelts) {
        return 1;
    }
    counts =
        shared_area(s, "login-counts", sizeof(*counts) * (size_t)rules->nelts);
    for (i = 0; counts && i < rules->nelts; i++) {
        login_rule_t *rule = APR_ARRAY_IDX(rules, i, login_rule_t *);
        uint64_t id = siphash(guard_global->secret, slice_str(rule->name));

        rule->counts = &counts[i];
        if (rule->counts->id != id) { /* the place was another rule's */
            *rule->counts = (login_counts_t){ .id = id };
        }
    }
    return counts != NULL;
}
