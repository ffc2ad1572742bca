/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* der_key.c: see der_key.h.  Layer L0.
 * Written from its end to its begin: a length is known when it is written. */
#include "der_key.h"

enum {
    SEQUENCE = 0x30,
    INTEGER = 0x02,
    BIT_STRING = 0x03
};

/* rsaEncryption with its NULL. */
static const unsigned char rsa_algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a,
                                               0x86, 0x48, 0x86, 0xf7, 0x0d,
                                               0x01, 0x01, 0x01, 0x05, 0x00 };

/* id-ecPublicKey of prime256v1, up to the begin of the point. */
static const unsigned char p256_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07,
                                           0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
                                           0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                           0xce, 0x3d, 0x03, 0x01, 0x07, 0x03,
                                           0x42, 0x00, 0x04 };

static unsigned char *put(unsigned char *at, const void *bytes, size_t len)
{
    memcpy(at - len, bytes, len);
    return at - len;
}

/* Tag and length before what ends at end. */
static unsigned char *put_head(unsigned char *at, unsigned char tag,
                               const unsigned char *end)
{
    size_t len = (size_t)(end - at), left;
    unsigned bytes = 0;

    if (len > 127) {
        for (left = len; left; left >>= 8) {
            *--at = (unsigned char)left;
            bytes++;
        }
        *--at = (unsigned char)(0x80 | bytes);
    }
    else {
        *--at = (unsigned char)len;
    }
    *--at = tag;
    return at;
}

/* A number that is not negative: a 0 stands before a high bit. */
static unsigned char *put_number(unsigned char *at, slice_t number)
{
    const unsigned char *end = at;

    while (number.len > 1 && number.p[0] == 0) {
        number = slice_make(number.p + 1, number.len - 1);
    }
    at = put(at, number.p, number.len);
    if (*at & 0x80) {
        *--at = 0;
    }
    return put_head(at, INTEGER, end);
}

static size_t to_front(unsigned char *out, const unsigned char *at,
                       const unsigned char *end)
{
    memmove(out, at, (size_t)(end - at));
    return (size_t)(end - at);
}

size_t der_key_rsa(unsigned char *out, slice_t modulus, slice_t exponent)
{
    /* cppcheck-suppress ctuPointerArith ; the end of its array */
    unsigned char *end = out + DER_KEY_MAX, *at = end;

    if (!modulus.len || modulus.len > DER_NUMBER_MAX || !exponent.len
        || exponent.len > DER_NUMBER_MAX) {
        return 0;
    }
    at = put_number(at, exponent);
    at = put_number(at, modulus);
    at = put_head(at, SEQUENCE, end);
    *--at = 0; /* no bits left over */
    at = put_head(at, BIT_STRING, end);
    at = put(at, rsa_algorithm, sizeof(rsa_algorithm));
    at = put_head(at, SEQUENCE, end);
    return to_front(out, at, end);
}

size_t der_key_p256(unsigned char *out, const unsigned char *x,
                    const unsigned char *y)
{
    memcpy(out, p256_head, sizeof(p256_head));
    memcpy(out + sizeof(p256_head), x, DER_P256);
    memcpy(out + sizeof(p256_head) + DER_P256, y, DER_P256);
    return sizeof(p256_head) + 2 * DER_P256;
}

size_t der_key_signature(unsigned char *out, const unsigned char *rs)
{
    /* cppcheck-suppress ctuPointerArith ; the end of its array */
    unsigned char *end = out + DER_SIGNATURE_MAX, *at = end;

    at = put_number(at, slice_make((const char *)rs + DER_P256, DER_P256));
    at = put_number(at, slice_make((const char *)rs, DER_P256));
    at = put_head(at, SEQUENCE, end);
    return to_front(out, at, end);
}
