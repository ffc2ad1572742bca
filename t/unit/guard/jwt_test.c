/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt_test.c: the examples of RFC 7515 (A.1 to A.3), which are good, and what
 * has been made of them, which is not. */
#include "unit.h"

#include "credentials/base64url.c"
#include "credentials/der_key.c"
#include "credentials/jwt_text.c"

static void check_base64url(void **state)
{
    static const char *const wrong[] = {
        "A", "AB=", "A B", "AB+/", "AB", "AAB"
    };
    unsigned char bytes[64];
    char text[96];
    size_t len, i, k;

    (void)state;
    for (i = 0; i <= 48; i++) {
        unsigned char from[48];
        size_t letters;

        for (k = 0; k < i; k++) {
            from[k] = (unsigned char)(k * 37 + i);
        }
        letters = base64url_encode(text, from, i);
        assert_int_equal(letters, BASE64URL_LENGTH(i));
        assert_true(base64url_decode(bytes, &len, slice_make(text, letters)));
        assert_int_equal(len, i);
        assert_memory_equal(bytes, from, i);
    }
    for (i = 0; i < UNIT_COUNT(wrong); i++) {
        assert_false(base64url_decode(bytes, &len, slice_str(wrong[i])));
    }
}

static void check_text(void **state)
{
    char large[JWT_LENGTH_MAX + 2];
    jwt_text_t text;

    (void)state;
    assert_true(jwt_text_split(&text, SLICE_LIT("a.bc.d")));
    assert_true(slice_eq(text.is_signed, SLICE_LIT("a.bc")));
    assert_true(slice_eq(text.signature, SLICE_LIT("d")));
    assert_false(jwt_text_split(&text, SLICE_LIT("a.b")));
    assert_false(jwt_text_split(&text, SLICE_LIT("a.b.")));
    assert_false(jwt_text_split(&text, SLICE_LIT(".b.c")));
    assert_false(jwt_text_split(&text, SLICE_LIT("a..c")));
    assert_false(jwt_text_split(&text, SLICE_LIT("a.b.c.d")));
    assert_false(jwt_text_split(&text, SLICE_LIT("a.b.c.d.e")));
    assert_false(jwt_text_split(&text, slice_str(NULL)));
    memset(large, 'a', sizeof(large));
    large[1] = large[sizeof(large) - 3] = '.';
    assert_false(jwt_text_split(&text, slice_make(large, sizeof(large))));
    assert_true(jwt_text_is_flat(SLICE_LIT("[[[[[[[[]]]]]]]]{}")));
    assert_false(jwt_text_is_flat(SLICE_LIT("[[[[[[[[[")));
    assert_true(jwt_text_is_flat(SLICE_LIT("\"\\\"[[[[[[[[[[[\"")));
    assert_true(jwt_text_is_flat(SLICE_LIT("\"\\")));
}

#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)

#include "credentials/jwt_keys.c"
#include "credentials/jwt_verify.c"

#include <apr_general.h>

#define HS_KEY                                                             \
    "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_" \
    "T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}"
#define RS_KEY                                                                \
    "{\"kty\":\"RSA\",\"n\":"                                                 \
    "\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-" \
    "4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2j" \
    "Z47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WT" \
    "BEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D" \
    "WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":"   \
    "\"AQAB\"}"
#define EC_KEY                                                          \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1g" \
    "HMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStik" \
    "YjKIWI5a0\"}"

#define CLAIMS                                                         \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt" \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define HS_HEAD "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
#define HS_SIGNATURE "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define HS_TOKEN HS_HEAD "." CLAIMS "." HS_SIGNATURE
#define RS_TOKEN                                                               \
    "eyJhbGciOiJSUzI1NiJ9." CLAIMS "."                                         \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4B" \
    "h-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZ" \
    "LgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d" \
    "O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6" \
    "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define ES_TOKEN                                                          \
    "eyJhbGciOiJFUzI1NiJ9." CLAIMS ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4G" \
    "awxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define SET(keys) "{\"keys\":[" keys "]}"
#define ALL SET(HS_KEY "," RS_KEY "," EC_KEY)
#define NOW 1300819000 /* before they end, at 1300819380 */

static apr_pool_t *pool;

static const char *read_keys(const char *text, jwt_keys_t **keys)
{
    void *object = NULL;
    const char *wrong = jwt_keys_make(NULL, slice_str(text), &object, pool);

    *keys = object;
    return wrong;
}

typedef struct {
    const char *name, *keys, *token, *wrong;
    int64_t now;
    jwt_rule_t rule;
} token_case_t;

/* clang-format off */
static const token_case_t tokens[] = {
    { "HS256", ALL, HS_TOKEN, NULL, NOW, { "joe", NULL, 0 } },
    { "RS256", ALL, RS_TOKEN, NULL, NOW, { "joe", NULL, 0 } },
    { "ES256", ALL, ES_TOKEN, NULL, NOW, { "joe", NULL, 0 } },
    { "another issuer", ALL, ES_TOKEN, "iss", NOW, { "jo", NULL, 0 } },
    { "an audience", ALL, ES_TOKEN, "aud", NOW, { NULL, "us", 0 } },
    { "expired", ALL, ES_TOKEN, "expired", 1300819380, { NULL, NULL, 0 } },
    { "within the leeway", ALL, ES_TOKEN, NULL, 1300819380, { NULL, NULL, 1 } },
    { "no key of the algorithm", SET(HS_KEY "," EC_KEY), RS_TOKEN, "no key", NOW, { 0 } },
    { "two keys that would do", SET(HS_KEY "," HS_KEY), HS_TOKEN, "no key", NOW, { 0 } },
    { "claims changed", ALL, HS_HEAD "." "eyJleHAiOjEzMDA4MTkzODF9." HS_SIGNATURE,
      "signature", NOW, { 0 } },
    { "signature changed", ALL, HS_HEAD "." CLAIMS "."
      "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "signature", NOW, { 0 } },
    { "signature cut", ALL, HS_HEAD "." CLAIMS "." "dBjf", "signature", NOW, { 0 } },
    { "another spelling of it", ALL, HS_HEAD "." CLAIMS "."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl", "signature", NOW, { 0 } },
    { "zeros for ECDSA", ALL, "eyJhbGciOiJFUzI1NiJ9." CLAIMS "."
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAA", "signature", NOW, { 0 } },
    /* {"alg":"none"} */
    { "none", ALL, "eyJhbGciOiJub25lIn0." CLAIMS ".AA", "none of", NOW, { 0 } },
    { "none without a signature", ALL, "eyJhbGciOiJub25lIn0." CLAIMS ".",
      "three parts", NOW, { 0 } },
    /* {"alg":"hs256"} */
    { "small letters", ALL, "eyJhbGciOiJoczI1NiJ9." CLAIMS "." HS_SIGNATURE,
      "none of", NOW, { 0 } },
    /* {"alg":"HS256","crit":["x"]} */
    { "critical extensions", ALL, "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdfQ." CLAIMS
      "." HS_SIGNATURE, "not understood", NOW, { 0 } },
    /* {"alg":"HS256","alg":"HS256"} */
    { "a member twice", ALL, "eyJhbGciOiJIUzI1NiIsImFsZyI6IkhTMjU2In0." CLAIMS "."
      HS_SIGNATURE, "no JSON", NOW, { 0 } },
    /* {"alg":"HS256","kid":1} */
    { "a kid that is a number", ALL, "eyJhbGciOiJIUzI1NiIsImtpZCI6MX0." CLAIMS "."
      HS_SIGNATURE, "no text", NOW, { 0 } },
    /* {"alg":"HS256","kid":"x"} */
    { "an unknown kid", ALL, "eyJhbGciOiJIUzI1NiIsImtpZCI6IngifQ." CLAIMS "."
      HS_SIGNATURE, "no key", NOW, { 0 } },
    /* [[[[[[[[[[[[]]]]]]]]]]]] */
    { "nested", ALL, "W1tbW1tbW1tbW1tbXV1dXV1dXV1dXV1d." CLAIMS ".AA", "no JSON",
      NOW, { 0 } },
    { "no JSON", ALL, "AAAA." CLAIMS ".AA", "no JSON", NOW, { 0 } },
    { "a list", ALL, "W10." CLAIMS ".AA", "no JSON", NOW, { 0 } },
};

static const struct {
    const char *name, *keys, *wrong;
} sets[] = {
    { "all types", ALL, NULL },
    { "what others can do is left out", SET("{\"kty\":\"OKP\"}," EC_KEY), NULL },
    { "nothing else", SET("{\"kty\":\"OKP\"}"), "there is no key" },
    { "no keys", SET(""), "there is no key" },
    { "no set", "{}", "no JSON Web Key Set" },
    { "no list", "{\"keys\":{}}", "no JSON Web Key Set" },
    { "no JSON", "{\n\"keys\"", "line 2" },
    { "nothing at all", "", "line" },
    { "another curve", SET("{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\","
      "\"y\":\"AA\"}"), "there is no key" },
    { "another algorithm", SET("{\"kty\":\"oct\",\"alg\":\"HS512\",\"k\":\"AA\"}"),
      "there is no key" },
    { "of encryption", SET("{\"kty\":\"oct\",\"use\":\"enc\",\"k\":\"AA\"}"),
      "there is no key" },
    { "a short secret", SET("{\"kty\":\"oct\",\"k\":\"AAAA\"}"), "less than 32" },
    { "a point that is not on the curve", SET("{\"kty\":\"EC\",\"crv\":\"P-256\","
      "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
      "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}"), "is no key" },
    { "a short point", SET("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\","
      "\"y\":\"AA\"}"), "of 32 bytes" },
    { "a short modulus", SET("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"),
      "2048" },
    { "two of one kid", SET("{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\","
      "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
      "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
      "{\"kid\":\"a\",\"kty\":\"oct\",\"k\":\"AA\"}"), "the kid of another" },
};
/* clang-format on */

static void check_token(void **state)
{
    const token_case_t *row = *state;
    json_t *claims = NULL;
    jwt_keys_t *keys;
    const char *wrong;

    assert_null(read_keys(row->keys, &keys));
    wrong =
        jwt_verify(keys, &row->rule, slice_str(row->token), row->now, &claims);
    if (row->wrong) {
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, row->wrong));
        return;
    }
    assert_null(wrong);
    assert_string_equal(jwt_claim_text(claims, "iss", pool), "joe");
    assert_string_equal(jwt_claim_text(claims, "exp", pool), "1300819380");
    assert_string_equal(jwt_claim_text(claims, "http://example.com/is_root",
                                       pool),
                        "true");
    assert_null(jwt_claim_text(claims, "sub", pool));
    json_decref(claims);
}

static void check_set(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(sets); i++) {
        jwt_keys_t *keys;
        const char *wrong = read_keys(sets[i].keys, &keys);

        if (!sets[i].wrong != !wrong
            || (wrong && !strstr(wrong, sets[i].wrong))) {
            fail_msg("%s: %s", sets[i].name, wrong ? wrong : "good");
        }
    }
}

static void check_claims_text(void **state)
{
    json_t *claims = json_loads("{\"a\":[\"x\",\"y\"],\"b\":[\"x,y\"],"
                                "\"c\":\"x\\ny\",\"d\":{},\"e\":[1],\"f\":[],"
                                "\"scope\":\"read write\"}",
                                0, NULL);

    (void)state;
    assert_string_equal(jwt_claim_text(claims, "a", pool), "x,y");
    assert_null(jwt_claim_text(claims, "b", pool));
    assert_null(jwt_claim_text(claims, "c", pool));
    assert_null(jwt_claim_text(claims, "d", pool));
    assert_null(jwt_claim_text(claims, "e", pool));
    assert_string_equal(jwt_claim_text(claims, "f", pool), "");
    assert_true(jwt_has_scope(claims, "read"));
    assert_true(jwt_has_scope(claims, "write"));
    assert_false(jwt_has_scope(claims, "rea"));
    assert_false(jwt_has_scope(claims, "e"));
    json_decref(claims);
}

static void check_times_of(const char *text, int64_t now, const char *wrong)
{
    static const jwt_rule_t rule = { NULL, NULL, 10 };
    json_t *claims = json_loads(text, 0, NULL);
    const char *is = check_claims(claims, &rule, now);

    if (!wrong != !is || (is && !strstr(is, wrong))) {
        fail_msg("%s: %s", text, is ? is : "good");
    }
    json_decref(claims);
}

static void check_all_times(void **state)
{
    (void)state;
    check_times_of("{\"exp\":1000}", 1009, NULL);
    check_times_of("{\"exp\":1000}", 1010, "expired");
    check_times_of("{\"exp\":1000.5}", 1000, NULL);
    check_times_of("{}", 1000, "exp");
    check_times_of("{\"exp\":\"1000\"}", 1, "exp");
    check_times_of("{\"exp\":-1}", 1, "exp");
    check_times_of("{\"exp\":1e300}", 1, "exp");
    check_times_of("{\"exp\":null}", 1, "exp");
    check_times_of("{\"exp\":1000,\"nbf\":510}", 500, NULL);
    check_times_of("{\"exp\":1000,\"nbf\":511}", 500, "nbf");
    check_times_of("{\"exp\":1000,\"nbf\":\"1\"}", 500, "nbf");
    check_times_of("{\"exp\":1000,\"iat\":511}", 500, "iat");
    check_times_of("{\"exp\":1000,\"iat\":510}", 500, NULL);
}

#endif

int main(void)
{
    unit_add("base64url", check_base64url, NULL);
    unit_add("text", check_text, NULL);
#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(tokens); i++) {
        unit_add(tokens[i].name, check_token, &tokens[i]);
    }
    unit_add("key sets", check_set, NULL);
    unit_add("claims as text", check_claims_text, NULL);
    unit_add("times", check_all_times, NULL);
    i = (size_t)unit_run("tokens");
    apr_pool_destroy(pool);
    return (int)i;
#else
    return unit_run("tokens");
#endif
}
