/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt_keys.c: see jwt_keys.h.  Layer L1. */
#include "jwt_keys.h"

#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)

#include <apr_strings.h>
#include <jansson.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/x509.h>

#include "base64url.h"
#include "der_key.h"
#include "same_bytes.h"

enum {
    KEYS_MAX = 64,
    SECRET_MIN = 32, /* RFC 7518 3.2: as long as the hash */
    MODULUS_MIN = 256,
    MAC_LENGTH = 32,
    ID_MAX = 256
};

const char *const jwt_algorithm_names[JWT_ALGORITHMS] = { "HS256", "RS256",
                                                          "ES256" };

/* ---- one key ---- */

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

static const char *text_of(const json_t *jwk, const char *name)
{
    const char *text = json_string_value(json_object_get(jwk, name));

    return text ? text : "";
}

/* @return 0: it is no base64url */
static int bytes_of(const json_t *jwk, const char *name, slice_t *bytes,
                    apr_pool_t *pool)
{
    slice_t text = slice_str(text_of(jwk, name));
    unsigned char *out = apr_palloc(pool, text.len + 2);

    bytes->p = (const char *)out;
    return base64url_decode(out, &bytes->len, text) && bytes->len;
}

static const char *read_der(jwt_key_t *key, const unsigned char *der,
                            size_t len, apr_pool_t *pool)
{
    key->key = len ? d2i_PUBKEY(NULL, &der, (long)len) : NULL;
    ERR_clear_error();
    if (!key->key) {
        return "is no key";
    }
    apr_pool_cleanup_register(pool, key->key, free_key, apr_pool_cleanup_null);
    return NULL;
}

static const char *read_secret(jwt_key_t *key, const json_t *jwk,
                               apr_pool_t *pool)
{
    key->algorithm = JWT_HS256;
    return !bytes_of(jwk, "k", &key->secret, pool) ? "has no k in base64url"
           : key->secret.len < SECRET_MIN          ? "has less than 32 bytes"
                                                   : NULL;
}

static const char *read_rsa(jwt_key_t *key, const json_t *jwk, apr_pool_t *pool)
{
    unsigned char der[DER_KEY_MAX];
    slice_t n, e;

    key->algorithm = JWT_RS256;
    if (!bytes_of(jwk, "n", &n, pool) || !bytes_of(jwk, "e", &e, pool)) {
        return "has no n and e in base64url";
    }
    if (n.len < MODULUS_MIN || n.len > DER_NUMBER_MAX || e.len > 8
        || !(e.p[e.len - 1] & 1) || (e.len == 1 && e.p[0] == 1)) {
        return "is no RSA key of 2048 to 8192 bits";
    }
    return read_der(key, der, der_key_rsa(der, n, e), pool);
}

static const char *read_p256(jwt_key_t *key, const json_t *jwk,
                             apr_pool_t *pool)
{
    unsigned char der[DER_KEY_MAX];
    slice_t x, y;

    key->algorithm = JWT_ES256;
    if (!bytes_of(jwk, "x", &x, pool) || !bytes_of(jwk, "y", &y, pool)
        || x.len != DER_P256 || y.len != DER_P256) {
        return "has no x and y of 32 bytes in base64url";
    }
    return read_der(key, der,
                    der_key_p256(der, (const unsigned char *)x.p,
                                 (const unsigned char *)y.p),
                    pool);
}

/* Of a type, curve, algorithm and use that is ours: who reads it, else NULL. */
typedef const char *read_fn(jwt_key_t *key, const json_t *jwk,
                            apr_pool_t *pool);

static read_fn *reader_of(const json_t *jwk)
{
    const char *type = text_of(jwk, "kty"), *use = text_of(jwk, "use");
    const char *algorithm = text_of(jwk, "alg");
    jwt_algorithm_e fits =
        strcmp(type, "oct") == 0   ? JWT_HS256
        : strcmp(type, "RSA") == 0 ? JWT_RS256
        : strcmp(type, "EC") == 0 && strcmp(text_of(jwk, "crv"), "P-256") == 0
            ? JWT_ES256
            : JWT_ALGORITHMS;
    static read_fn *const readers[] = { read_secret, read_rsa, read_p256 };

    if (fits == JWT_ALGORITHMS || (*use && strcmp(use, "sig") != 0)
        || (*algorithm && strcmp(algorithm, jwt_algorithm_names[fits]) != 0)) {
        return NULL;
    }
    return readers[fits];
}

/* ---- the set ---- */

static int is_known(const jwt_keys_t *set, const jwt_key_t *key)
{
    int i;

    for (i = 0; i < set->count; i++) {
        if (key->id && set->key[i].id && strcmp(set->key[i].id, key->id) == 0) {
            return 1;
        }
    }
    return 0;
}

static const char *add(jwt_keys_t *set, const json_t *jwk, size_t number,
                       apr_pool_t *pool)
{
    read_fn *read = reader_of(jwk);
    const char *id = text_of(jwk, "kid"), *wrong;
    jwt_key_t *key = &set->key[set->count];

    if (!read) {
        return NULL;
    }
    memset(key, 0, sizeof(*key));
    key->id = *id ? apr_pstrndup(pool, id, ID_MAX) : NULL;
    wrong =
        is_known(set, key) ? "has the kid of another" : read(key, jwk, pool);
    if (wrong) {
        return apr_psprintf(pool, "key %" APR_SIZE_T_FMT " of the set %s",
                            number + 1, wrong);
    }
    set->count++;
    return NULL;
}

static const char *read_set(jwt_keys_t *set, const json_t *json,
                            apr_pool_t *pool)
{
    const json_t *list = json_object_get(json, "keys");
    size_t i, n = json_array_size(list);
    const char *wrong = NULL;

    if (!json_is_array(list) || n > KEYS_MAX) {
        return "it is no JSON Web Key Set: an object with a list \"keys\", of "
               "64 at most";
    }
    set->key = apr_palloc(pool, sizeof(*set->key) * (n + 1));
    for (i = 0; i < n && !wrong; i++) {
        wrong = add(set, json_array_get(list, i), i, pool);
    }
    if (!wrong && !set->count) {
        wrong = "there is no key of HS256, RS256 or ES256 in it";
    }
    return wrong;
}

const char *jwt_keys_make(void *unused, slice_t text, void **object,
                          apr_pool_t *pool)
{
    jwt_keys_t *set = apr_pcalloc(pool, sizeof(*set));
    const char *wrong;
    json_error_t error;
    json_t *json = json_loadb(text.p ? text.p : "", text.len,
                              JSON_REJECT_DUPLICATES, &error);

    (void)unused;
    if (!json) {
        return apr_psprintf(pool, "line %d: %s", error.line, error.text);
    }
    wrong = read_set(set, json, pool);
    json_decref(json);
    *object = set;
    return wrong;
}

const jwt_key_t *jwt_keys_find(const jwt_keys_t *keys,
                               jwt_algorithm_e algorithm, const char *id)
{
    const jwt_key_t *found = NULL;
    int i;

    for (i = 0; i < keys->count; i++) {
        const jwt_key_t *key = &keys->key[i];

        if (key->algorithm != algorithm
            || (id && (!key->id || strcmp(key->id, id) != 0))) {
            continue;
        }
        if (found) {
            return NULL;
        }
        found = key;
    }
    return found;
}

/* ---- signatures ---- */

static int has_mac(const jwt_key_t *key, slice_t text, slice_t signature)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    return signature.len == MAC_LENGTH
           && HMAC(EVP_sha256(), key->secret.p, (int)key->secret.len,
                   (const unsigned char *)text.p, text.len, mac, &len)
           && len == MAC_LENGTH && same_bytes(mac, signature.p, MAC_LENGTH);
}

int jwt_keys_has_signed(const jwt_key_t *key, slice_t text, slice_t signature)
{
    unsigned char der[DER_SIGNATURE_MAX];
    EVP_MD_CTX *context;
    int good;

    if (key->algorithm == JWT_HS256) {
        return has_mac(key, text, signature);
    }
    if (key->algorithm == JWT_ES256) {
        if (signature.len != 2 * DER_P256) {
            return 0;
        }
        signature.len =
            der_key_signature(der, (const unsigned char *)signature.p);
        signature.p = (const char *)der;
    }
    context = EVP_MD_CTX_new();
    good = context
           && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key->key)
                  == 1
           && EVP_DigestVerify(context, (const unsigned char *)signature.p,
                               signature.len, (const unsigned char *)text.p,
                               text.len)
                  == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return good;
}

#endif
