/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_jwt.c: tokens and key sets.  Promises: what is decoded is encoded as the
 * same text again; nobody who has not the key makes a good token, of any text;
 * any file of keys is read or refused with a reason; claims become text of one
 * line. */
#include "fuzz.h"

#include "credentials/base64url.c"
#include "credentials/der_key.c"
#include "credentials/jwt_text.c"

static void check_base64url(slice_t text)
{
    unsigned char *bytes = malloc(text.len + 2);
    char *again = malloc(text.len + 4);
    size_t len;

    if (base64url_decode(bytes, &len, text)) {
        FUZZ_CHECK(base64url_encode(again, bytes, len) == text.len);
        FUZZ_CHECK(!text.len || memcmp(again, text.p, text.len) == 0);
    }
    free(again);
    free(bytes);
}

static void check_der(slice_t text)
{
    unsigned char out[DER_KEY_MAX];
    size_t half = text.len / 2;

    FUZZ_CHECK(der_key_rsa(out, slice_make(text.p, half),
                           slice_make(text.p + half, text.len - half))
               <= sizeof(out));
    if (text.len >= 2 * DER_P256) {
        FUZZ_CHECK(der_key_signature(out, (const unsigned char *)text.p)
                   <= DER_SIGNATURE_MAX);
    }
}

#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)

#include "credentials/jwt_keys.c"
#include "credentials/jwt_verify.c"

#include <apr_general.h>

/* Its secret is in no corpus. */
static const char keys_text[] =
    "{\"keys\":[{\"kty\":\"oct\",\"k\":"
    "\"q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA\"}]}";

static void check_texts(slice_t text, apr_pool_t *pool)
{
    json_t *json = jwt_text_is_flat(text)
                       ? json_loadb(text.p ? text.p : "", text.len,
                                    JSON_REJECT_DUPLICATES, NULL)
                       : NULL;
    void *at;

    for (at = json_object_iter(json); at;
         at = json_object_iter_next(json, at)) {
        const char *line = jwt_claim_text(json, json_object_iter_key(at), pool);

        FUZZ_CHECK(!line || is_clean(line, ""));
    }
    jwt_has_scope(json, "read");
    json_decref(json);
}

static void check_token(slice_t token, apr_pool_t *pool)
{
    static const jwt_rule_t rule = { NULL, NULL, 0 };
    json_t *claims;
    void *keys;

    FUZZ_CHECK(!jwt_keys_make(NULL, slice_str(keys_text), &keys, pool));
    FUZZ_CHECK(jwt_verify(keys, &rule, token, 1, &claims) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t text = slice_make((const char *)data, size);
    apr_pool_t *pool;
    void *keys;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    check_base64url(text);
    check_der(text);
    check_token(text, pool);
    check_texts(text, pool);
    jwt_keys_make(NULL, text, &keys, pool);
    apr_pool_destroy(pool);
    return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_base64url(slice_make((const char *)data, size));
    check_der(slice_make((const char *)data, size));
    return 0;
}

#endif
