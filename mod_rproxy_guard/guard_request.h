/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_request.h: what is known of a request.  Layer L2.
 *
 * One part finds out, the others read: nothing here is decided twice.  On the
 * thread that serves the request. */
#ifndef RPROXY_GUARD_REQUEST_H
#define RPROXY_GUARD_REQUEST_H

#include <stdint.h>

#include <apr_tables.h>
#include <httpd.h>

typedef struct bandwidth_t bandwidth_t;
struct guard_limit_t;

/* The limit that made a request wait, or would have. */
typedef struct {
    const struct guard_limit_t *limit; /* NULL: none did */
    apr_interval_time_t us;            /* so long; of several the longest */
} guard_wait_t;

typedef struct {
    int is_asked_about;    /* explain/explain.h: nothing of it counts */
    int would_ask_dns;     /* likewise: what bot it is */
    int is_allowed;        /* its network is one of RProxyGuardAllow */
    const char *bot_class; /* a word of bots/bot_class.h; NULL: not known */
    const char *pass;      /* cookie of challenge/challenge.h, or NULL */
    const char *label;     /* of the API key or token; NULL: none was shown */
    struct usage_row_t *usage; /* that label counts under; or NULL */
    /* of credentials/credential_check.c: */
    const struct credential_settings_t *let_in_by; /* or NULL: nobody's */
    const void *place;     /* the settings that were looked at; or NULL */
    apr_table_t *told;     /* the fields that they vouch for; or NULL */
    const char *shown_key; /* that the origin is not to see */
    const char *hidden;    /* the field that it, or a token, came in; or NULL */
    guard_wait_t wait;     /* before its handler runs, guard_delay.h */
    guard_wait_t waited;   /* that wait, when it is over */
    guard_wait_t would_wait; /* without DetectOnly */
    uint32_t *waits;     /* the count that it is in; NULL: it does not wait */
    apr_table_t *claims; /* of the token; NULL: there are none */
    const struct guard_settings_t *checked; /* of its section; or NULL */
    apr_array_header_t *counted;   /* further limits, guard_inner.c; or NULL */
    int is_shared;                 /* the label is an address's, no client's */
    struct login_request_t *login; /* of login/login_request.h, or NULL */
    bandwidth_t *bandwidth;        /* that its response shares; or NULL */
    bandwidth_t *would_share;      /* without DetectOnly; or NULL */
    struct waf_request_t *waf;     /* of waf/request/waf_request.h, or NULL */
    int waf_is_late;               /* the WAF begins when sections are known */
} guard_request_t;

/* The request which the client sent: the others are made of it. */
request_rec *guard_request_head(request_rec *r);

/* That of the request which the client sent; made with the first call. */
guard_request_t *guard_request_of(request_rec *r);

/* r: the request which the client sent.  @return NULL: nothing is known */
guard_request_t *guard_request_known(const request_rec *r);

#endif
