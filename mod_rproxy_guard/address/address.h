/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* address.h: IP addresses and networks as numbers.  Layer L0.
 *
 * An IPv4 address and its form within IPv6 (::ffff:a.b.c.d, RFC 4291 2.5.5.2)
 * are the same address.  Text: RFC 4291 2.2 and 2.3, dotted decimal without
 * leading zeros (RFC 6943 3.1.1: others read those as octal). */
#ifndef RPROXY_GUARD_ADDRESS_H
#define RPROXY_GUARD_ADDRESS_H

#include "http1/h1_slice.h"

enum {
    ADDRESS_BYTES = 16,
    ADDRESS_TEXT_MAX = 46 /* with the NUL behind it */
};

/* Of IPv4 high is 0 and low is 0x0000ffff followed by the address. */
typedef struct {
    uint64_t high, low;
} address_t;

/* All addresses whose first bits are those of first; the others are 0. */
typedef struct {
    address_t first;
    uint8_t bits; /* 0 to 128; of IPv4 96 + its own */
} network_t;

static inline int address_is_v4(address_t a)
{
    return a.high == 0 && a.low >> 32 == 0xffff;
}

static inline address_t address_of_v4(uint32_t host_order)
{
    address_t a = { 0, UINT64_C(0xffff) << 32 | host_order };

    return a;
}

/* bytes: [16], network order */
address_t address_of_v6(const unsigned char *bytes);

static inline int address_less(address_t a, address_t b)
{
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}

static inline int address_equal(address_t a, address_t b)
{
    return a.high == b.high && a.low == b.low;
}

/* The first bits of a, the others 0. */
address_t address_masked(address_t a, unsigned bits);

/* The last address of a network. */
address_t network_last(network_t network);

/* @return 1, or 0: text is no address */
int address_parse(address_t *out, slice_t text);

/* "192.0.2.0/24", "2001:db8::/32" or an address alone.
 * @return NULL, or what is wrong, a phrase.  Bits set behind the network's are
 *         wrong: 10.0.0.1/8 is a mistake more often than a wish */
const char *network_parse(network_t *out, slice_t text);

/* As RFC 5952 has it, with a NUL.  out: [ADDRESS_TEXT_MAX]
 * @return its length */
size_t address_format(char *out, address_t a);

/* The same with "/bits" where that is not all; room for 4 more. */
size_t network_format(char *out, network_t network);

/* What is counted as one client: an IPv4 address, or the network of that many
 * bits an IPv6 address lies in. */
static inline network_t address_client(address_t a, unsigned v6_bits)
{
    network_t n = { a, 128 };

    if (!address_is_v4(a)) {
        n.first = address_masked(a, v6_bits);
        n.bits = (uint8_t)v6_bits;
    }
    return n;
}

#endif
