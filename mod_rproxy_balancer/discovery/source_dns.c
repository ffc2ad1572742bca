/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* source_dns.c: answers of DNS, and when to ask again.  Layer L1. */
#include "source.h"

#include <string.h>

#include <apr_strings.h>

enum {
    PARTIAL_MAX = 5
};

static apr_interval_time_t until_next(const source_rules_t *rules,
                                      uint32_t ttl_s)
{
    apr_interval_time_t ttl = apr_time_from_sec(ttl_s);

    ttl = ttl > rules->max_ttl ? rules->max_ttl : ttl;
    return ttl < rules->min_ttl ? rules->min_ttl : ttl;
}

static void tell_of_oddities(source_t *s, const dns_odd_t *odd,
                             apr_pool_t *pool)
{
    const char *text = dns_found_oddities(odd, pool);

    if (text && strcmp(s->odd, text) != 0) {
        s->tell(s, NEWS_ODD, text);
    }
    apr_cpystrn(s->odd, text ? text : "", sizeof(s->odd));
}

/* An answer without some of its targets takes no members away that another
 * process has found; unless it remains like that. */
static int is_good(source_t *s, const dns_found_t *found)
{
    if (found->verdict != DNS_FOUND) {
        return s->rules->may_empty && !dns_found_is_failure(found->verdict);
    }
    s->partial = found->is_partial ? s->partial + 1 : 0;
    return s->partial == 0 || s->hosts || s->partial > PARTIAL_MAX
           || !roster_has_found(s->balance, s->rules->origin);
}

static void answered(source_t *s, const dns_found_t *found, int64_t now_us)
{
    apr_pool_t *pool = s->lookup_pool;

    s->lookup = NULL;
    s->due = now_us + s->rules->retry;
    tell_of_oddities(s, &found->odd, pool);
    if (!is_good(s, found)) {
        source_failed(s, found->fault, now_us);
        source_restore(s, now_us);
        apr_pool_destroy(pool);
        return;
    }
    if (found->verdict != DNS_FOUND) {
        source_take(s, &found->members, NULL, now_us, pool);
        s->hosts = NULL;
        return;
    }
    s->view.ttl_s = found->ttl_s;
    if (!found->fault) {
        s->due = now_us + until_next(s->rules, found->ttl_s);
    }
    source_take(s, &found->members, found->fault, now_us, pool);
    s->hosts = found->hosts;
}

void source_dns_step(source_t *s, const struct pollfd *fds, int count,
                     int64_t now_us)
{
    const dns_found_t *found;

    if (!s->lookup) {
        apr_pool_create(&s->lookup_pool, s->parent);
        s->lookup =
            dns_lookup_start(&s->rules->dns, s->hosts, now_us, s->lookup_pool);
        s->view.asked++;
    }
    found = dns_lookup_step(s->lookup, fds, count, now_us);
    if (found) {
        answered(s, found, now_us);
    }
}
