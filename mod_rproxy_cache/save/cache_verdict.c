/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_verdict.c: see cache_verdict.h.  Layer L2. */
#include "cache_verdict.h"

#include <apr_strings.h>

#include "policy/invalidation.h"
#include "policy/storable.h"

lifetime_t cache_verdict_lifetime(const cache_request_t *q,
                                  const request_rec *r,
                                  const response_facts_t *facts,
                                  const cache_application_t *application)
{
    const cache_settings_t *s = q->settings;
    lifetime_rules_t rules = {
        .default_s = r->status < 400 ? CACHE_SETTING(s, default_s)
                                     : CACHE_SETTING(s, errors_s),
        .min_s = CACHE_SETTING(s, min_s),
        .max_s = CACHE_SETTING(s, max_s),
        .while_revalidate_s = CACHE_SETTING(s, while_revalidate_s),
        .if_error_s = CACHE_SETTING(s, if_error_s),
        .forced_s = application->ttl_s,
        .heuristic_percent = CACHE_SETTING(s, heuristic_percent),
        .heuristic_max_s = CACHE_SETTING(s, heuristic_max_s),
        .ignore_cache_control =
            (CACHE_SETTING(s, ignore) & IGNORE_CACHE_CONTROL) != 0,
    };
    lifetime_t lifetime;

    if (rules.default_s == 0) {
        rules.default_s = -1;
    }
    if (rules.min_s == 0) {
        rules.min_s = -1;
    }
    lifetime = freshness_lifetime(facts, &rules, q->begun_s);
    if (application->while_revalidate_s >= 0) {
        lifetime.while_revalidate_s = application->while_revalidate_s;
    }
    if (application->if_error_s >= 0) {
        lifetime.if_error_s = application->if_error_s;
    }
    return lifetime;
}

/* A response to POST that says it is what a GET of the same URI would get (RFC
 * 9110 section 9.3.3). */
static int is_about_target(const cache_request_t *q, request_rec *r,
                           const response_facts_t *facts)
{
    size_t cap = facts->content_location.len + q->uri.path.len + 16;
    key_uri_t target;

    return facts->content_location.len
           && invalidation_target(facts->content_location, &q->uri,
                                  apr_palloc(r->pool, cap), cap, &target)
           && slice_eq(target.path, q->uri.path)
           && slice_eq(target.query, q->uri.query);
}

const char *cache_verdict_why_not(cache_request_t *q, request_rec *r,
                                  const response_facts_t *facts,
                                  const lifetime_t *lifetime,
                                  const cache_application_t *application)
{
    int ignore = CACHE_SETTING(q->settings, ignore);
    storable_in_t in = {
        .request = &q->facts,
        .response = facts,
        .lifetime = *lifetime,
        .ignore_set_cookie = (ignore & IGNORE_SET_COOKIE) != 0,
        .ignore_private =
            (ignore & IGNORE_PRIVATE) != 0 || application->is_public,
        .ignore_no_store =
            (ignore & IGNORE_NO_STORE) != 0 || application->is_public,
        .ignore_authorization = (ignore & IGNORE_AUTHORIZATION) != 0,
        .initial_age_s = freshness_initial_age(facts, q->begun_s, q->begun_s),
        .accept_partial = 1,
        .content_location_is_target = is_about_target(q, r, facts),
        .ignore_request_no_store = (ignore & IGNORE_REQUEST) != 0,
        .store_errors = CACHE_SETTING(q->settings, errors_s) > 0,
    };
    const cache_rule_t *rule;
    storable_e verdict;

    if (application->no_store) {
        return application->no_store_why;
    }
    rule =
        cache_rule_find(q->settings->no_store, q->r, q->uri.path, q->uri.query);
    if (rule) {
        q->rule = rule;
        return rule->text;
    }
    if (r->user && !(ignore & IGNORE_AUTHORIZATION) && !facts->cc.is_public
        && !facts->cc.has_s_maxage) {
        return "user"; /* whoever checked the name, it was not for all */
    }
    verdict = storable_decide(&in);
    return verdict == STORABLE_YES ? NULL : storable_name(verdict);
}
