/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* head_sanity.h: request heads that no application of good faith needs.
 * Layer L0.
 *
 * Looks at what the client sent, before any decoding by httpd: RFC 3986 2.1 for
 * the encoding, 3.3 for the path.  Everything can be switched off by itself. */
#ifndef RPROXY_GUARD_HEAD_SANITY_H
#define RPROXY_GUARD_HEAD_SANITY_H

#include "http1/h1_slice.h"

/* Name of the check, and what is wrong, a phrase for logs. */
/* clang-format off */
#define HEAD_CHECKS(X)                                                        \
    X(HEAD_METHOD,    "method",    "the method is not one of those allowed")  \
    X(HEAD_HOST,      "host",      "the host is not one of those allowed")    \
    X(HEAD_TYPE,      "type",      "the content type is not one of those allowed") \
    X(HEAD_PATH,      "path",      "the path is longer than allowed")         \
    X(HEAD_QUERY,     "query",     "the query is longer than allowed")        \
    X(HEAD_FIELD,     "field",     "a field is longer than allowed")          \
    X(HEAD_CONTROL,   "control",   "the path has an encoded control character") \
    X(HEAD_TRAVERSAL, "traversal", "the path goes up by .. segments")         \
    X(HEAD_DOUBLE,    "double",    "the path is encoded twice")               \
    X(HEAD_HIDDEN,    "hidden",    "the path names a hidden file")            \
    X(HEAD_BACKUP,    "backup",    "the path names a backup or a dump")
/* clang-format on */

typedef enum {
    HEAD_GOOD,
#define X(id, name, text) id,
    HEAD_CHECKS(X)
#undef X
    HEAD_CHECK_COUNT
} head_check_e;

typedef struct {
    uint32_t off; /* bit 1 << head_check_e: not this one */
    /* each ends with an empty slice; NULL: any */
    const slice_t *methods;
    const slice_t *hosts; /* lower case, "*.example.com" for all below */
    const slice_t *types; /* lower case, "text/" followed by "*" for all */
    uint32_t path_max, query_max, field_max; /* bytes */
} head_rules_t;

typedef struct {
    slice_t method;
    slice_t path;         /* as sent, without query */
    slice_t query;        /* without "?" */
    slice_t host;         /* without port; empty: none */
    slice_t type;         /* Content-Type, empty: none */
    size_t field_longest; /* bytes of the longest value */
} head_facts_t;

/* The first check that is not passed, or HEAD_GOOD. */
head_check_e head_sanity(const head_rules_t *rules, const head_facts_t *head);

/* Of a check: its name, and what is wrong. */
const char *head_check_name(head_check_e check);
const char *head_check_text(head_check_e check);

/* @return the check of that name, or HEAD_GOOD: there is none */
head_check_e head_check_named(slice_t name);

#endif
