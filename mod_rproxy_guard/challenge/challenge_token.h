/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_token.h: what a visitor is asked, and what shows that it was
 * answered.  Layer L0.
 *
 * Both are text that nobody else can make, and that is worth nothing elsewhere:
 *
 *   kind.key.expires.difficulty.nonce.mac    all but kind hexadecimal
 *
 * The mac (HMAC-SHA-256, its first 128 bits) covers the rest and the client's
 * network.  Its key is made of a secret and a number that goes up each day.
 *
 * A question is answered by a number n such that the SHA-256 of "question.n"
 * begins with as many zero bits as its difficulty says: each bit doubles the
 * work of who looks for n, and costs nothing to who checks. */
#ifndef RPROXY_GUARD_CHALLENGE_TOKEN_H
#define RPROXY_GUARD_CHALLENGE_TOKEN_H

#include "../address/address.h"
#include "sha256.h"

enum {
    CHALLENGE_TOKEN_MAX = 96,       /* bytes, with the NUL behind it */
    CHALLENGE_DIFFICULTY_MAX = 32,  /* bits */
    CHALLENGE_KEY_SECONDS = 86400,  /* one key makes tokens for so long */
    CHALLENGE_SECONDS_MAX = 2678400 /* 31 days: no token is valid for longer */
};

typedef struct {
    unsigned char bytes[SHA256_BYTES];
} challenge_secret_t;

/* What tokens are signed with: the last key that was made, which the next token
 * is likely to need, too.  Of one thread; all but the secret 0 at first. */
typedef struct {
    const challenge_secret_t *secret;
    int is_made;
    uint64_t number;
    sha256_t key;
} challenge_keys_t;

typedef enum {
    CHALLENGE_QUESTION = 'q',
    CHALLENGE_PASS = 'p'
} challenge_kind_e;

typedef struct {
    challenge_kind_e kind;
    int difficulty;    /* bits, of the work asked or done */
    int64_t expires_s; /* since 1970 */
    uint64_t nonce;
} challenge_token_t;

typedef enum {
    CHALLENGE_GOOD,
    CHALLENGE_MALFORMED,
    CHALLENGE_EXPIRED, /* or of a time to come: the clock was changed */
    CHALLENGE_FORGED   /* or made for somebody else */
} challenge_fault_e;

/* What tokens are bound to: an IPv4 /24 or IPv6 /64, for phones change their
 * address within those. */
network_t challenge_network(address_t client);

/* out: [CHALLENGE_TOKEN_MAX], with a NUL
 * @param now_s  since 1970; expires_s is at most CHALLENGE_SECONDS_MAX later
 * @return its length */
size_t challenge_token_write(char *out, const challenge_token_t *token,
                             network_t client, int64_t now_s,
                             challenge_keys_t *keys);

/* *token is set only with CHALLENGE_GOOD. */
challenge_fault_e challenge_token_read(challenge_token_t *token, slice_t text,
                                       challenge_kind_e kind, network_t client,
                                       int64_t now_s, challenge_keys_t *keys);

/* Was the work done?  answer: decimal digits, at most 20 */
int challenge_is_solved(slice_t question, slice_t answer, int difficulty);

#endif
