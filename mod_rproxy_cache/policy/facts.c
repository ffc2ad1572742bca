/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* facts.c: what a cache has to know of a request and of a response.  Layer L0.
 * RFC 9110 sections 8 and 13, RFC 9111 sections 5.1 to 5.4, RFC 9213 section
 * 2.2. */
#include "facts.h"
#include "http_date.h"
#include "targeted.h"

typedef enum {
    FACT_NONE,
    /* of requests */
    FACT_ACCEPT_ENCODING,
    FACT_AUTHORIZATION,
    FACT_IF_MATCH,
    FACT_IF_MODIFIED_SINCE,
    FACT_IF_NONE_MATCH,
    FACT_IF_RANGE,
    FACT_IF_UNMODIFIED_SINCE,
    FACT_RANGE,
    FACT_TRANSFER_ENCODING,
    /* of both */
    FACT_CACHE_CONTROL,
    FACT_CONTENT_LENGTH,
    FACT_PRAGMA,
    /* of responses */
    FACT_AGE,
    FACT_CONTENT_ENCODING,
    FACT_CONTENT_LOCATION,
    FACT_CONTENT_RANGE,
    FACT_CONTENT_TYPE,
    FACT_DATE,
    FACT_ETAG,
    FACT_EXPIRES,
    FACT_LAST_MODIFIED,
    FACT_LOCATION,
    FACT_SET_COOKIE,
    FACT_VARY,
    FACT_WARNING
} fact_e;

typedef struct {
    const char *name;
    size_t len;
    fact_e id;
} fact_name_t;

/* clang-format off */
#define NAME(text, id) { text, sizeof(text) - 1, id }
static const fact_name_t request_names[] = {
    NAME("Range",               FACT_RANGE),
    NAME("Pragma",              FACT_PRAGMA),
    NAME("If-Range",            FACT_IF_RANGE),
    NAME("If-Match",            FACT_IF_MATCH),
    NAME("Cache-Control",       FACT_CACHE_CONTROL),
    NAME("Authorization",       FACT_AUTHORIZATION),
    NAME("If-None-Match",       FACT_IF_NONE_MATCH),
    NAME("Content-Length",      FACT_CONTENT_LENGTH),
    NAME("Accept-Encoding",     FACT_ACCEPT_ENCODING),
    NAME("If-Modified-Since",   FACT_IF_MODIFIED_SINCE),
    NAME("Transfer-Encoding",   FACT_TRANSFER_ENCODING),
    NAME("If-Unmodified-Since", FACT_IF_UNMODIFIED_SINCE),
};
static const fact_name_t response_names[] = {
    NAME("Age",              FACT_AGE),
    NAME("Date",             FACT_DATE),
    NAME("ETag",             FACT_ETAG),
    NAME("Vary",             FACT_VARY),
    NAME("Pragma",           FACT_PRAGMA),
    NAME("Expires",          FACT_EXPIRES),
    NAME("Warning",          FACT_WARNING),
    NAME("Location",         FACT_LOCATION),
    NAME("Set-Cookie",       FACT_SET_COOKIE),
    NAME("Set-Cookie2",      FACT_SET_COOKIE),
    NAME("Content-Type",     FACT_CONTENT_TYPE),
    NAME("Last-Modified",    FACT_LAST_MODIFIED),
    NAME("Cache-Control",    FACT_CACHE_CONTROL),
    NAME("Content-Range",    FACT_CONTENT_RANGE),
    NAME("Content-Length",   FACT_CONTENT_LENGTH),
    NAME("Content-Encoding", FACT_CONTENT_ENCODING),
    NAME("Content-Location", FACT_CONTENT_LOCATION),
};
#undef NAME
/* clang-format on */

#define FACT_COUNT(names) (sizeof(names) / sizeof((names)[0]))

static fact_e fact_find(const fact_name_t *names, size_t count, slice_t name)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (names[i].len == name.len
            && slice_eq_nocase(slice_make(names[i].name, name.len), name)) {
            return names[i].id;
        }
    }
    return FACT_NONE;
}

method_kind_e method_kind(slice_t method)
{
    static const char *const safe[] = { "OPTIONS", "TRACE",  "PROPFIND",
                                        "REPORT",  "SEARCH", "QUERY" };
    size_t i;

    if (slice_eq(method, SLICE_LIT("GET"))) {
        return METHOD_IS_GET;
    }
    if (slice_eq(method, SLICE_LIT("HEAD"))) {
        return METHOD_IS_HEAD;
    }
    if (slice_eq(method, SLICE_LIT("POST"))) {
        return METHOD_IS_POST;
    }
    for (i = 0; i < FACT_COUNT(safe); i++) {
        if (slice_eq(method, slice_str(safe[i]))) {
            return METHOD_IS_SAFE;
        }
    }
    return METHOD_IS_UNSAFE;
}

/* A value that is there has a p, however empty it is.
 * @return 1, or 0 if an earlier line had set it, which stays */
static int keep_first(slice_t *kept, slice_t value)
{
    if (kept->p) {
        return 0;
    }
    *kept = slice_make(value.p ? value.p : "", value.len);
    return 1;
}

static void condition_read(request_facts_t *f, slice_t *kept, slice_t value)
{
    f->has_condition = 1;
    if (!keep_first(kept, value)) {
        f->conditions_lost = 1;
    }
}

static void range_read(request_facts_t *f, slice_t *kept, slice_t value)
{
    if (!keep_first(kept, value)) {
        f->conditions_lost = 1;
    }
}

/* A length that cannot be read counts as a body. */
static int is_some_length(slice_t value)
{
    int64_t length;

    return h1_parse_length(value, &length) != 0 || length > 0;
}

typedef struct {
    unsigned has_cache_control : 1, pragma_no_cache : 1;
} request_seen_t;

static void request_field_read(request_facts_t *f, request_seen_t *seen,
                               const h1_field_t *field)
{
    slice_t value = field->value;

    switch (fact_find(request_names, FACT_COUNT(request_names), field->name)) {
    case FACT_ACCEPT_ENCODING:
        keep_first(&f->accept_encoding, value);
        break;
    case FACT_AUTHORIZATION:
        f->has_authorization = 1;
        break;
    case FACT_CACHE_CONTROL:
        seen->has_cache_control = 1;
        cache_control_read(&f->cc, value);
        break;
    case FACT_CONTENT_LENGTH:
        f->has_body |= is_some_length(value);
        break;
    case FACT_TRANSFER_ENCODING:
        f->has_body = 1;
        break;
    case FACT_IF_MATCH:
        condition_read(f, &f->if_match, value);
        break;
    case FACT_IF_MODIFIED_SINCE:
        condition_read(f, &f->if_modified_since, value);
        break;
    case FACT_IF_NONE_MATCH:
        condition_read(f, &f->if_none_match, value);
        break;
    case FACT_IF_UNMODIFIED_SINCE:
        condition_read(f, &f->if_unmodified_since, value);
        break;
    case FACT_IF_RANGE:
        range_read(f, &f->if_range, value);
        break;
    case FACT_RANGE:
        f->has_range = 1;
        range_read(f, &f->range, value);
        break;
    case FACT_PRAGMA:
        seen->pragma_no_cache |= h1_list_has(value, SLICE_LIT("no-cache"));
        break;
    default:
        break;
    }
}

void request_facts_read(request_facts_t *f, slice_t method,
                        const h1_field_t *fields, size_t count)
{
    request_seen_t seen = { 0 };
    size_t i;

    memset(f, 0, sizeof(*f));
    f->method = method_kind(method);
    for (i = 0; i < count; i++) {
        request_field_read(f, &seen, &fields[i]);
    }
    if (seen.pragma_no_cache && !seen.has_cache_control) {
        f->cc.no_cache = 1;
    }
}

/* @return Unix seconds, or -1: unreadable, or before 1970 */
static int64_t date_or_none(slice_t value, int64_t now_s)
{
    int64_t date;

    return http_date_read(value, now_s, &date) == 0 && date >= 0 ? date : -1;
}

/* Of several the earliest (section 4.2.1). */
static void expires_read(response_facts_t *f, slice_t value, int64_t now_s)
{
    int64_t expires = date_or_none(value, now_s);

    expires = expires < 0 ? 0 : expires;
    if (!f->has_expires || expires < f->expires) {
        f->expires = expires;
    }
    f->has_expires = 1;
}

/* The first member of a list; if it cannot be read the field is not there
 * (section 5.1). */
static void age_read(response_facts_t *f, slice_t value)
{
    slice_t member;

    if (!h1_list_next(&value, &member)
        || delta_seconds_read(member, &f->age) != 0) {
        f->age = 0;
    }
}

static void vary_read(response_facts_t *f, slice_t value)
{
    slice_t name;

    f->has_vary = 1;
    while (h1_list_next(&value, &name)) {
        f->vary_any |= slice_eq(name, SLICE_LIT("*"));
    }
}

static void warning_read(response_facts_t *f, slice_t value)
{
    slice_t warning;

    while (h1_list_next(&value, &warning)) {
        f->has_warning_110 |= warning.len >= 3
                              && memcmp(warning.p, "110", 3) == 0
                              && (warning.len == 3 || warning.p[3] == ' ');
    }
}

/* What is kept as it was sent.  @return 1 for the first line of a field */
static int response_text_read(response_facts_t *f, fact_e id, slice_t value)
{
    switch (id) {
    case FACT_ETAG:
        return keep_first(&f->etag, value);
    case FACT_LAST_MODIFIED:
        return keep_first(&f->last_modified_text, value);
    case FACT_CONTENT_TYPE:
        return keep_first(&f->content_type, value);
    case FACT_CONTENT_ENCODING:
        return keep_first(&f->content_encoding, value);
    case FACT_CONTENT_LENGTH:
        return keep_first(&f->content_length, value);
    case FACT_CONTENT_RANGE:
        f->has_content_range = 1;
        return keep_first(&f->content_range, value);
    case FACT_CONTENT_LOCATION:
        return keep_first(&f->content_location, value);
    case FACT_LOCATION:
        return keep_first(&f->location, value);
    default:
        return 0;
    }
}

typedef struct {
    unsigned age : 1, date : 1;
} response_seen_t;

static void response_field_read(response_facts_t *f, response_seen_t *seen,
                                const h1_field_t *field, int64_t now_s)
{
    slice_t value = field->value;
    fact_e id =
        fact_find(response_names, FACT_COUNT(response_names), field->name);

    switch (id) {
    case FACT_AGE:
        if (!seen->age) {
            age_read(f, value);
        }
        seen->age = 1;
        break;
    case FACT_DATE:
        if (!seen->date) {
            f->date = date_or_none(value, now_s);
        }
        seen->date = 1;
        break;
    case FACT_CACHE_CONTROL:
        f->has_cache_control = 1;
        cache_control_read(&f->cc, value);
        break;
    case FACT_EXPIRES:
        expires_read(f, value, now_s);
        break;
    case FACT_PRAGMA:
        f->has_pragma_no_cache |= h1_list_has(value, SLICE_LIT("no-cache"));
        break;
    case FACT_SET_COOKIE:
        f->has_set_cookie = 1;
        break;
    case FACT_VARY:
        vary_read(f, value);
        break;
    case FACT_WARNING:
        warning_read(f, value);
        break;
    default:
        if (response_text_read(f, id, value) && id == FACT_LAST_MODIFIED) {
            f->last_modified = date_or_none(value, now_s);
        }
        break;
    }
}

/* @return 1 if the response has a valid field of that name, which is in *cc */
static int target_read(cache_control_t *cc, slice_t target,
                       const h1_field_t *fields, size_t count)
{
    int found = 0;
    size_t i;

    memset(cc, 0, sizeof(*cc));
    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, target)) {
            int added = targeted_add(cc, fields[i].value);

            if (added < 0) {
                return 0;
            }
            found |= added;
        }
    }
    return found;
}

void response_facts_read(response_facts_t *f, int status,
                         const h1_field_t *fields, size_t count,
                         const char *const *targets, int64_t now_s)
{
    response_seen_t seen = { 0 };
    cache_control_t cc;
    size_t i;

    memset(f, 0, sizeof(*f));
    f->status = status;
    f->date = f->last_modified = -1;
    for (i = 0; i < count; i++) {
        response_field_read(f, &seen, &fields[i], now_s);
    }
    for (; targets && *targets && !f->is_targeted; targets++) {
        if (target_read(&cc, slice_str(*targets), fields, count)) {
            f->cc = cc;
            f->is_targeted = 1;
        }
    }
}
