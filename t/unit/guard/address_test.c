/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* address_test.c: addresses and networks as text, beside the C library. */
#include "unit.h"

#include <arpa/inet.h>

#include "address/address.c"

typedef struct {
    const char *text, *again; /* again: as it is written; NULL: no address */
} text_case_t;

/* clang-format off */
static const text_case_t texts[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "0.0.0.0", "0.0.0.0" },
    { "255.255.255.255", "255.255.255.255" },
    { "256.0.0.1", NULL },
    { "192.0.2.01", NULL },
    { "192.0.2", NULL },
    { "192.0.2.1.1", NULL },
    { "192.0.2.", NULL },
    { "192.0.2.1 ", NULL },
    { "+1.2.3.4", NULL },
    { "", NULL },
    { "localhost", NULL },
    { "::", "::" },
    { "::1", "::1" },
    { "1::", "1::" },
    { "2001:db8::1", "2001:db8::1" },
    { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
    { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
    { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
    { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
    { "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
    { "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "::ffff:c000:201", "192.0.2.1" },
    { "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
    { "1:2:3:4:5:6:7:8:9", NULL },
    { "1:2:3:4:5:6:7", NULL },
    { "1:2:3:4:5:6:7:8::", NULL },
    { "1::2::3", NULL },
    { ":1", NULL },
    { "1:", NULL },
    { ":::", NULL },
    { "12345::", NULL },
    { "::g", NULL },
    { "::1%eth0", NULL },
    { "[::1]", NULL },
    { "::192.0.2.1:5", NULL },
    { "1:2:3:4:5:6:7:192.0.2.1", NULL },
    { "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201" },
};
/* clang-format on */

static void check_text(void **state)
{
    const text_case_t *row = *state;
    char out[ADDRESS_TEXT_MAX];
    address_t a;

    assert_int_equal(address_parse(&a, slice_str(row->text)),
                     row->again != NULL);
    if (row->again) {
        assert_int_equal(address_format(out, a), strlen(row->again));
        assert_string_equal(out, row->again);
    }
}

typedef struct {
    const char *text;
    int bits; /* -1: wrong */
    const char *last;
} network_case_t;

/* clang-format off */
static const network_case_t networks[] = {
    { "10.0.0.0/8", 104, "10.255.255.255" },
    { "0.0.0.0/0", 96, "255.255.255.255" },
    { "192.0.2.1", 128, "192.0.2.1" },
    { "192.0.2.1/32", 128, "192.0.2.1" },
    { "192.0.2.0/31", 127, "192.0.2.1" },
    { "10.0.0.1/8", -1, NULL },
    { "10.0.0.0/33", -1, NULL },
    { "10.0.0.0/", -1, NULL },
    { "10.0.0.0/08", -1, NULL },
    { "10.0.0.0/8 ", -1, NULL },
    { "10.0.0.0/-1", -1, NULL },
    { "10.0.0.0/255.0.0.0", -1, NULL },
    { "/8", -1, NULL },
    { "::/0", 0, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
    { "2001:db8::/32", 32, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
    { "2001:db8::/64", 64, "2001:db8::ffff:ffff:ffff:ffff" },
    { "2001:db8::/65", 65, "2001:db8::7fff:ffff:ffff:ffff" },
    { "2001:db8::1/128", 128, "2001:db8::1" },
    { "2001:db8::1/64", -1, NULL },
    { "2001:db8::/129", -1, NULL },
    { "::ffff:10.0.0.0/104", 104, "10.255.255.255" },
};
/* clang-format on */

static void check_network(void **state)
{
    const network_case_t *row = *state;
    char out[ADDRESS_TEXT_MAX];
    network_t n;

    assert_int_equal(network_parse(&n, slice_str(row->text)) == NULL,
                     row->bits >= 0);
    if (row->bits >= 0) {
        assert_int_equal(n.bits, row->bits);
        address_format(out, network_last(n));
        assert_string_equal(out, row->last);
    }
}

static void check_network_text(void **state)
{
    char out[ADDRESS_TEXT_MAX + 4];
    network_t n;

    (void)state;
    network_parse(&n, slice_str("10.0.0.0/8"));
    network_format(out, n);
    assert_string_equal(out, "10.0.0.0/8");
    network_parse(&n, slice_str("2001:db8::/32"));
    network_format(out, n);
    assert_string_equal(out, "2001:db8::/32");
    network_parse(&n, slice_str("2001:db8::1"));
    network_format(out, n);
    assert_string_equal(out, "2001:db8::1");
}

static uint64_t random_state = 1;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Written by us and read by the C library, and the other way round. */
static void check_library(void **state)
{
    int i, k;

    (void)state;
    for (i = 0; i < 100000; i++) {
        unsigned char bytes[ADDRESS_BYTES], read[ADDRESS_BYTES];
        char ours[ADDRESS_TEXT_MAX], theirs[INET6_ADDRSTRLEN];
        uint64_t zeros = next_random();
        address_t a, again;

        for (k = 0; k < ADDRESS_BYTES; k++) {
            bytes[k] = zeros >> (k / 2 * 2) & 3 ? 0 : (uint8_t)next_random();
        }
        a = address_of_v6(bytes);
        if (address_is_v4(a)) {
            continue;
        }
        address_format(ours, a);
        assert_int_equal(inet_pton(AF_INET6, ours, read), 1);
        assert_memory_equal(read, bytes, ADDRESS_BYTES);
        inet_ntop(AF_INET6, bytes, theirs, sizeof(theirs));
        assert_true(address_parse(&again, slice_str(theirs)));
        assert_true(address_equal(a, again));
    }
}

static void check_client(void **state)
{
    network_t n;
    address_t a;

    (void)state;
    address_parse(&a, slice_str("2001:db8:1:2:3:4:5:6"));
    n = address_client(a, 64);
    assert_int_equal(n.bits, 64);
    assert_true(n.first.high == a.high && n.first.low == 0);
    address_parse(&a, slice_str("192.0.2.1"));
    n = address_client(a, 64);
    assert_true(n.bits == 128 && address_equal(n.first, a));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(texts); i++) {
        unit_add(texts[i].text, check_text, &texts[i]);
    }
    for (i = 0; i < UNIT_COUNT(networks); i++) {
        unit_add(networks[i].text, check_network, &networks[i]);
    }
    unit_add("networks as text", check_network_text, NULL);
    unit_add("as the C library reads and writes", check_library, NULL);
    unit_add("what is one client", check_client, NULL);
    return unit_run("address");
}
