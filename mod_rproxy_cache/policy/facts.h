/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* facts.h: what a cache has to know of a request and of a response, read once
 * from their fields.  Layer L0.  Slices point into the fields given. */
#ifndef RPROXY_CACHE_FACTS_H
#define RPROXY_CACHE_FACTS_H

#include "cache_control.h"
#include "http1/h1_fields.h"

typedef enum {
    METHOD_IS_GET,
    METHOD_IS_HEAD,
    METHOD_IS_POST,
    METHOD_IS_SAFE,  /* OPTIONS, TRACE, PROPFIND, REPORT, SEARCH ... */
    METHOD_IS_UNSAFE /* all others, unknown ones too (RFC 9111 section 4.4) */
} method_kind_e;

method_kind_e method_kind(slice_t method);

typedef struct {
    method_kind_e method;
    cache_control_t cc; /* Pragma: no-cache counts where there is no
                           Cache-Control (RFC 9111 section 5.4) */
    unsigned has_authorization : 1, has_body : 1, has_range : 1,
        has_condition : 1; /* one of the If-* but If-Range */
    slice_t range, if_range, if_match, if_none_match, if_modified_since,
        if_unmodified_since; /* p NULL: not there; If-None-Match and If-Match
                                lines beyond the first are in conditions_lost:
                                see below */
    unsigned conditions_lost : 1; /* sent in several lines: must go to origin */
    slice_t accept_encoding; /* first line; others: see accept_encoding.h */
} request_facts_t;

/* has_body: a length above 0 or a transfer coding. */
void request_facts_read(request_facts_t *f, slice_t method,
                        const h1_field_t *fields, size_t count);

typedef struct {
    int status;
    cache_control_t cc; /* in force for this cache: the targeted field's where
                           there is one (RFC 9213), else Cache-Control's */
    unsigned is_targeted : 1;
    unsigned has_cache_control : 1;
    unsigned has_expires : 1; /* expires: 0 when it cannot be read */
    unsigned has_set_cookie : 1, has_vary : 1, vary_any : 1,
        has_content_range : 1, has_pragma_no_cache : 1, has_warning_110 : 1;
    int64_t date;          /* Unix seconds; -1: missing or unreadable */
    int64_t expires;       /* Unix seconds */
    int64_t last_modified; /* Unix seconds; -1 */
    int64_t age;           /* of the Age field; 0 without */
    slice_t etag, last_modified_text, content_type, content_encoding,
        content_length, content_range, content_location, location;
} response_facts_t;

/* @param targets names of targeted fields, the one that counts most first
 *        (CDN-Cache-Control), NULL at the end; NULL: none */
void response_facts_read(response_facts_t *f, int status,
                         const h1_field_t *fields, size_t count,
                         const char *const *targets, int64_t now_s);

#endif
