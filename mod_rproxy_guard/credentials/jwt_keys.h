/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt_keys.h: a JSON Web Key Set (RFC 7517) of a file, and the signatures that
 * its keys have made.  Layer L1.
 *
 * A key has one algorithm, by its type: "oct" HS256, "RSA" RS256, "EC" on P-256
 * ES256.  What a token says of it only has to agree, so that no public key is
 * ever used as a secret. */
#ifndef RPROXY_GUARD_JWT_KEYS_H
#define RPROXY_GUARD_JWT_KEYS_H

#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)

#include <apr_pools.h>
#include <openssl/evp.h>

#include "http1/h1_slice.h"

typedef enum {
    JWT_HS256,
    JWT_RS256,
    JWT_ES256,
    JWT_ALGORITHMS
} jwt_algorithm_e;

extern const char *const jwt_algorithm_names[JWT_ALGORITHMS];

typedef struct {
    const char *id; /* NULL: it has none */
    jwt_algorithm_e algorithm;
    slice_t secret; /* of HS256 */
    EVP_PKEY *key;  /* of the others */
} jwt_key_t;

typedef struct {
    jwt_key_t *key; /* [count] */
    int count;
} jwt_keys_t;

/* A watched_make_fn, without a baton.  Keys of other types, curves and
 * algorithms are left out; one of ours must be there. */
const char *jwt_keys_make(void *unused, slice_t text, void **keys,
                          apr_pool_t *pool);

/* The key of that id; without an id the only one of that algorithm.  NULL:
 * there is none, or several would do. */
const jwt_key_t *jwt_keys_find(const jwt_keys_t *keys,
                               jwt_algorithm_e algorithm, const char *id);

/* Has it signed this text?  Any thread. */
int jwt_keys_has_signed(const jwt_key_t *key, slice_t text, slice_t signature);

#endif

#endif
