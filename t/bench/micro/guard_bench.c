/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_bench.c: looking up an address among a million networks, and counting a
 * request of one key among 10 million, both at random so that nothing stays in
 * the processor's caches; and each single request of 20 million clients in a
 * table for 10 million, which are forgotten for others without a step: what one
 * in a thousand takes, and the slowest, beside what reading the clock alone
 * does.  Lines beginning with # tell sizes and what making the list takes. */
#include "micro.h"

#include <stdlib.h>

#include "address/address.c"
#include "address/network_list.c"
#include "limits/limit_table.c"
#include "limits/rate.c"

enum {
    ENTRIES = 1000000,
    ASKED = 1 << 20
};

static network_entry_t *entries;
static address_t *asked;
static const network_list_t *list;
static uint32_t at;
static uint64_t random_state = 1;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* As published lists have them: IPv4 mostly alone, IPv6 by /48 and /64. */
static void make_list(int v4)
{
    double start;
    size_t room;
    void *memory;
    uint32_t i;

    for (i = 0; i < ENTRIES; i++) {
        network_t *n = &entries[i].network;
        address_t v6 = { UINT64_C(0x2000000000000000) | next_random() >> 3, 0 };

        n->bits = v4 ? 128 - (uint8_t)(next_random() % 4) * 2
                     : 48 + (uint8_t)(next_random() & 1) * 16;
        n->first =
            address_masked(v4 ? address_of_v4((uint32_t)next_random()) : v6,
                           n->bits);
        entries[i].value = i;
        asked[i % ASKED] = n->first;
    }
    room = network_list_room(entries, ENTRIES);
    memory = malloc(room);
    start = micro_cpu_ns();
    list = network_list_make(memory, entries, ENTRIES);
    printf("# %s: %d networks, %zu KiB, made in %.0f ms\n",
           v4 ? "IPv4" : "IPv6", ENTRIES, room / 1024,
           (micro_cpu_ns() - start) / 1e6);
    for (i = 0; i < ASKED; i++) {
        if (i & 1) {
            asked[i].low += v4 ? next_random() & 0xffff : 0;
            asked[i].high += v4 ? 0 : next_random() & 0xffffff;
        }
    }
    at = 0;
}

static void find_address(void)
{
    micro_use(network_list_find(list, asked[at++ % ASKED]));
}

static limit_table_t table;
static uint64_t keys;
static int64_t now_us = INT64_C(1790000000000000);

static void take(void)
{
    static const rate_rule_t rule = { .count = 10,
                                      .period_us = 1000000,
                                      .burst = 20 };
    uint64_t key = next_random() % keys * UINT64_C(0x9e3779b97f4a7c15);

    micro_use(
        (size_t)limit_table_take(&table, &rule, key ^ key >> 29, now_us++, 1)
            .rate.allowed);
}

static void measure_limits(uint64_t count)
{
    char name[64];

    keys = count;
    table.sets = limit_table_sets(count + count / 2);
    table.entry = aligned_alloc(64, limit_table_room(table.sets));
    memset(table.entry, 0, limit_table_room(table.sets));
    printf("# %llu keys: %zu KiB\n", (unsigned long long)count,
           limit_table_room(table.sets) / 1024);
    snprintf(name, sizeof(name), "count one of %llu keys",
             (unsigned long long)count);
    micro_run(name, take);
    free(table.entry);
}

/* ---- a table that turns over ---- */

enum {
    SLOWEST_NS = 1 << 20 /* told apart up to here */
};

static uint32_t took[SLOWEST_NS + 1];

static uint64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* @return what so many of count were no slower than */
static uint32_t share_ns(uint64_t count, double share)
{
    uint64_t seen = 0;
    uint32_t ns = 0;

    while (ns < SLOWEST_NS && (seen += took[ns]) < (uint64_t)(count * share)) {
        ns++;
    }
    return ns;
}

static void print_shares(const char *name, uint64_t count, uint64_t slowest)
{
    printf("%s\t%u\t%u\t%llu\n", name, share_ns(count, 0.5),
           share_ns(count, 0.999), (unsigned long long)slowest);
}

/* Clients from .. to - 1, each once, or nothing but the clock. */
static void measure_each(const char *name, uint64_t from, uint64_t to,
                         int clock_only)
{
    static const rate_rule_t rule = { .count = 1,
                                      .period_us = 60000000,
                                      .burst = 20 };
    uint64_t n, slowest = 0;

    memset(took, 0, sizeof(took));
    for (n = from; n < to; n++) {
        uint64_t hash = n * UINT64_C(0x9e3779b97f4a7c15), begun, ns;

        hash = (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
        begun = clock_ns();
        if (!clock_only) {
            micro_use((size_t)limit_table_take(&table, &rule, hash ^ hash >> 32,
                                               now_us, 1)
                          .displaced);
        }
        ns = clock_ns() - begun;
        now_us +=
            n % 10 == 0; /* ten requests in a microsecond: all are known */
        took[ns < SLOWEST_NS ? ns : SLOWEST_NS]++;
        slowest = ns > slowest ? ns : slowest;
    }
    print_shares(name, to - from, slowest);
}

static void turn_over(uint64_t count)
{
    table.sets = limit_table_sets(count);
    table.entry = aligned_alloc(64, limit_table_room(table.sets));
    memset(table.entry, 0, limit_table_room(table.sets));
    printf("# each request of its own key, a table for %llu: %zu KiB before "
           "and "
           "after; median, 99.9 %%, slowest in ns\n",
           (unsigned long long)count, limit_table_room(table.sets) / 1024);
    measure_each("the clock alone", 0, count, 1);
    measure_each("10 million keys come", 0, count, 0);
    measure_each("10 million others come", count, 2 * count, 0);
    measure_each("and 10 million others", 2 * count, 3 * count, 0);
    free(table.entry);
}

int main(void)
{
    int v4;

    entries = malloc(sizeof(*entries) * ENTRIES);
    asked = malloc(sizeof(*asked) * ASKED);
    for (v4 = 1; v4 >= 0; v4--) {
        make_list(v4);
        micro_run(v4 ? "find among a million of IPv4"
                     : "find among a million of IPv6",
                  find_address);
    }
    measure_limits(1000);
    measure_limits(1000000);
    measure_limits(10000000);
    turn_over(10000000);
    return 0;
}
