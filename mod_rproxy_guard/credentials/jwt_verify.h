/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt_verify.h: is this token good, now, and for us?  Layer L1.
 * RFC 7519 7.2, RFC 8725. */
#ifndef RPROXY_GUARD_JWT_VERIFY_H
#define RPROXY_GUARD_JWT_VERIFY_H

#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)

#include <jansson.h>

#include "jwt_keys.h"

typedef struct {
    const char *issuer, *audience; /* NULL: any */
    int64_t leeway_s;              /* between our clock and theirs */
} jwt_rule_t;

/* @param claims  the object of a good token, its reference is the caller's
 * @return NULL, or what is wrong, a phrase */
const char *jwt_verify(const jwt_keys_t *keys, const jwt_rule_t *rule,
                       slice_t token, int64_t now_s, json_t **claims);

/* Is scope one of the words of "scope" (RFC 8693 4.2), or of a list there? */
int jwt_has_scope(const json_t *claims, const char *scope);

/* A claim as one line of text: texts, whole numbers, true and false, and lists
 * of texts, with commas between them.  NULL: it is not there, or is none of
 * these, or has control characters, or commas within a list. */
const char *jwt_claim_text(const json_t *claims, const char *name,
                           apr_pool_t *pool);

#endif

#endif
