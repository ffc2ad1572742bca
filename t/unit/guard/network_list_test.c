/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* network_list_test.c: networks within networks, edges, and random lists
 * beside a search of all entries. */
#include "unit.h"

#include "address/address.c"
#include "address/network_list.c"

enum {
    ENTRIES_MAX = 400
};

static const network_list_t *list;
static void *memory;

static void make(network_entry_t *entries, uint32_t count)
{
    free(memory);
    memory = malloc(network_list_room(entries, count));
    assert_non_null(memory);
    list = network_list_make(memory, entries, count);
}

static void make_of(const char *const *networks)
{
    network_entry_t entries[ENTRIES_MAX];
    uint32_t n = 0;

    for (; networks[n]; n++) {
        assert_null(network_parse(&entries[n].network, slice_str(networks[n])));
        entries[n].value = n;
    }
    make(entries, n);
}

static uint32_t find(const char *text)
{
    address_t a;

    assert_true(address_parse(&a, slice_str(text)));
    return network_list_find(list, a);
}

static void check_nested(void **state)
{
    static const char *const networks[] = {
        "10.1.2.3",      "10.0.0.0/8",  "10.1.0.0/16", "192.0.2.0/24",
        "2001:db8::/32", "2001:db8::5", NULL
    };

    (void)state;
    make_of(networks);
    assert_int_equal(find("9.255.255.255"), NETWORK_LIST_NONE);
    assert_int_equal(find("10.0.0.0"), 1);
    assert_int_equal(find("10.1.0.0"), 2);
    assert_int_equal(find("10.1.2.2"), 2);
    assert_int_equal(find("10.1.2.3"), 0);
    assert_int_equal(find("10.1.2.4"), 2);
    assert_int_equal(find("10.2.0.0"), 1);
    assert_int_equal(find("10.255.255.255"), 1);
    assert_int_equal(find("11.0.0.0"), NETWORK_LIST_NONE);
    assert_int_equal(find("192.0.2.255"), 3);
    assert_int_equal(find("2001:db8::4"), 4);
    assert_int_equal(find("2001:db8::5"), 5);
    assert_int_equal(find("2001:db8::6"), 4);
    assert_int_equal(find("2001:db9::"), NETWORK_LIST_NONE);
    assert_int_equal(find("::1"), NETWORK_LIST_NONE);
}

static void check_edges(void **state)
{
    static const char *const all[] = { "0.0.0.0/0", "255.255.255.255",
                                       "0.0.0.0", NULL };
    static const char *const v6[] = { "::/0", "ffff::/16", NULL };
    static const char *const twice[] = { "10.0.0.0/8", "10.0.0.0/8", NULL };

    (void)state;
    make_of(all);
    assert_int_equal(find("0.0.0.0"), 2);
    assert_int_equal(find("0.0.0.1"), 0);
    assert_int_equal(find("255.255.255.254"), 0);
    assert_int_equal(find("255.255.255.255"), 1);
    assert_int_equal(find("::1"), NETWORK_LIST_NONE);
    make_of(v6);
    assert_int_equal(find("::"), 0);
    assert_int_equal(find("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 1);
    assert_int_equal(find("1.2.3.4"), NETWORK_LIST_NONE);
    make_of(twice);
    assert_int_equal(find("10.0.0.1"), 1);
    make_of(twice + 2);
    assert_int_equal(find("10.0.0.1"), NETWORK_LIST_NONE);
    assert_int_equal(find("::1"), NETWORK_LIST_NONE);
}

/* ---- beside a search of all ---- */

static uint64_t random_state = 7;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Few different bits, so that networks hold each other. */
static network_t random_network(int v4)
{
    network_t n;
    address_t a = { v4 ? 0 : (next_random() & 3) << 62 | (next_random() & 3),
                    v4 ? UINT64_C(0xffff) << 32 | (next_random() & 0xc0030003)
                       : (next_random() & 7) << 61 | (next_random() & 7) };

    n.bits = (uint8_t)(v4 ? 96 + next_random() % 33 : next_random() % 129);
    n.first = address_masked(a, n.bits);
    return n;
}

static uint32_t find_slowly(const network_entry_t *entries, uint32_t count,
                            address_t a)
{
    uint32_t value = NETWORK_LIST_NONE, i;
    int bits = -1;

    for (i = 0; i < count; i++) {
        const network_t *n = &entries[i].network;

        if (is_v4(*n) == address_is_v4(a)
            && address_equal(address_masked(a, n->bits), n->first)
            && (n->bits > bits
                || (n->bits == bits && entries[i].value > value))) {
            bits = n->bits;
            value = entries[i].value;
        }
    }
    return value;
}

static void check_random(void **state)
{
    static network_entry_t entries[ENTRIES_MAX];
    int round, k;

    (void)state;
    for (round = 0; round < 400; round++) {
        uint32_t count = (uint32_t)(next_random() % ENTRIES_MAX), i;

        for (i = 0; i < count; i++) {
            entries[i].network = random_network(next_random() & 1);
            entries[i].value = (uint32_t)(next_random() % 50);
        }
        make(entries, count);
        for (k = 0; k < 500; k++) {
            network_t n = random_network(k & 1);
            address_t a = k & 2 ? n.first : network_last(n);

            assert_int_equal(network_list_find(list, a),
                             find_slowly(entries, count, a));
        }
    }
}

int main(void)
{
    unit_add("networks within networks", check_nested, NULL);
    unit_add("first and last addresses", check_edges, NULL);
    unit_add("as a search of all finds", check_random, NULL);
    return unit_run("address list");
}
