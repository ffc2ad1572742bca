/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* der_key.h: public keys and signatures of JOSE (RFC 7518) as OpenSSL takes
 * them, in DER: SubjectPublicKeyInfo (RFC 5280, RFC 3279, RFC 5480) and
 * Ecdsa-Sig-Value (RFC 3279 2.2.3).  Layer L0. */
#ifndef RPROXY_GUARD_DER_KEY_H
#define RPROXY_GUARD_DER_KEY_H

#include "http1/h1_slice.h"

enum {
    DER_NUMBER_MAX = 1024, /* bytes of an RSA modulus, 8192 bits */
    DER_KEY_MAX = 2 * DER_NUMBER_MAX + 64,
    DER_P256 = 32, /* bytes of a coordinate */
    DER_SIGNATURE_MAX = 2 * DER_P256 + 8
};

/* Of a modulus and an exponent, numbers that begin with their highest byte.
 * @param out  DER_KEY_MAX bytes
 * @return bytes written; 0: a number is empty or too long */
size_t der_key_rsa(unsigned char *out, slice_t modulus, slice_t exponent);

/* Of a point of P-256, DER_P256 bytes each.
 * @param out  DER_KEY_MAX bytes */
size_t der_key_p256(unsigned char *out, const unsigned char *x,
                    const unsigned char *y);

/* Of r and s, one behind the other, 2 * DER_P256 bytes.
 * @param out  DER_SIGNATURE_MAX bytes */
size_t der_key_signature(unsigned char *out, const unsigned char *rs);

#endif
