/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt_verify.c: see jwt_verify.h.  Layer L1. */
#include "jwt_verify.h"

#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)

#include <apr_strings.h>

#include "base64url.h"
#include "jwt_text.h"

#define TIME_MAX 1e11

enum {
    LIST_MAX = 64 /* texts of a claim that becomes a line */
};

/* ---- the head ---- */

static json_t *read_json(slice_t text)
{
    unsigned char bytes[JWT_LENGTH_MAX];
    size_t len;

    if (!base64url_decode(bytes, &len, text)
        || !jwt_text_is_flat(slice_make((const char *)bytes, len))) {
        return NULL;
    }
    return json_loadb((const char *)bytes, len, JSON_REJECT_DUPLICATES, NULL);
}

static jwt_algorithm_e algorithm_of(const json_t *header)
{
    const char *name = json_string_value(json_object_get(header, "alg"));
    int i;

    for (i = 0; name && i < JWT_ALGORITHMS; i++) {
        if (strcmp(jwt_algorithm_names[i], name) == 0) {
            return (jwt_algorithm_e)i;
        }
    }
    return JWT_ALGORITHMS;
}

/* The key that the token says it is of, if it may. */
static const char *find_key(const jwt_keys_t *keys, const json_t *header,
                            const jwt_key_t **key)
{
    jwt_algorithm_e algorithm = algorithm_of(header);
    const json_t *id = json_object_get(header, "kid");

    if (algorithm == JWT_ALGORITHMS) {
        return "its algorithm is none of HS256, RS256 and ES256";
    }
    if (json_object_get(header, "crit") || json_object_get(header, "zip")
        || json_object_get(header, "enc")) {
        return "its head asks for what is not understood";
    }
    if (id && !json_is_string(id)) {
        return "its kid is no text";
    }
    *key = jwt_keys_find(keys, algorithm, json_string_value(id));
    return *key ? NULL : "no key fits its kid and algorithm";
}

/* ---- the claims ---- */

static int read_time(const json_t *claims, const char *name, double *time)
{
    const json_t *value = json_object_get(claims, name);

    *time = json_number_value(value);
    return json_is_number(value) && *time >= 0 && *time < TIME_MAX;
}

static const char *check_times(const json_t *claims, const jwt_rule_t *rule,
                               int64_t now_s)
{
    double time, now = (double)now_s, leeway = (double)rule->leeway_s;

    if (!read_time(claims, "exp", &time)) {
        return "it has no time at which it ends (exp)";
    }
    if (now >= time + leeway) {
        return "it has expired";
    }
    if (json_object_get(claims, "nbf")
        && (!read_time(claims, "nbf", &time) || now < time - leeway)) {
        return "it is not valid yet (nbf)";
    }
    if (json_object_get(claims, "iat")
        && (!read_time(claims, "iat", &time) || now < time - leeway)) {
        return "it was made in the future (iat)";
    }
    return NULL;
}

static int is_text(const json_t *value, const char *text)
{
    const char *own = json_string_value(value);

    return own && strcmp(own, text) == 0;
}

/* A text, or a list of them. */
static int has_text(const json_t *value, const char *text)
{
    size_t i;

    for (i = 0; i < json_array_size(value); i++) {
        if (is_text(json_array_get(value, i), text)) {
            return 1;
        }
    }
    return is_text(value, text);
}

static const char *check_claims(const json_t *claims, const jwt_rule_t *rule,
                                int64_t now_s)
{
    if (!json_is_object(claims)) {
        return "its claims are no JSON";
    }
    if (rule->issuer
        && !is_text(json_object_get(claims, "iss"), rule->issuer)) {
        return "it is of another issuer (iss)";
    }
    if (rule->audience
        && !has_text(json_object_get(claims, "aud"), rule->audience)) {
        return "it is for somebody else (aud)";
    }
    return check_times(claims, rule, now_s);
}

/* ---- all of it ---- */

static const char *check_signature(const jwt_keys_t *keys,
                                   const jwt_text_t *text, const json_t *header)
{
    unsigned char signature[JWT_SIGNATURE_MAX];
    const jwt_key_t *key;
    const char *wrong;
    size_t len;

    if (!json_is_object(header)) {
        return "its head is no JSON";
    }
    wrong = find_key(keys, header, &key);
    if (wrong) {
        return wrong;
    }
    return base64url_decode(signature, &len, text->signature)
                   && jwt_keys_has_signed(key, text->is_signed,
                                          slice_make((const char *)signature,
                                                     len))
               ? NULL
               : "its signature is wrong";
}

const char *jwt_verify(const jwt_keys_t *keys, const jwt_rule_t *rule,
                       slice_t token, int64_t now_s, json_t **claims)
{
    const char *wrong;
    jwt_text_t text;
    json_t *json;

    if (!jwt_text_split(&text, token)) {
        return "it is no token of three parts, 8192 letters at most";
    }
    json = read_json(text.header);
    wrong = check_signature(keys, &text, json);
    json_decref(json);
    if (wrong) {
        return wrong;
    }
    json = read_json(text.claims);
    wrong = check_claims(json, rule, now_s);
    if (wrong) {
        json_decref(json);
        return wrong;
    }
    *claims = json;
    return NULL;
}

int jwt_has_scope(const json_t *claims, const char *scope)
{
    const json_t *value = json_object_get(claims, "scope");
    const char *words = json_string_value(value);
    size_t len = strlen(scope);

    while (words && *words) {
        size_t word = strcspn(words, " ");

        if (word == len && memcmp(words, scope, len) == 0) {
            return 1;
        }
        words += word + (words[word] == ' ');
    }
    return has_text(value, scope);
}

static int is_clean(const char *text, const char *but)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f || strchr(but, *text)) {
            return 0;
        }
    }
    return 1;
}

static const char *list_text(const json_t *list, apr_pool_t *pool)
{
    const char *text = json_array_size(list) <= LIST_MAX ? "" : NULL;
    size_t i;

    for (i = 0; text && i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));

        if (!one || !is_clean(one, ",")) {
            return NULL;
        }
        text = i ? apr_pstrcat(pool, text, ",", one, NULL)
                 : apr_pstrdup(pool, one);
    }
    return text;
}

const char *jwt_claim_text(const json_t *claims, const char *name,
                           apr_pool_t *pool)
{
    const json_t *value = json_object_get(claims, name);
    const char *text = json_string_value(value);

    if (text) {
        return is_clean(text, "") ? apr_pstrdup(pool, text) : NULL;
    }
    if (json_is_integer(value)) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT,
                            (apr_int64_t)json_integer_value(value));
    }
    if (json_is_boolean(value)) {
        return json_is_true(value) ? "true" : "false";
    }
    return json_is_array(value) ? list_text(value, pool) : NULL;
}

#endif
