/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_challenge_token.c: tokens as clients send them.  Promises: what is read
 * as good is what we would write; all other text is refused.  (The fuzzer can
 * make no mac: the first byte says whether ours is put in its place.) */
#include "fuzz.h"

#include "address/address.c"
#include "challenge/challenge_token.c"
#include "challenge/sha256.c"

#define NOW 1800000000

static const challenge_secret_t secret = { "a secret" };
static challenge_keys_t keys = { .secret = &secret };

/* The text with the mac that belongs to it, where it has room for one. */
static void sign(char *text, size_t len, network_t client)
{
    parts_t parts;
    sha256_t mac;

    if (split(&parts, slice_make(text, len), CHALLENGE_PASS)) {
        mac = mac_of(parts.covered, parts.key, client, &keys);
        put_bytes(text + parts.covered.len + 1, mac.bytes, MAC_BYTES);
    }
}

static void check(slice_t text, network_t client)
{
    char again[CHALLENGE_TOKEN_MAX];
    challenge_token_t token;
    parts_t parts;
    size_t len;

    if (challenge_token_read(&token, text, CHALLENGE_PASS, client, NOW, &keys)
        != CHALLENGE_GOOD) {
        return;
    }
    FUZZ_CHECK(token.expires_s > NOW
               && token.expires_s <= NOW + CHALLENGE_SECONDS_MAX);
    FUZZ_CHECK(split(&parts, text, CHALLENGE_PASS));
    len = challenge_token_write(again, &token, client,
                                (int64_t)parts.key * CHALLENGE_KEY_SECONDS,
                                &keys);
    FUZZ_CHECK(slice_eq(text, slice_make(again, len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    network_t client = challenge_network(address_of_v4(0x7f000001));
    char *text;

    if (size < 1) {
        return 0;
    }
    text = fuzz_copy(data + 1, size - 1);
    if (data[0] & 1) {
        sign(text, size - 1, client);
    }
    check(slice_make(text, size - 1), client);
    challenge_is_solved(slice_make(text, (size - 1) / 2),
                        slice_make(text + (size - 1) / 2,
                                   size - 1 - (size - 1) / 2),
                        data[0] & 31);
    free(text);
    return 0;
}
