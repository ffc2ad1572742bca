/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* freshness.c: lifetime and age of a response.  Layer L0.  RFC 9111 sections
 * 4.2.1 to 4.2.4 and 5.3, RFC 5861, RFC 9110 section 15.1. */
#include "freshness.h"
#include "http_date.h"

const char *lifetime_source_name(lifetime_source_e source)
{
    static const char *const names[] = {
#define X(id, name) name,
        LIFETIME_SOURCES(X)
#undef X
    };
    size_t at = (size_t)source;

    return at < sizeof(names) / sizeof(names[0]) ? names[at] : "?";
}

int freshness_is_heuristic_status(int status)
{
    switch (status) {
    case 200:
    case 203:
    case 204:
    case 206:
    case 300:
    case 301:
    case 308:
    case 404:
    case 405:
    case 410:
    case 414:
    case 501:
        return 1;
    default:
        return 0;
    }
}

int freshness_is_explicit(lifetime_source_e source)
{
    return source != LIFETIME_NONE && source != LIFETIME_HEURISTIC
           && source != LIFETIME_DEFAULT;
}

static int64_t saturate(int64_t seconds)
{
    if (seconds < 0) {
        return 0;
    }
    return seconds > DELTA_MAX ? DELTA_MAX : seconds;
}

static void set_lifetime(lifetime_t *l, lifetime_source_e source,
                         int64_t seconds)
{
    l->source = source;
    l->lifetime_s = saturate(seconds);
}

/* Without a Date the time of receipt stands for it. */
static int64_t date_of(const response_facts_t *f, int64_t now_s)
{
    return f->date >= 0 ? f->date : now_s;
}

/* @return 1 if the response itself says how long it is fresh */
static int set_explicit(lifetime_t *l, const response_facts_t *f, int64_t now_s)
{
    const cache_control_t *cc = &f->cc;

    if (cc->has_s_maxage) {
        set_lifetime(l, f->is_targeted ? LIFETIME_TARGETED : LIFETIME_S_MAXAGE,
                     cc->s_maxage);
    }
    else if (cc->has_max_age) {
        set_lifetime(l, f->is_targeted ? LIFETIME_TARGETED : LIFETIME_MAX_AGE,
                     cc->max_age);
    }
    else if (f->has_expires && !f->is_targeted) {
        set_lifetime(l, LIFETIME_EXPIRES, f->expires - date_of(f, now_s));
    }
    else {
        return 0;
    }
    return 1;
}

static int set_heuristic(lifetime_t *l, const response_facts_t *f,
                         const lifetime_rules_t *rules, int64_t now_s)
{
    int64_t unchanged_s, lifetime_s;
    int is_public = f->cc.is_public && !rules->ignore_cache_control;

    if (rules->heuristic_percent <= 0 || f->last_modified < 0
        || !(freshness_is_heuristic_status(f->status) || is_public)) {
        return 0;
    }
    unchanged_s = date_of(f, now_s) - f->last_modified;
    if (unchanged_s <= 0) {
        return 0;
    }
    lifetime_s = saturate(unchanged_s) * rules->heuristic_percent / 100;
    if (rules->heuristic_max_s >= 0 && lifetime_s > rules->heuristic_max_s) {
        lifetime_s = rules->heuristic_max_s;
    }
    set_lifetime(l, LIFETIME_HEURISTIC, lifetime_s);
    return 1;
}

/* Nobody guesses a lifetime for what says, to caches of HTTP/1.0, that it has
 * none (section 5.4 leaves it open). */
static int may_be_guessed(const response_facts_t *f,
                          const lifetime_rules_t *rules)
{
    return rules->ignore_cache_control || f->is_targeted || f->has_cache_control
           || !f->has_pragma_no_cache;
}

static void set_source(lifetime_t *l, const response_facts_t *f,
                       const lifetime_rules_t *rules, int64_t now_s)
{
    if (rules->forced_s >= 0) {
        set_lifetime(l, LIFETIME_FORCED, rules->forced_s);
        return;
    }
    if (!rules->ignore_cache_control && set_explicit(l, f, now_s)) {
        return;
    }
    if (!may_be_guessed(f, rules) || set_heuristic(l, f, rules, now_s)) {
        return;
    }
    if (rules->default_s >= 0) {
        set_lifetime(l, LIFETIME_DEFAULT, rules->default_s);
    }
}

/* A lifetime of 0 is the origin's word, not a short time. */
static void bound(lifetime_t *l, const lifetime_rules_t *rules)
{
    if (l->source != LIFETIME_FORCED && l->lifetime_s > 0
        && l->lifetime_s < rules->min_s) {
        l->lifetime_s = saturate(rules->min_s);
    }
    if (rules->max_s >= 0 && l->lifetime_s > rules->max_s) {
        l->lifetime_s = rules->max_s;
    }
}

static void set_directives(lifetime_t *l, const response_facts_t *f,
                           const lifetime_rules_t *rules)
{
    const cache_control_t *cc = &f->cc;

    if (rules->ignore_cache_control) {
        return;
    }
    l->immutable = cc->immutable;
    if (rules->forced_s >= 0) {
        return;
    }
    l->no_cache = cc->no_cache;
    l->must_revalidate =
        cc->must_revalidate || cc->proxy_revalidate || cc->has_s_maxage;
}

static void set_stale_times(lifetime_t *l, const response_facts_t *f,
                            const lifetime_rules_t *rules)
{
    const cache_control_t *cc = &f->cc;
    int obey = !rules->ignore_cache_control;

    if (l->no_cache || l->must_revalidate) {
        return;
    }
    l->while_revalidate_s =
        saturate(obey && cc->has_while_revalidate ? cc->while_revalidate
                                                  : rules->while_revalidate_s);
    l->if_error_s =
        saturate(obey && cc->has_if_error ? cc->if_error : rules->if_error_s);
    l->if_error_refused = obey && cc->has_if_error && cc->if_error == 0;
}

lifetime_t freshness_lifetime(const response_facts_t *f,
                              const lifetime_rules_t *rules, int64_t now_s)
{
    lifetime_t l = { .source = LIFETIME_NONE };

    set_source(&l, f, rules, now_s);
    bound(&l, rules);
    set_directives(&l, f, rules);
    set_stale_times(&l, f, rules);
    return l;
}

int64_t freshness_initial_age(const response_facts_t *f, int64_t request_s,
                              int64_t response_s)
{
    int64_t apparent_age = 0, corrected_age = f->age;

    if (f->date >= 0) {
        apparent_age = saturate(response_s - f->date);
    }
    if (response_s > request_s) {
        corrected_age += saturate(response_s - request_s);
    }
    corrected_age = saturate(corrected_age);
    return apparent_age > corrected_age ? apparent_age : corrected_age;
}
