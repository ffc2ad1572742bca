/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive_table.h: which directives of httpd look at the client, that is at
 * more of a request than the cache key says (scheme, host, port, path, query;
 * GET and HEAD being one).  Layer L0.  Shared by htaccess_scan.h and
 * section_scan.h, which ask the same question of different places. */
#ifndef RPROXY_CACHE_DIRECTIVE_TABLE_H
#define RPROXY_CACHE_DIRECTIVE_TABLE_H

#include "http1/h1_slice.h"

/* One word list for explain and the tests. */
/* clang-format off */
#define DIRECTIVE_REASONS(X)                                                  \
    X(DIRECTIVE_FINE,          "static")                                      \
    X(DIRECTIVE_UNKNOWN,       "unknown-directive")                           \
    X(DIRECTIVE_UNREADABLE,    "unreadable")                                  \
    X(DIRECTIVE_ACCESS,        "access-by-client")                            \
    X(DIRECTIVE_LOGIN,         "authentication")                              \
    X(DIRECTIVE_CERTIFICATE,   "client-certificate")                          \
    X(DIRECTIVE_CONDITION,     "condition-on-client")                         \
    X(DIRECTIVE_METHOD,        "get-and-head-differ")                         \
    X(DIRECTIVE_VALUE,         "value-from-client")                           \
    X(DIRECTIVE_COOKIE,        "sets-cookie")                                 \
    X(DIRECTIVE_SESSION,       "session")
/* clang-format on */

typedef enum {
#define X(id, name) id,
    DIRECTIVE_REASONS(X)
#undef X
} directive_reason_e;

const char *directive_reason_name(directive_reason_e reason);

typedef struct {
    unsigned is_known : 1;
    unsigned is_container : 1;   /* "<Files": what is inside counts */
    unsigned has_settings : 1;   /* a container with settings of its own */
    unsigned is_module_test : 1; /* "<IfModule" */
    unsigned is_condition : 1;   /* RewriteCond: counts for the next rule */
    unsigned is_rule : 1;        /* RewriteRule */
    unsigned only_sets_env : 1;  /* a rule that does nothing but [E=...] */
    directive_reason_e reason;   /* DIRECTIVE_FINE, or what it looks at */
} directive_t;

/* @param name  without "<" or with it ("<Files"), in any case
 * @param args  the rest of the line, for a section without its ">" */
void directive_read(directive_t *out, slice_t name, slice_t args);

/* Next word of a directive's arguments as httpd cuts them: quotes ' and "
 * taken off, a backslash before a quote or a backslash left in.
 * @return 1 and *word, 0 at the end, -1: a quote is not closed */
int directive_word_next(slice_t *rest, slice_t *word);

#endif
