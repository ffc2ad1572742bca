/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reuse.c: may a stored response answer this request?  Layer L0.  RFC 9111
 * sections 4, 4.2.4, 5.2.1 and 5.2.2; RFC 5861; RFC 8246. */
#include "reuse.h"
#include "http_date.h"

const char *reuse_name(reuse_e verdict)
{
    static const char *const names[] = {
#define X(id, name) name,
        REUSE_VERDICTS(X)
#undef X
    };
    size_t at = (size_t)verdict;

    return at < sizeof(names) / sizeof(names[0]) ? names[at] : "?";
}

int64_t reuse_age(const reuse_object_t *o, int64_t now_s)
{
    int64_t age = o->initial_age > 0 ? o->initial_age : 0;

    if (age > DELTA_MAX) {
        age = DELTA_MAX;
    }
    if (now_s > o->stored_at) {
        age +=
            now_s - o->stored_at < DELTA_MAX ? now_s - o->stored_at : DELTA_MAX;
    }
    return age > DELTA_MAX ? DELTA_MAX : age;
}

static int is_fresh(const reuse_object_t *o, int64_t age)
{
    return !o->soft_purged && o->lifetime > age;
}

/* Seconds since it has been stale. */
static int64_t staleness(const reuse_object_t *o, int64_t age)
{
    return age > o->lifetime ? age - o->lifetime : 0;
}

/* The times of request and response both bind; where neither says one, the
 * configuration's (RFC 5861 section 4, RFC 9111 section 4.2.4). */
static reuse_e decide_after_failure(const reuse_object_t *o,
                                    const reuse_request_t *r,
                                    const cache_control_t *cc, int64_t age)
{
    int64_t limit = o->if_error;

    if (o->no_cache) {
        return REUSE_VALIDATE;
    }
    if (is_fresh(o, age)) {
        return REUSE_HIT;
    }
    if (limit <= 0 && !o->if_error_refused) {
        limit = cc->has_if_error ? cc->if_error : r->max_serve_stale;
    }
    else if (cc->has_if_error && cc->if_error < limit) {
        limit = cc->if_error;
    }
    return !o->must_revalidate && limit > 0 && staleness(o, age) <= limit
               ? REUSE_STALE_ERROR
               : REUSE_VALIDATE;
}

/* max-age=0 means "ask", however young the response is. */
static int is_too_old(const cache_control_t *cc, int64_t age)
{
    return cc->has_max_age && (cc->max_age == 0 || age > cc->max_age);
}

/* The client's wishes that a fresh response may fail. */
static reuse_e decide_fresh(const reuse_object_t *o, const reuse_request_t *r,
                            const cache_control_t *cc, int64_t age)
{
    int is_reload = r->is_reload && cc->has_max_age && cc->max_age == 0;

    if (cc->no_cache
        || (cc->has_min_fresh && o->lifetime - age < cc->min_fresh)) {
        return REUSE_REQUEST;
    }
    if (is_too_old(cc, age) && !(o->immutable && is_reload)) {
        return REUSE_REQUEST;
    }
    return REUSE_HIT;
}

/* Stale: only what both sides allow.  A client that names an age, or wants
 * freshness, wants nothing stale unless it says max-stale (section 5.2.1.1). */
static reuse_e decide_stale(const reuse_object_t *o, const cache_control_t *cc,
                            int64_t age)
{
    int64_t stale_s = staleness(o, age);

    if (o->must_revalidate || cc->no_cache || cc->has_min_fresh
        || is_too_old(cc, age)) {
        return REUSE_VALIDATE;
    }
    if (cc->has_max_stale ? stale_s > cc->max_stale : cc->has_max_age) {
        return REUSE_VALIDATE;
    }
    if (o->while_revalidate > 0 && stale_s <= o->while_revalidate) {
        return REUSE_STALE_REVALIDATE;
    }
    return cc->has_max_stale ? REUSE_STALE : REUSE_VALIDATE;
}

static int asks_origin(reuse_e verdict)
{
    return verdict == REUSE_VALIDATE || verdict == REUSE_REQUEST;
}

reuse_e reuse_decide(const reuse_object_t *o, const reuse_request_t *r,
                     int64_t now_s)
{
    static const cache_control_t silent;
    const cache_control_t *cc =
        r->cc && !r->ignore_request_cc ? r->cc : &silent;
    int64_t age = reuse_age(o, now_s);
    reuse_e verdict;

    if (r->origin_failed) {
        return decide_after_failure(o, r, cc, age);
    }
    if (o->no_cache) {
        verdict = REUSE_VALIDATE;
    }
    else if (is_fresh(o, age)) {
        verdict = decide_fresh(o, r, cc, age);
    }
    else {
        verdict = decide_stale(o, cc, age);
    }
    return cc->only_if_cached && asks_origin(verdict) ? REUSE_GATEWAY_TIMEOUT
                                                      : verdict;
}
