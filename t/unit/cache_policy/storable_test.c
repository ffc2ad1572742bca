/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* storable_test.c: two heads and the configuration in, the reason out. */
#include "facts_fixture.h"

#include "policy/freshness.c"
#include "policy/storable.c"

#define FRESH "Cache-Control: max-age=60"

/* Of the configuration and of what the caller knows. */
enum {
    NO_COOKIE = 1,   /* ignore_set_cookie */
    NO_PRIVATE = 2,  /* ignore_private */
    NO_NO_STORE = 4, /* ignore_no_store */
    NO_REQUEST = 8,  /* ignore_request_no_store */
    NO_AUTH = 16,    /* ignore_authorization */
    ERRORS = 32,     /* store_errors */
    LOCATED = 64,    /* content_location_is_target */
    PARTS = 128,     /* accept_partial */
    DEFAULT = 256,   /* a default lifetime */
    GUESS = 512,     /* heuristics */
    STALE = 1024,    /* served stale after a failure */
    FORCED = 2048,   /* a lifetime of the application */
    IGNORE = 4096    /* ignore_cache_control */
};

typedef struct {
    const char *name, *method, *request;
    int status;
    const char *response;
    int flags;
    storable_e reason;
} storable_case_t;

/* clang-format off */
static const storable_case_t cases[] = {
    /* methods */
    { "9111 3: GET", "GET", NULL, 200, FRESH, 0, STORABLE_YES },
    { "9110 9.3.2: HEAD has nothing to store", "HEAD", NULL, 200, FRESH, 0,
      STORABLE_METHOD },
    { "9111 3: OPTIONS", "OPTIONS", NULL, 200, FRESH, 0, STORABLE_METHOD },
    { "9111 3: PUT", "PUT", NULL, 200, FRESH, 0, STORABLE_METHOD },
    { "9111 3: DELETE", "DELETE", NULL, 200, FRESH, 0, STORABLE_METHOD },
    { "9111 3: PROPFIND", "PROPFIND", NULL, 200, FRESH, 0, STORABLE_METHOD },
    { "9111 3: an unknown method", "GETX", NULL, 200, FRESH, 0,
      STORABLE_METHOD },
    { "9110 9.1: methods have a case", "get", NULL, 200, FRESH, 0,
      STORABLE_METHOD },
    { "9110 9.3.1: GET with a body", "GET", "Content-Length: 1", 200, FRESH,
      0, STORABLE_REQUEST_BODY },
    { "9110 9.3.1: GET with a chunked body", "GET",
      "Transfer-Encoding: chunked", 200, FRESH, 0, STORABLE_REQUEST_BODY },
    { "9110 9.3.1: GET with a body of none", "GET", "Content-Length: 0", 200,
      FRESH, 0, STORABLE_YES },
    { "9110 9.3.3: POST", "POST", "Content-Length: 5", 200, FRESH, 0,
      STORABLE_METHOD },
    { "9110 9.3.3: POST that says where it is", "POST", "Content-Length: 5",
      200, FRESH "\nContent-Location: /a", LOCATED, STORABLE_YES },
    { "9110 9.3.3: POST, Expires is explicit too", "POST", NULL, 200,
      "Expires: " LATER, LOCATED, STORABLE_YES },
    { "9110 9.3.3: POST, a guess is not", "POST", NULL, 200,
      "Last-Modified: " DAY_AGO, LOCATED | GUESS, STORABLE_METHOD },
    { "9110 9.3.3: POST, nor is a default", "POST", NULL, 200, NULL,
      LOCATED | DEFAULT, STORABLE_METHOD },
    { "9110 9.3.3: POST, 201 is not a representation to GET", "POST", NULL,
      201, FRESH, LOCATED, STORABLE_METHOD },
    { "9110 9.3.3: POST, other rules hold", "POST", NULL, 200,
      "Cache-Control: max-age=60, private", LOCATED, STORABLE_PRIVATE },

    /* statuses */
    { "9111 3: 1xx is not final", "GET", NULL, 103, FRESH, 0,
      STORABLE_STATUS },
    { "9111 3: 199", "GET", NULL, 199, FRESH, 0, STORABLE_STATUS },
    { "9111 3: 600", "GET", NULL, 600, FRESH, 0, STORABLE_STATUS },
    { "9111 3: an unknown one of 2xx", "GET", NULL, 299, FRESH, 0,
      STORABLE_YES },
    { "9111 3: an unknown one of 5xx", "GET", NULL, 599, FRESH, 0,
      STORABLE_YES },
    { "9111 3: 302 with a lifetime", "GET", NULL, 302, FRESH, 0,
      STORABLE_YES },
    { "9111 3: 400 with a lifetime", "GET", NULL, 400, FRESH, 0,
      STORABLE_YES },
    { "9111 3: 503 with a lifetime", "GET", NULL, 503, FRESH, 0,
      STORABLE_YES },
    { "9111 3: 304 freshens others", "GET", NULL, 304, FRESH, 0,
      STORABLE_STATUS },
    { "9110 15.5.13: 412 is about a condition", "GET", "If-Match: \"a\"", 412,
      FRESH, 0, STORABLE_STATUS },
    { "6585 3: 428", "GET", NULL, 428, FRESH, 0, STORABLE_STATUS },
    { "6585 4: 429", "GET", NULL, 429, FRESH, 0, STORABLE_STATUS },
    { "6585 5: 431", "GET", NULL, 431, FRESH, 0, STORABLE_STATUS },
    { "6585 6: 511", "GET", NULL, 511, FRESH, 0, STORABLE_STATUS },
    { "9111 3.3: 206", "GET", "Range: bytes=0-1", 206,
      FRESH "\nContent-Range: bytes 0-1/5", 0, STORABLE_RANGE },
    { "9111 3.3: 206 where parts are taken", "GET", "Range: bytes=0-1", 206,
      FRESH "\nContent-Range: bytes 0-1/5", PARTS, STORABLE_YES },
    { "9111 3.3: 206 of many parts", "GET", "Range: bytes=0-1,3-4", 206,
      FRESH "\nContent-Type: multipart/byteranges; boundary=a", PARTS,
      STORABLE_RANGE },
    { "9111 3.3: 206, other rules hold", "GET", "Range: bytes=0-1", 206,
      "Cache-Control: no-store\nContent-Range: bytes 0-1/5", PARTS,
      STORABLE_NO_STORE },
    { "9111 3.3: 200 to a range is whole", "GET", "Range: bytes=0-1", 200,
      FRESH, 0, STORABLE_YES },
    { "9110 15.5.17: 416 is about a range", "GET", "Range: bytes=9-", 416,
      FRESH "\nContent-Range: bytes */5", PARTS, STORABLE_RANGE },

    /* no-store, must-understand */
    { "9111 5.2.2.5: no-store", "GET", NULL, 200,
      "Cache-Control: no-store", DEFAULT, STORABLE_NO_STORE },
    { "9111 5.2.2.5: no-store with a lifetime", "GET", NULL, 200,
      "Cache-Control: max-age=60, public, no-store", 0, STORABLE_NO_STORE },
    { "9111 5.2.2.5: on another line", "GET", NULL, 200,
      FRESH "\nCache-Control: no-store", 0, STORABLE_NO_STORE },
    { "9111 5.2.2.5: by configuration ignored", "GET", NULL, 200,
      "Cache-Control: max-age=60, no-store", NO_NO_STORE, STORABLE_YES },
    { "9111 5.2.2.3: must-understand takes it back", "GET", NULL, 200,
      "Cache-Control: max-age=60, no-store, must-understand", 0,
      STORABLE_YES },
    { "9111 5.2.2.3: for a 404", "GET", NULL, 404,
      "Cache-Control: max-age=60, no-store, must-understand", 0,
      STORABLE_YES },
    { "9111 5.2.2.3: not for a status nobody knows", "GET", NULL, 299,
      "Cache-Control: max-age=60, no-store, must-understand", 0,
      STORABLE_STATUS },
    { "9111 5.2.2.3: also without no-store", "GET", NULL, 599,
      "Cache-Control: max-age=60, must-understand", 0, STORABLE_STATUS },
    { "9111 5.2.2.3: nor for 226, whose rules are others", "GET", NULL, 226,
      "Cache-Control: max-age=60, must-understand", 0, STORABLE_STATUS },
    { "9111 5.2.2.3: a 206 where parts are taken", "GET", "Range: bytes=0-1",
      206, "Cache-Control: max-age=60, no-store, must-understand"
      "\nContent-Range: bytes 0-1/5", PARTS, STORABLE_YES },
    { "9111 5.2.2.3: does not take private back", "GET", NULL, 200,
      "Cache-Control: max-age=60, no-store, must-understand, private", 0,
      STORABLE_PRIVATE },
    { "9111 5.2.1.5: request's no-store", "GET", "Cache-Control: no-store",
      200, FRESH, 0, STORABLE_REQUEST_NO_STORE },
    { "9111 5.2.1.5: whatever the response says", "GET",
      "Cache-Control: no-store", 200,
      "Cache-Control: public, max-age=60, must-understand, no-store", 0,
      STORABLE_REQUEST_NO_STORE },
    { "9111 5.2.1.5: response's no-store ignored is another matter", "GET",
      "Cache-Control: no-store", 200, FRESH, NO_NO_STORE,
      STORABLE_REQUEST_NO_STORE },
    { "9111 5.2.1.5: by configuration ignored", "GET",
      "Cache-Control: no-store", 200, FRESH, NO_REQUEST, STORABLE_YES },
    { "9111 5.2.1.4: request's no-cache stores anew", "GET",
      "Cache-Control: no-cache", 200, FRESH, 0, STORABLE_YES },

    /* private */
    { "9111 5.2.2.7: private", "GET", NULL, 200,
      "Cache-Control: private, max-age=60", 0, STORABLE_PRIVATE },
    { "9111 5.2.2.7: with public", "GET", NULL, 200,
      "Cache-Control: private, public, max-age=60", 0, STORABLE_PRIVATE },
    { "9111 5.2.2.7: with s-maxage", "GET", NULL, 200,
      "Cache-Control: private, s-maxage=60", 0, STORABLE_PRIVATE },
    { "9111 5.2.2.7: by configuration ignored", "GET", NULL, 200,
      "Cache-Control: private, max-age=60", NO_PRIVATE, STORABLE_YES },
    { "9111 5.2.2.7: for a field only", "GET", NULL, 200,
      "Cache-Control: private=\"x-user\", max-age=60", 0, STORABLE_YES },
    { "9111 5.2.2.7: for a field nobody can read", "GET", NULL, 200,
      "Cache-Control: private=\"x user\", max-age=60", 0, STORABLE_PRIVATE },
    { "9111 5.2.2.7: hidden behind a broken quote", "GET", NULL, 200,
      "Cache-Control: max-age=60, e=\"a, private", 0, STORABLE_PRIVATE },

    /* Authorization */
    { "9111 3.5: Authorization", "GET", "Authorization: Basic YTpi", 200,
      FRESH, 0, STORABLE_AUTHORIZATION },
    { "9111 3.5: with Expires", "GET", "Authorization: Basic YTpi", 200,
      "Expires: " LATER, 0, STORABLE_AUTHORIZATION },
    { "9111 3.5: with public", "GET", "Authorization: Basic YTpi", 200,
      "Cache-Control: public, max-age=60", 0, STORABLE_YES },
    { "9111 3.5: with s-maxage", "GET", "Authorization: Basic YTpi", 200,
      "Cache-Control: s-maxage=60", 0, STORABLE_YES },
    { "9111 3.5: with must-revalidate", "GET", "Authorization: Basic YTpi",
      200, "Cache-Control: max-age=60, must-revalidate", 0, STORABLE_YES },
    { "9111 3.5: proxy-revalidate is not named", "GET",
      "Authorization: Basic YTpi", 200,
      "Cache-Control: max-age=60, proxy-revalidate", 0,
      STORABLE_AUTHORIZATION },
    { "9111 3.5: nor is no-cache", "GET", "Authorization: Basic YTpi", 200,
      "Cache-Control: no-cache\nETag: \"a\"", 0, STORABLE_AUTHORIZATION },
    { "9111 3.5: a default of ours is no word of the origin's", "GET",
      "Authorization: Basic YTpi", 200, NULL, DEFAULT | GUESS,
      STORABLE_AUTHORIZATION },
    { "9111 3.5: nor is the application's lifetime", "GET",
      "Authorization: Basic YTpi", 200, NULL, FORCED,
      STORABLE_AUTHORIZATION },
    { "9111 3.5: a 401 too", "GET", "Authorization: Basic YTpi", 401, FRESH,
      0, STORABLE_AUTHORIZATION },
    { "9111 3.5: by configuration ignored", "GET",
      "Authorization: Basic YTpi", 200, FRESH, NO_AUTH, STORABLE_YES },
    { "9213 2.2: public in the targeted field", "GET",
      "Authorization: Basic YTpi", 200,
      "Cache-Control: max-age=1\nCDN-Cache-Control: public, max-age=60", 0,
      STORABLE_YES },
    { "9213 2.2: public beside a targeted field", "GET",
      "Authorization: Basic YTpi", 200,
      "Cache-Control: public\nCDN-Cache-Control: max-age=60", 0,
      STORABLE_AUTHORIZATION },

    /* Set-Cookie */
    { "9111 7.3: Set-Cookie", "GET", NULL, 200, FRESH "\nSet-Cookie: a=b", 0,
      STORABLE_SET_COOKIE },
    { "9111 7.3: with Expires", "GET", NULL, 200,
      "Expires: " LATER "\nSet-Cookie: a=b", 0, STORABLE_SET_COOKIE },
    { "9111 7.3: by default lifetime", "GET", NULL, 200, "Set-Cookie: a=b",
      DEFAULT, STORABLE_SET_COOKIE },
    { "9111 7.3: by the application's lifetime", "GET", NULL, 200,
      "Set-Cookie: a=b", FORCED, STORABLE_SET_COOKIE },
    { "9111 7.3: with public", "GET", NULL, 200,
      "Cache-Control: public, max-age=60\nSet-Cookie: a=b", 0, STORABLE_YES },
    { "9111 7.3: with s-maxage", "GET", NULL, 200,
      "Cache-Control: s-maxage=60\nSet-Cookie: a=b", 0, STORABLE_YES },
    { "9111 7.3: with a targeted lifetime", "GET", NULL, 200,
      "CDN-Cache-Control: max-age=60\nSet-Cookie: a=b", 0, STORABLE_YES },
    { "9111 7.3: with a targeted field of no lifetime", "GET", NULL, 200,
      "CDN-Cache-Control: foo\nSet-Cookie: a=b", DEFAULT,
      STORABLE_SET_COOKIE },
    { "9111 7.3: with must-revalidate", "GET", NULL, 200,
      "Cache-Control: max-age=60, must-revalidate\nSet-Cookie: a=b", 0,
      STORABLE_SET_COOKIE },
    { "9111 5.2.2.4: no-cache keeps it out", "GET", NULL, 200,
      "Cache-Control: max-age=60, no-cache=\"x, Set-Cookie\""
      "\nSet-Cookie: a=b", 0, STORABLE_YES },
    { "9111 5.2.2.7: private keeps it out", "GET", NULL, 200,
      "Cache-Control: max-age=60, private=set-cookie\nSet-Cookie: a=b", 0,
      STORABLE_YES },
    { "9111 5.2.2.7: private keeps another out", "GET", NULL, 200,
      "Cache-Control: max-age=60, private=\"x-cookie\"\nSet-Cookie: a=b", 0,
      STORABLE_SET_COOKIE },
    { "Set-Cookie: by configuration ignored", "GET", NULL, 200,
      FRESH "\nSet-Cookie: a=b", NO_COOKIE, STORABLE_YES },

    /* Vary */
    { "9111 4.1: Vary", "GET", NULL, 200, FRESH "\nVary: Cookie", 0,
      STORABLE_YES },
    { "9111 4.1: Vary: *", "GET", NULL, 200, FRESH "\nVary: *", 0,
      STORABLE_VARY_ANY },
    { "9111 4.1: * among names", "GET", NULL, 200,
      FRESH "\nVary: Accept\nVary: Cookie, *", 0, STORABLE_VARY_ANY },

    /* lifetimes */
    { "9111 3: no lifetime", "GET", NULL, 200, NULL, 0,
      STORABLE_NO_LIFETIME },
    { "9111 3: no lifetime, but a validator", "GET", NULL, 200, "ETag: \"a\"",
      0, STORABLE_NO_LIFETIME },
    { "9111 3: s-maxage", "GET", NULL, 200, "Cache-Control: s-maxage=60", 0,
      STORABLE_YES },
    { "9111 3: Expires", "GET", NULL, 200, "Expires: " LATER, 0,
      STORABLE_YES },
    { "9111 3: public alone is no lifetime", "GET", NULL, 200,
      "Cache-Control: public", 0, STORABLE_NO_LIFETIME },
    { "9213 2.2: targeted", "GET", NULL, 200,
      "Cache-Control: no-store\nCDN-Cache-Control: max-age=60", 0,
      STORABLE_YES },
    { "9213 2.2: targeted no-store", "GET", NULL, 200,
      FRESH "\nCDN-Cache-Control: no-store", 0, STORABLE_NO_STORE },
    { "9213 2.2: targeted private", "GET", NULL, 200,
      FRESH "\nCDN-Cache-Control: private", 0, STORABLE_PRIVATE },
    { "9213 2.2: an invalid targeted field is not there", "GET", NULL, 200,
      "Cache-Control: no-store\nCDN-Cache-Control: max-age=\"60\"", 0,
      STORABLE_NO_STORE },
    { "9111 4.2.2: guessed", "GET", NULL, 200, "Last-Modified: " DAY_AGO,
      GUESS, STORABLE_YES },
    { "9111 4.2.2: guessed for 404", "GET", NULL, 404,
      "Last-Modified: " DAY_AGO, GUESS, STORABLE_YES },
    { "9111 4.2.2: not for 302", "GET", NULL, 302,
      "Last-Modified: " DAY_AGO, GUESS, STORABLE_NO_LIFETIME },
    { "9111 4.2.2: but with public", "GET", NULL, 302,
      "Cache-Control: public\nLast-Modified: " DAY_AGO, GUESS,
      STORABLE_YES },
    { "9111 4.2.2: not for what only validates", "GET", NULL, 200,
      "ETag: \"a\"", GUESS, STORABLE_NO_LIFETIME },
    { "default: 200", "GET", NULL, 200, NULL, DEFAULT, STORABLE_YES },
    { "default: 204", "GET", NULL, 204, NULL, DEFAULT, STORABLE_YES },
    { "default: 301", "GET", NULL, 301, NULL, DEFAULT, STORABLE_YES },
    { "default: 302 is not", "GET", NULL, 302, NULL, DEFAULT,
      STORABLE_NO_LIFETIME },
    { "default: 302 is with public", "GET", NULL, 302,
      "Cache-Control: public", DEFAULT, STORABLE_YES },
    { "default: 404 is not", "GET", NULL, 404, NULL, DEFAULT,
      STORABLE_NO_LIFETIME },
    { "default: 400 is not, even with public", "GET", NULL, 400,
      "Cache-Control: public", DEFAULT, STORABLE_NO_LIFETIME },
    { "default: 500 is not", "GET", NULL, 500, NULL, DEFAULT,
      STORABLE_NO_LIFETIME },
    { "default: 200 is not with Pragma: no-cache", "GET", NULL, 200,
      "Pragma: no-cache", DEFAULT, STORABLE_NO_LIFETIME },
    { "errors: 404 by default lifetime", "GET", NULL, 404, NULL,
      DEFAULT | ERRORS, STORABLE_YES },
    { "errors: 503 by default lifetime", "GET", NULL, 503, NULL,
      DEFAULT | ERRORS, STORABLE_YES },
    { "errors: not without one", "GET", NULL, 404, NULL, ERRORS,
      STORABLE_NO_LIFETIME },
    { "errors: 400 speaks of the request", "GET", NULL, 400, NULL,
      DEFAULT | ERRORS, STORABLE_NO_LIFETIME },
    { "errors: 403 speaks of the client", "GET", NULL, 403, NULL,
      DEFAULT | ERRORS, STORABLE_NO_LIFETIME },
    { "errors: 405 speaks of the method", "GET", NULL, 405, NULL,
      DEFAULT | ERRORS, STORABLE_NO_LIFETIME },
    { "errors: 505 speaks of the request", "GET", NULL, 505, NULL,
      DEFAULT | ERRORS, STORABLE_NO_LIFETIME },
    { "errors: 200 as before", "GET", NULL, 200, NULL, DEFAULT | ERRORS,
      STORABLE_YES },
    { "application: a lifetime for any status", "GET", NULL, 302, NULL,
      FORCED, STORABLE_YES },
    { "application: no-cache is for others", "GET", NULL, 200,
      "Cache-Control: no-cache, max-age=0", FORCED, STORABLE_YES },
    { "application: private holds", "GET", NULL, 200,
      "Cache-Control: private", FORCED, STORABLE_PRIVATE },

    /* stale at once */
    { "9111 4.2.1: max-age=0", "GET", NULL, 200, "Cache-Control: max-age=0",
      DEFAULT, STORABLE_ALREADY_STALE },
    { "9111 4.3: max-age=0 with an entity tag", "GET", NULL, 200,
      "Cache-Control: max-age=0\nETag: \"a\"", 0, STORABLE_YES },
    { "9111 4.3: max-age=0 with Last-Modified", "GET", NULL, 200,
      "Cache-Control: max-age=0\nLast-Modified: " DAY_AGO, 0, STORABLE_YES },
    { "9111 4.3: the epoch is a date", "GET", NULL, 200, "Cache-Control: "
      "max-age=0\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT", 0,
      STORABLE_YES },
    { "9111 4.3: a date nobody can read validates nothing", "GET", NULL, 200,
      "Cache-Control: max-age=0\nLast-Modified: x", 0,
      STORABLE_ALREADY_STALE },
    { "9111 4.3: nor does an empty tag", "GET", NULL, 200,
      "Cache-Control: max-age=0\nETag:", 0, STORABLE_ALREADY_STALE },
    { "9111 5.3: Expires: 0", "GET", NULL, 200, "Expires: 0", DEFAULT,
      STORABLE_ALREADY_STALE },
    { "9111 4.2.1: an unreadable max-age", "GET", NULL, 200,
      "Cache-Control: max-age=x", DEFAULT, STORABLE_ALREADY_STALE },
    { "9111 4.2.3: came too old", "GET", NULL, 200, FRESH "\nAge: 60", 0,
      STORABLE_ALREADY_STALE },
    { "9111 4.2.3: came nearly too old", "GET", NULL, 200, FRESH "\nAge: 59",
      0, STORABLE_YES },
    { "9111 4.2.3: by its Date", "GET", NULL, 200, FRESH "\nDate: " EARLIER,
      0, STORABLE_ALREADY_STALE },
    { "9111 4.2.3: too old, with a validator", "GET", NULL, 200,
      FRESH "\nAge: 60\nETag: \"a\"", 0, STORABLE_YES },
    { "9111 5.2.2.4: no-cache without a validator", "GET", NULL, 200,
      "Cache-Control: no-cache, max-age=60", 0, STORABLE_ALREADY_STALE },
    { "9111 5.2.2.4: no-cache with one", "GET", NULL, 200,
      "Cache-Control: no-cache, max-age=60\nETag: \"a\"", 0, STORABLE_YES },
    { "9111 5.2.2.4: no-cache alone with one", "GET", NULL, 200,
      "Cache-Control: no-cache\nETag: \"a\"", 0, STORABLE_YES },
    { "9111 5.2.2.4: no-cache alone on a 302", "GET", NULL, 302,
      "Cache-Control: no-cache\nETag: \"a\"", 0, STORABLE_NO_LIFETIME },
    { "9111 5.2.2.4: no-cache for a field", "GET", NULL, 200,
      "Cache-Control: no-cache=\"x\", max-age=60", 0, STORABLE_YES },
    { "9111 5.2.2.4: no-cache where Cache-Control is ignored", "GET", NULL,
      200, "Cache-Control: no-cache", DEFAULT | IGNORE, STORABLE_YES },
    { "5861 3: stale at once, but served while revalidating", "GET", NULL,
      200, "Cache-Control: max-age=0, stale-while-revalidate=60", 0,
      STORABLE_YES },
    { "5861 4: or after an error", "GET", NULL, 200,
      "Cache-Control: max-age=0", STALE, STORABLE_YES },
    { "5861 4: not when it came older than that", "GET", NULL, 200,
      "Cache-Control: max-age=0, stale-while-revalidate=60\nAge: 60", 0,
      STORABLE_ALREADY_STALE },
    { "9111 5.2.2.2: nor with must-revalidate", "GET", NULL, 200,
      "Cache-Control: max-age=0, must-revalidate, stale-if-error=60", STALE,
      STORABLE_ALREADY_STALE },
};
/* clang-format on */

static lifetime_rules_t rules_of(int flags)
{
    lifetime_rules_t rules = { -1, -1, -1, -1, -1, -1, 0, -1, 0 };

    if (flags & DEFAULT) {
        rules.default_s = 300;
    }
    if (flags & GUESS) {
        rules.heuristic_percent = 10;
    }
    if (flags & STALE) {
        rules.if_error_s = 600;
    }
    if (flags & FORCED) {
        rules.forced_s = 20;
    }
    rules.ignore_cache_control = (flags & IGNORE) != 0;
    return rules;
}

static storable_e decide(const storable_case_t *c)
{
    request_facts_t request = request_of(c->method, c->request);
    response_facts_t response = response_of(c->status, c->response);
    lifetime_rules_t rules = rules_of(c->flags);
    storable_in_t in = {
        .request = &request,
        .response = &response,
        .lifetime = freshness_lifetime(&response, &rules, NOW_S),
        .initial_age_s = freshness_initial_age(&response, NOW_S, NOW_S),
        .ignore_set_cookie = (c->flags & NO_COOKIE) != 0,
        .ignore_private = (c->flags & NO_PRIVATE) != 0,
        .ignore_no_store = (c->flags & NO_NO_STORE) != 0,
        .ignore_request_no_store = (c->flags & NO_REQUEST) != 0,
        .ignore_authorization = (c->flags & NO_AUTH) != 0,
        .store_errors = (c->flags & ERRORS) != 0,
        .content_location_is_target = (c->flags & LOCATED) != 0,
        .accept_partial = (c->flags & PARTS) != 0,
    };

    return storable_decide(&in);
}

static void check_case(void **state)
{
    const storable_case_t *c = *state;

    assert_string_equal(storable_name(decide(c)), storable_name(c->reason));
}

/* With an explicit lifetime all are stored but those that must not be. */
static void check_every_status(void **state)
{
    static const int never[] = { 206, 304, 412, 416, 428, 429, 431, 511 };
    storable_case_t c = { "", "GET", NULL, 0, FRESH, 0, STORABLE_YES };

    for (c.status = 200; c.status <= 599; c.status++) {
        int expected = 1;
        size_t i;

        for (i = 0; i < UNIT_COUNT(never); i++) {
            expected &= never[i] != c.status;
        }
        assert_int_equal(decide(&c) == STORABLE_YES, expected);
    }
}

static void check_list(int (*is_listed)(int), const int *list, size_t count)
{
    int status;

    for (status = 100; status <= 600; status++) {
        int expected = 0;
        size_t i;

        for (i = 0; i < count; i++) {
            expected |= list[i] == status;
        }
        assert_int_equal(is_listed(status), expected);
    }
}

static void check_understood(void **state)
{
    static const int understood[] = { 200, 201, 202, 203, 204, 205, 206, 300,
                                      301, 302, 303, 304, 305, 307, 308, 400,
                                      401, 402, 403, 404, 405, 406, 407, 408,
                                      409, 410, 411, 412, 413, 414, 415, 416,
                                      417, 421, 422, 426, 451, 500, 501, 502,
                                      503, 504, 505 };

    check_list(is_understood, understood, UNIT_COUNT(understood));
}

static void check_errors(void **state)
{
    static const int errors[] = { 404, 410, 414, 451, 500, 502, 503, 504 };

    check_list(is_error_of_resource, errors, UNIT_COUNT(errors));
}

static void check_names(void **state)
{
    assert_string_equal(storable_name(STORABLE_YES), "stored");
    assert_string_equal(storable_name(STORABLE_RANGE), "range");
    assert_string_equal(storable_name((storable_e)(STORABLE_RANGE + 1)), "?");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("9111 3: every status with a lifetime", check_every_status, NULL);
    unit_add("9111 5.2.2.3: understood", check_understood, NULL);
    unit_add("errors of the resource", check_errors, NULL);
    unit_add("names of reasons", check_names, NULL);
    return unit_run("storable");
}
