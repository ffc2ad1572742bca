/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_token_test.c: hashes by published examples; tokens that are good,
 * changed, too old, or somebody else's; work done and not done. */
#include "unit.h"

#include "address/address.c"
#include "challenge/challenge_token.c"
#include "challenge/sha256.c"

#define NOW 1800000000

static const challenge_secret_t secret = { "a secret of thirty-two bytes..." };
static challenge_keys_t keys = { .secret = &secret };

/* ---- hashes ---- */

typedef struct {
    const char *name, *first, *second, *hex;
} hash_case_t;

/* clang-format off */
static const hash_case_t hashes[] = { /* FIPS 180-2 appendix B */
    { "nothing", "", "",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "a", "bc",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "two blocks", "abcdbcdecdefdefgefghfghighijhijk",
      "ijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};
static const hash_case_t macs[] = { /* RFC 4231 4.3, 4.7 */
    { "a short key", "Jefe", "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { "a long key", NULL,
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
};
/* clang-format on */

static void assert_hex(sha256_t hash, const char *hex)
{
    char text[2 * SHA256_BYTES + 1] = "";

    put_bytes(text, hash.bytes, SHA256_BYTES);
    assert_string_equal(text, hex);
}

static void check_hash(void **state)
{
    const hash_case_t *row = *state;

    assert_hex(sha256(slice_str(row->first), slice_str(row->second)), row->hex);
}

static void check_mac(void **state)
{
    const hash_case_t *row = *state;
    char key[131];

    memset(key, 0xaa, sizeof(key));
    assert_hex(sha256_hmac(row->first ? slice_str(row->first)
                                      : slice_make(key, sizeof(key)),
                           slice_str(row->second)),
               row->hex);
}

static void check_lengths(void **state)
{
    char text[200];
    size_t len, cut;

    (void)state;
    memset(text, 'x', sizeof(text));
    for (len = 0; len <= sizeof(text); len++) {
        sha256_t whole = sha256(slice_make(text, len), slice_make(NULL, 0));

        for (cut = 0; cut <= len; cut += 7) {
            sha256_t parts = sha256(slice_make(text, cut),
                                    slice_make(text + cut, len - cut));

            assert_memory_equal(parts.bytes, whole.bytes, SHA256_BYTES);
        }
    }
}

/* ---- tokens ---- */

static network_t network(const char *text)
{
    address_t a;

    assert_true(address_parse(&a, slice_str(text)));
    return challenge_network(a);
}

static slice_t write_token(char *out, challenge_kind_e kind)
{
    challenge_token_t token = { kind, 16, NOW + 300, 0xfedcba9876543210 };
    size_t len =
        challenge_token_write(out, &token, network("192.0.2.1"), NOW, &keys);

    assert_int_equal(strlen(out), len);
    return slice_make(out, len);
}

static challenge_fault_e read_as(slice_t text, const char *client, int64_t now)
{
    challenge_token_t token;

    return challenge_token_read(&token, text, CHALLENGE_PASS, network(client),
                                now, &keys);
}

static void check_token(void **state)
{
    char out[CHALLENGE_TOKEN_MAX];
    slice_t text = write_token(out, CHALLENGE_PASS);
    challenge_token_t token = { 0 };

    (void)state;
    assert_int_equal(challenge_token_read(&token, text, CHALLENGE_PASS,
                                          network("192.0.2.99"), NOW + 299,
                                          &keys),
                     CHALLENGE_GOOD);
    assert_int_equal(token.difficulty, 16);
    assert_int_equal(token.expires_s, NOW + 300);
    assert_true(token.nonce == 0xfedcba9876543210);
}

static void check_refused(void **state)
{
    static const challenge_secret_t secret_of_other = {
        "another secret of 32 bytes....."
    };
    challenge_keys_t other = { .secret = &secret_of_other };
    char out[CHALLENGE_TOKEN_MAX];
    slice_t text = write_token(out, CHALLENGE_PASS);
    challenge_token_t token;

    (void)state;
    assert_int_equal(read_as(text, "192.0.3.1", NOW), CHALLENGE_FORGED);
    assert_int_equal(read_as(text, "2001:db8::1", NOW), CHALLENGE_FORGED);
    assert_int_equal(read_as(text, "192.0.2.1", NOW + 300), CHALLENGE_EXPIRED);
    assert_int_equal(read_as(text, "192.0.2.1", NOW - 10 * 86400),
                     CHALLENGE_EXPIRED);
    assert_int_equal(read_as(text, "192.0.2.1", -1), CHALLENGE_EXPIRED);
    assert_int_equal(challenge_token_read(&token, text, CHALLENGE_PASS,
                                          network("192.0.2.1"), NOW, &other),
                     CHALLENGE_FORGED);
    text = write_token(out, CHALLENGE_QUESTION);
    assert_int_equal(read_as(text, "192.0.2.1", NOW), CHALLENGE_MALFORMED);
}

/* Tokens of several days in turn: a key that is kept is not taken for that of
 * another day. */
static void check_days(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 6; i++) {
        int64_t now = NOW + 86400 * (i % 3);
        challenge_token_t token = { CHALLENGE_PASS, 16, now + 3600, 7 }, out;
        challenge_keys_t anew = { .secret = &secret };
        char text[CHALLENGE_TOKEN_MAX];
        size_t len = challenge_token_write(text, &token, network("192.0.2.1"),
                                           now, &keys);

        assert_int_equal(challenge_token_read(&out, slice_make(text, len),
                                              CHALLENGE_PASS,
                                              network("192.0.2.1"), now, &anew),
                         CHALLENGE_GOOD);
    }
}

/* Whatever byte is another one, or missing, or too many. */
static void check_changed(void **state)
{
    char out[CHALLENGE_TOKEN_MAX + 1];
    slice_t text = write_token(out, CHALLENGE_PASS);
    size_t i;
    int c;

    (void)state;
    for (i = 0; i < text.len; i++) {
        char was = out[i];

        assert_int_not_equal(read_as(slice_make(out, i), "192.0.2.1", NOW),
                             CHALLENGE_GOOD);
        for (c = 0; c < 256; c++) {
            out[i] = (char)c;
            assert_true((read_as(text, "192.0.2.1", NOW) == CHALLENGE_GOOD)
                        == (out[i] == was));
        }
        out[i] = was;
    }
    out[text.len] = 'a';
    assert_int_equal(read_as(slice_make(out, text.len + 1), "192.0.2.1", NOW),
                     CHALLENGE_MALFORMED);
    assert_int_equal(read_as(text, "192.0.2.1", NOW), CHALLENGE_GOOD);
}

/* ---- work ---- */

static void check_work(void **state)
{
    char answer[21];
    slice_t question = SLICE_LIT("q.1.2.3");
    int n;

    (void)state;
    for (n = 0; n < 1 << 16; n++) {
        snprintf(answer, sizeof(answer), "%d", n);
        if (challenge_is_solved(question, slice_str(answer), 10)) {
            break;
        }
    }
    assert_true(n > 0 && n < 1 << 16);
    assert_false(challenge_is_solved(question, slice_str("0"), 10));
    assert_false(
        challenge_is_solved(SLICE_LIT("q.1.2.4"), slice_str(answer), 10));
    assert_false(challenge_is_solved(question, slice_str(answer), 33));
    assert_true(challenge_is_solved(question, slice_str("0"), 0));
    assert_false(challenge_is_solved(question, slice_str(""), 0));
    assert_false(challenge_is_solved(question, slice_str("-1"), 0));
    assert_false(
        challenge_is_solved(question, slice_str("123456789012345678901"), 0));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(hashes); i++) {
        unit_add(hashes[i].name, check_hash, &hashes[i]);
    }
    for (i = 0; i < UNIT_COUNT(macs); i++) {
        unit_add(macs[i].name, check_mac, &macs[i]);
    }
    unit_add("all lengths, in two parts", check_lengths, NULL);
    unit_add("a token", check_token, NULL);
    unit_add("too old, of others, of another kind", check_refused, NULL);
    unit_add("keys of several days", check_days, NULL);
    unit_add("changed anywhere", check_changed, NULL);
    unit_add("work", check_work, NULL);
    return unit_run("challenge token");
}
