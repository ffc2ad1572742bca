/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_bench.c: is this client banned?  Clients at random, none of whom is, in a
 * table that has no bans, one, and as many as there is room for; of networks of
 * one length, of three and of all lengths. */
#include "micro.h"

#include <stdlib.h>

#include "address/address.c"
#include "bans/ban_filter.c"
#include "bans/ban_table.c"
#include "routing/siphash.c"

enum {
    BANS = 65536,
    NOW = 1000000
};

static ban_table_t table;
static uint64_t random_state = 1;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void ban(address_t address, uint8_t bits, int by_hand)
{
    ban_order_t order = { .network = { address_masked(address, bits), bits },
                          .seconds = 3600,
                          .longest = 3600,
                          .by_hand = by_hand,
                          .rule = "bench",
                          .why = "" };

    ban_table_add(&table, &order, NOW);
}

static void find_v4(void)
{
    ban_t found;

    micro_use((uint64_t)ban_table_find(&table,
                                       address_of_v4((uint32_t)next_random()),
                                       NOW, &found));
}

static void find_v6(void)
{
    address_t client = { UINT64_C(0x2000000000000000) | next_random() >> 3,
                         next_random() };
    ban_t found;

    micro_use((uint64_t)ban_table_find(&table, client, NOW, &found));
}

static void fill(void)
{
    uint32_t i;

    for (i = 0; i < 2 * BANS; i++) {
        address_t v6 = { UINT64_C(0x2000000000000000) | next_random() >> 3, 0 };

        ban(i & 1 ? v6 : address_of_v4((uint32_t)next_random()),
            i & 1 ? 64 : 128, 0);
    }
}

int main(void)
{
    uint32_t sets = ban_table_sets(BANS);
    uint8_t bits;

    table = ban_table_at(aligned_alloc(64, ban_table_room(sets)), sets,
                         (siphash_key_t){ 1, 2 });
    memset(table.head, 0, ban_table_room(sets));
    printf("# room for %u bans, %zu KiB\n", ban_table_places(&table),
           ban_table_room(sets) / 1024);
    micro_run("no ban", find_v4);
    ban(address_of_v4(0x7f000001), 128, 0);
    micro_run("one ban", find_v4);
    fill();
    printf("# %u bans\n", ban_table_count(&table, NOW));
    micro_run("full, IPv4 by /32", find_v4);
    micro_run("full, IPv6 by /64", find_v6);
    ban(address_of_v4(0x7f000000), 120, 1);
    ban(address_of_v4(0x7f000000), 112, 1);
    micro_run("full, IPv4 by /32, /24 and /16", find_v4);
    for (bits = 104; bits < 128; bits++) {
        ban(address_of_v4(0x7f000000), bits, 1);
    }
    micro_run("full, IPv4 by 25 lengths, /8 to /32", find_v4);
    return 0;
}
