/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_token.c: see challenge_token.h.  Layer L0. */
#include "challenge_token.h"

#include <string.h>

enum {
    MAC_BYTES = 16,
    ANSWER_DIGITS = 20,
    NETWORK_V4_BITS = 96 + 24,
    NETWORK_V6_BITS = 64
};

network_t challenge_network(address_t client)
{
    uint8_t bits = address_is_v4(client) ? NETWORK_V4_BITS : NETWORK_V6_BITS;

    return (network_t){ address_masked(client, bits), bits };
}

/* ---- the mac ---- */

static void put_number(unsigned char *p, uint64_t n)
{
    int i;

    for (i = 8; i > 0; n >>= 8) {
        p[--i] = (unsigned char)n;
    }
}

static slice_t slice_of(const unsigned char *bytes, size_t len)
{
    return slice_make((const char *)bytes, len);
}

static slice_t key_of(challenge_keys_t *keys, uint64_t number)
{
    unsigned char text[8];

    if (!keys->is_made || keys->number != number) {
        put_number(text, number);
        keys->key = sha256_hmac(slice_of(keys->secret->bytes,
                                         sizeof(keys->secret->bytes)),
                                slice_of(text, sizeof(text)));
        keys->number = number;
        keys->is_made = 1;
    }
    return slice_of(keys->key.bytes, sizeof(keys->key.bytes));
}

static sha256_t mac_of(slice_t text, uint64_t key_number, network_t client,
                       challenge_keys_t *keys)
{
    unsigned char input[CHALLENGE_TOKEN_MAX + ADDRESS_BYTES + 1];

    put_number(input, client.first.high);
    put_number(input + 8, client.first.low);
    input[ADDRESS_BYTES] = client.bits;
    memcpy(input + ADDRESS_BYTES + 1, text.p, text.len);
    return sha256_hmac(key_of(keys, key_number),
                       slice_of(input, ADDRESS_BYTES + 1 + text.len));
}

/* ---- writing ---- */

static char *put_hex(char *p, uint64_t n)
{
    int shift = 60;

    while (shift > 0 && n >> shift == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        *p++ = "0123456789abcdef"[n >> shift & 15];
    }
    return p;
}

static char *put_bytes(char *p, const unsigned char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        *p++ = "0123456789abcdef"[bytes[i] >> 4];
        *p++ = "0123456789abcdef"[bytes[i] & 15];
    }
    return p;
}

size_t challenge_token_write(char *out, const challenge_token_t *token,
                             network_t client, int64_t now_s,
                             challenge_keys_t *keys)
{
    uint64_t key = (uint64_t)now_s / CHALLENGE_KEY_SECONDS;
    const uint64_t numbers[] = { key, (uint64_t)token->expires_s,
                                 (uint64_t)token->difficulty, token->nonce };
    char *p = out;
    sha256_t mac;
    size_t i;

    *p++ = (char)token->kind;
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        *p++ = '.';
        p = put_hex(p, numbers[i]);
    }
    mac = mac_of(slice_make(out, (size_t)(p - out)), key, client, keys);
    *p++ = '.';
    p = put_bytes(p, mac.bytes, MAC_BYTES);
    *p = '\0';
    return (size_t)(p - out);
}

/* ---- reading ---- */

static int lower_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* ".HEX", without zeros in front: there is one text for a number.
 * @return 0: it is not there */
static int take_number(slice_t *text, int digits_max, uint64_t *n)
{
    size_t i = 1;

    *n = 0;
    if (text->len < 2 || text->p[0] != '.') {
        return 0;
    }
    for (; i < text->len && lower_digit(text->p[i]) >= 0; i++) {
        *n = *n << 4 | (uint64_t)lower_digit(text->p[i]);
        if (i > (size_t)digits_max) {
            return 0;
        }
    }
    if (i == 1 || (i > 2 && text->p[1] == '0')) {
        return 0;
    }
    *text = slice_make(text->p + i, text->len - i);
    return 1;
}

/* ".MAC" to the end.  @return 0: it is not there */
static int take_mac(slice_t text, unsigned char *mac)
{
    size_t i;

    if (text.len != 1 + 2 * MAC_BYTES || text.p[0] != '.') {
        return 0;
    }
    for (i = 0; i < MAC_BYTES; i++) {
        int high = lower_digit(text.p[1 + 2 * i]);
        int low = lower_digit(text.p[2 + 2 * i]);

        if (high < 0 || low < 0) {
            return 0;
        }
        mac[i] = (unsigned char)(high << 4 | low);
    }
    return 1;
}

typedef struct {
    uint64_t key, expires, difficulty, nonce;
    unsigned char mac[MAC_BYTES];
    slice_t covered;
} parts_t;

static int split(parts_t *parts, slice_t text, challenge_kind_e kind)
{
    slice_t rest = text;

    if (text.len >= CHALLENGE_TOKEN_MAX || text.len < 1
        || text.p[0] != (char)kind) {
        return 0;
    }
    rest = slice_make(text.p + 1, text.len - 1);
    if (!take_number(&rest, 8, &parts->key)
        || !take_number(&rest, 10, &parts->expires)
        || !take_number(&rest, 2, &parts->difficulty)
        || !take_number(&rest, 16, &parts->nonce)) {
        return 0;
    }
    parts->covered = slice_make(text.p, text.len - rest.len);
    return take_mac(rest, parts->mac)
           && parts->difficulty <= CHALLENGE_DIFFICULTY_MAX;
}

challenge_fault_e challenge_token_read(challenge_token_t *token, slice_t text,
                                       challenge_kind_e kind, network_t client,
                                       int64_t now_s, challenge_keys_t *keys)
{
    uint64_t now = now_s > 0 ? (uint64_t)now_s : 0;
    parts_t parts;
    sha256_t mac;

    if (!split(&parts, text, kind)) {
        return CHALLENGE_MALFORMED;
    }
    mac = mac_of(parts.covered, parts.key, client, keys);
    if (!sha256_equal(mac.bytes, parts.mac, MAC_BYTES)) {
        return CHALLENGE_FORGED;
    }
    if (parts.expires <= now || parts.expires > now + CHALLENGE_SECONDS_MAX
        || parts.key > now / CHALLENGE_KEY_SECONDS) {
        return CHALLENGE_EXPIRED;
    }
    *token = (challenge_token_t){ kind, (int)parts.difficulty,
                                  (int64_t)parts.expires, parts.nonce };
    return CHALLENGE_GOOD;
}

/* ---- the work ---- */

static int zero_bits(const sha256_t *hash)
{
    int n = 0;

    while (n < 8 * SHA256_BYTES && !(hash->bytes[n / 8] >> (7 - n % 8) & 1)) {
        n++;
    }
    return n;
}

int challenge_is_solved(slice_t question, slice_t answer, int difficulty)
{
    char text[1 + ANSWER_DIGITS] = ".";
    sha256_t hash;
    size_t i;

    if (!answer.len || answer.len > ANSWER_DIGITS) {
        return 0;
    }
    for (i = 0; i < answer.len; i++) {
        if (answer.p[i] < '0' || answer.p[i] > '9') {
            return 0;
        }
        text[i + 1] = answer.p[i];
    }
    hash = sha256(question, slice_make(text, answer.len + 1));
    return zero_bits(&hash) >= difficulty;
}
