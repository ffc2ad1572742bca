/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* storable.c: may a response be stored?  Layer L0.  RFC 9111 sections 3, 3.5
 * and 5.2.2, RFC 9110 sections 9.3 and 15, RFC 6585. */
#include "storable.h"

const char *storable_name(storable_e reason)
{
    static const char *const names[] = {
#define X(id, name) name,
        STORABLE_REASONS(X)
#undef X
    };
    size_t at = (size_t)reason;

    return at < sizeof(names) / sizeof(names[0]) ? names[at] : "?";
}

/* Is about this request only: must not be stored, or would be a lie to the
 * next client. */
static int is_of_one_request(int status)
{
    switch (status) {
    case 304: /* freshens what is stored */
    case 412: /* a condition */
    case 428: /* RFC 6585, from here on */
    case 429:
    case 431:
    case 511:
        return 1;
    default:
        return status < 200 || status > 599;
    }
}

/* Whose caching rules are known (section 5.2.2.3): those of RFC 9110, 451. */
static int is_understood(int status)
{
    return (status >= 200 && status <= 206)
           || (status >= 300 && status <= 308 && status != 306)
           || (status >= 400 && status <= 417) || status == 421 || status == 422
           || status == 426 || status == 451
           || (status >= 500 && status <= 505);
}

/* Errors that speak of the resource.  The others come from something in the
 * request that no key has: one client could have them served to all. */
static int is_error_of_resource(int status)
{
    return status == 404 || status == 410 || status == 414 || status == 451
           || status == 500 || (status >= 502 && status <= 504);
}

static storable_e method_decide(const storable_in_t *in)
{
    switch (in->request->method) {
    case METHOD_IS_GET:
        return in->request->has_body ? STORABLE_REQUEST_BODY : STORABLE_YES;
    case METHOD_IS_POST:
        return in->content_location_is_target && in->response->status == 200
                       && freshness_is_explicit(in->lifetime.source)
                   ? STORABLE_YES
                   : STORABLE_METHOD;
    default:
        return STORABLE_METHOD;
    }
}

static storable_e status_decide(const storable_in_t *in)
{
    const response_facts_t *response = in->response;

    if (response->status == 206) {
        return in->accept_partial && response->has_content_range
                   ? STORABLE_YES
                   : STORABLE_RANGE;
    }
    if (response->status == 416) {
        return STORABLE_RANGE;
    }
    if (is_of_one_request(response->status)
        || (response->cc.must_understand && !is_understood(response->status))) {
        return STORABLE_STATUS;
    }
    return STORABLE_YES;
}

/* must-understand takes no-store back; that the status is understood has been
 * seen to (section 5.2.2.3). */
static storable_e directives_decide(const storable_in_t *in)
{
    const cache_control_t *cc = &in->response->cc;

    if (in->request->cc.no_store && !in->ignore_request_no_store) {
        return STORABLE_REQUEST_NO_STORE;
    }
    if (cc->no_store && !cc->must_understand && !in->ignore_no_store) {
        return STORABLE_NO_STORE;
    }
    if (cc->is_private && !in->ignore_private) {
        return STORABLE_PRIVATE;
    }
    return STORABLE_YES;
}

static int names_set_cookie(slice_t list)
{
    return h1_list_has(list, SLICE_LIT("set-cookie"));
}

static int may_share_cookie(const storable_in_t *in)
{
    const response_facts_t *response = in->response;
    const cache_control_t *cc = &response->cc;

    return in->ignore_set_cookie || cc->is_public || cc->has_s_maxage
           || (response->is_targeted && cc->has_max_age)
           || names_set_cookie(cc->no_cache_fields)
           || names_set_cookie(cc->private_fields);
}

static storable_e sharing_decide(const storable_in_t *in)
{
    const cache_control_t *cc = &in->response->cc;

    if (in->request->has_authorization && !in->ignore_authorization
        && !cc->is_public && !cc->has_s_maxage && !cc->must_revalidate) {
        return STORABLE_AUTHORIZATION;
    }
    if (in->response->has_set_cookie && !may_share_cookie(in)) {
        return STORABLE_SET_COOKIE;
    }
    return in->response->vary_any ? STORABLE_VARY_ANY : STORABLE_YES;
}

/* Statuses whose lifetime may be guessed. */
static int may_have_default(const storable_in_t *in)
{
    int status = in->response->status;

    if (status >= 400) {
        return in->store_errors && is_error_of_resource(status);
    }
    return freshness_is_heuristic_status(status) || in->response->cc.is_public;
}

/* no-cache alone is storable: it says when the response may be used. */
static int has_lifetime(const storable_in_t *in)
{
    switch (in->lifetime.source) {
    case LIFETIME_NONE:
        return in->lifetime.no_cache
               && (freshness_is_heuristic_status(in->response->status)
                   || in->response->cc.is_public);
    case LIFETIME_DEFAULT:
        return may_have_default(in);
    default:
        return 1;
    }
}

static int has_validator(const response_facts_t *response)
{
    return response->etag.len > 0 || response->last_modified >= 0;
}

/* Is there a moment at which it could be served without asking the origin? */
static int has_use(const storable_in_t *in)
{
    const lifetime_t *l = &in->lifetime;
    int64_t stale_s = l->while_revalidate_s > l->if_error_s
                          ? l->while_revalidate_s
                          : l->if_error_s;

    return !l->no_cache && in->initial_age_s < l->lifetime_s + stale_s;
}

static storable_e lifetime_decide(const storable_in_t *in)
{
    if (!has_lifetime(in)) {
        return STORABLE_NO_LIFETIME;
    }
    return has_validator(in->response) || has_use(in) ? STORABLE_YES
                                                      : STORABLE_ALREADY_STALE;
}

storable_e storable_decide(const storable_in_t *in)
{
    static storable_e (*const steps[])(const storable_in_t *) = {
        method_decide, status_decide, directives_decide, sharing_decide,
        lifetime_decide
    };
    storable_e reason = STORABLE_YES;
    size_t i;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        reason = steps[i](in);
        if (reason != STORABLE_YES) {
            break;
        }
    }
    return reason;
}
