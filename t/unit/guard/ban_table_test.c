/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_table_test.c: who is banned and for how long, what goes when the table is
 * full, and readers beside a writer that is killed. */
#include "unit.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "address/address.c"
#include "bans/ban_filter.c"
#include "bans/ban_table.c"

/* its static names are those of others */
#define load siphash_load
#include "routing/siphash.c"
#undef load

enum {
    DAY = 86400,
    NOW = 1000000
};

static ban_table_t table_make(uint32_t sets)
{
    static const siphash_key_t secret = { 1, 2 };
    void *memory = mmap(NULL, ban_table_room(sets), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    return ban_table_at(memory, sets, secret);
}

static void table_end(ban_table_t table)
{
    munmap(table.head, ban_table_room(table.sets));
}

static address_t address(const char *text)
{
    address_t a;

    assert_true(address_parse(&a, slice_str(text)));
    return a;
}

static network_t network(const char *text)
{
    network_t n;

    assert_null(network_parse(&n, slice_str(text)));
    return n;
}

static int ban(const ban_table_t *table, network_t n, uint32_t seconds,
               uint32_t now)
{
    ban_order_t order = { n, seconds, DAY, 0, "login", "six failures" };

    return ban_table_add(table, &order, now);
}

static int order(const ban_table_t *table, const char *text, uint32_t seconds,
                 uint32_t now)
{
    ban_order_t order = { network(text), seconds, DAY, 1, "order", "by me" };

    return ban_table_add(table, &order, now);
}

static int is_banned(const ban_table_t *table, const char *text, uint32_t now)
{
    ban_t found;

    return ban_table_find(table, address(text), now, &found);
}

/* The end of its ban, or of the last one; 0: nothing is known. */
static uint32_t end_of(const ban_table_t *table, const char *text)
{
    ban_t found;

    return find_network(table, network(text), 0, &found) ? found.until : 0;
}

/* ---- networks ---- */

typedef struct {
    const char *banned, *client;
    int expected;
} look_t;

static const look_t looks[] = {
    { "192.0.2.7", "192.0.2.7", 1 },
    { "192.0.2.7", "192.0.2.8", 0 },
    { "192.0.2.0/24", "192.0.2.255", 1 },
    { "192.0.2.0/24", "192.0.3.0", 0 },
    { "0.0.0.0/0", "203.0.113.1", 1 },
    { "0.0.0.0/0", "2001:db8::1", 0 },
    { "::/0", "2001:db8::1", 1 },
    { "::/0", "203.0.113.1", 0 },
    { "2001:db8:0:1::/64", "2001:db8:0:1:ffff::1", 1 },
    { "2001:db8:0:1::/64", "2001:db8:0:2::1", 0 },
    { "2001:db8::1", "2001:db8::1", 1 },
    { "2001:db8::1", "2001:db8::2", 0 },
    { "2001:db8::/127", "2001:db8::1", 1 },
    { "192.0.2.7", "::ffff:192.0.2.7", 1 },
};

static void check_look(void **state)
{
    const look_t *row = *state;
    ban_table_t table = table_make(8);

    assert_int_equal(is_banned(&table, row->client, NOW), 0);
    assert_true(ban(&table, network(row->banned), 60, NOW));
    assert_int_equal(is_banned(&table, row->client, NOW), row->expected);
    assert_int_equal(is_banned(&table, row->client, NOW + 59), row->expected);
    assert_int_equal(is_banned(&table, row->client, NOW + 60), 0);
    assert_int_equal(ban_table_remove(&table, network(row->banned), NOW), 1);
    assert_int_equal(is_banned(&table, row->client, NOW), 0);
    assert_int_equal(ban_table_remove(&table, network(row->banned), NOW), 0);
    table_end(table);
}

static void check_smallest(void **state)
{
    ban_table_t table = table_make(8);
    ban_t found;

    (void)state;
    ban(&table, network("10.0.0.0/8"), 60, NOW);
    ban(&table, network("10.1.0.0/16"), 30, NOW);
    assert_true(ban_table_find(&table, address("10.1.2.3"), NOW, &found));
    assert_int_equal(found.network.bits, 112);
    assert_true(ban_table_find(&table, address("10.1.2.3"), NOW + 40, &found));
    assert_int_equal(found.network.bits, 104);
    table_end(table);
}

static void check_what_is_told(void **state)
{
    ban_table_t table = table_make(8);
    ban_order_t order = { network("192.0.2.7"),
                          60,
                          DAY,
                          0,
                          "a-name-that-is-much-too-long-for-its-place",
                          "a\nline\x1b and \xc3\xa4" };
    ban_t found;

    (void)state;
    assert_true(ban_table_add(&table, &order, NOW));
    assert_true(ban_table_find(&table, address("192.0.2.7"), NOW + 1, &found));
    assert_string_equal(found.rule, "a-name-that-is-much-too-long-fo");
    assert_string_equal(found.why, "a?line? and ??");
    assert_int_equal(found.since, NOW);
    assert_int_equal(found.until, NOW + 60);
    ban_table_refused(&table, &found);
    ban_table_refused(&table, &found);
    assert_true(ban_table_read(&table, found.place, &found));
    assert_int_equal(found.refused, 2);
    assert_int_equal(table.head->refused, 2);
    assert_int_equal(ban_table_count(&table, NOW + 1), 1);
    assert_int_equal(ban_table_count(&table, NOW + 60), 0);
    table_end(table);
}

/* ---- how long ---- */

/* Who was found not to be banned need not be looked for until it grows. */
static void check_version(void **state)
{
    ban_table_t table = table_make(16);
    uint64_t before = ban_table_version(&table);

    (void)state;
    assert_false(is_banned(&table, "192.0.2.1", NOW));
    assert_int_equal(ban_table_version(&table), before);
    ban(&table, network("192.0.2.1"), 60, NOW);
    assert_true(ban_table_version(&table) > before);
    before = ban_table_version(&table);
    ban(&table, network("192.0.2.1"), 600, NOW);
    assert_true(ban_table_version(&table) > before);
    before = ban_table_version(&table);
    order(&table, "192.0.2.0/24", 60, NOW);
    assert_true(ban_table_version(&table) > before);
    table_end(table);
}

static void check_growth(void **state)
{
    ban_table_t table = table_make(8);
    network_t n = network("192.0.2.7");
    uint32_t now = NOW, length = 10000;
    int i;

    (void)state;
    for (i = 0; i < 6; i++) {
        ban(&table, n, 10000, now);
        assert_int_equal(end_of(&table, "192.0.2.7"),
                         now + (length < DAY ? length : DAY));
        now = end_of(&table, "192.0.2.7");
        length *= 2;
    }
    /* what has been quiet for long enough begins anew */
    now += DAY;
    ban(&table, n, 10000, now);
    assert_int_equal(end_of(&table, "192.0.2.7"), now + 10000);
    table_end(table);
}

static void check_while_banned(void **state)
{
    ban_table_t table = table_make(8);
    network_t n = network("192.0.2.7");

    (void)state;
    ban(&table, n, 600, NOW);
    ban(&table, n, 600, NOW); /* by another request, at once */
    assert_int_equal(end_of(&table, "192.0.2.7"), NOW + 600);
    ban(&table, n, 60, NOW + 1);
    assert_int_equal(end_of(&table, "192.0.2.7"), NOW + 600);
    ban(&table, n, 600, NOW + 100);
    assert_int_equal(end_of(&table, "192.0.2.7"), NOW + 700);
    table_end(table);
}

static void check_orders(void **state)
{
    ban_table_t table = table_make(8);

    (void)state;
    ban(&table, network("192.0.2.7"), 600, NOW);
    assert_true(order(&table, "192.0.2.7", 60, NOW)); /* shorter */
    assert_int_equal(end_of(&table, "192.0.2.7"), NOW + 60);
    assert_true(ban(&table, network("192.0.2.7"), 6000, NOW + 1));
    assert_int_equal(end_of(&table, "192.0.2.7"), NOW + 60);
    assert_true(order(&table, "192.0.2.8", 10 * DAY, NOW));
    assert_int_equal(end_of(&table, "192.0.2.8"), NOW + 10 * DAY);
    assert_true(order(&table, "192.0.2.9", UINT32_MAX, NOW));
    assert_true(is_banned(&table, "192.0.2.9", UINT32_MAX - 1));
    table_end(table);
}

/* ---- full ---- */

static address_t number(uint32_t i)
{
    return address_of_v4(UINT32_C(0x0b000000) + i);
}

static network_t one(uint32_t i)
{
    return (network_t){ number(i), 128 };
}

static void check_flood(void **state)
{
    ban_table_t table = table_make(16);
    uint32_t i, long_ones = 0;
    ban_t found;

    (void)state;
    order(&table, "192.0.2.7", 200, NOW); /* the soonest of all */
    for (i = 0; i < 8; i++) {
        ban(&table, one(i), DAY, NOW);
        long_ones += ban_table_find(&table, number(i), NOW, &found);
    }
    for (; i < 100000; i++) {
        ban(&table, one(i), 600, NOW + i / 1000);
    }
    assert_true(is_banned(&table, "192.0.2.7", NOW + 100));
    for (i = 0; i < 8; i++) {
        long_ones -= ban_table_find(&table, number(i), NOW + 100, &found);
    }
    assert_int_equal(long_ones, 0);
    assert_int_equal(ban_table_count(&table, NOW + 100), 128);
    assert_int_equal(table.head->displaced + table.head->lost,
                     100000 + 1 - 128);
    table_end(table);
}

static void check_short_among_long(void **state)
{
    ban_table_t table = table_make(1);
    uint32_t i;

    (void)state;
    for (i = 0; i < 8; i++) {
        assert_true(ban(&table, one(i), DAY, NOW));
    }
    assert_false(ban(&table, one(8), 60, NOW));
    assert_int_equal(table.head->lost, 1);
    assert_true(order(&table, "192.0.2.7", 60, NOW));
    assert_int_equal(table.head->displaced, 1);
    assert_true(ban(&table, one(9), 60, NOW + DAY)); /* all have ended */
    assert_int_equal(table.head->displaced, 1);
    table_end(table);
}

static void check_tidy(void **state)
{
    ban_table_t table = table_make(8);

    (void)state;
    ban(&table, network("192.0.2.0/24"), 60, NOW);
    ban(&table, network("2001:db8::/48"), 600, NOW);
    ban(&table, network("2001:db8::1"), 60, NOW);
    ban_table_tidy(&table, NOW + 60, 0, ban_table_places(&table));
    assert_int_equal(table.head->v4_used, 0);
    assert_int_equal(table.head->v6_used[0], UINT64_C(1) << 48);
    assert_int_equal(table.head->v6_used[2], 0);
    assert_int_equal(end_of(&table, "192.0.2.0/24"), NOW + 60);
    assert_true(is_banned(&table, "2001:db8::1", NOW + 60));
    ban_table_tidy(&table, NOW + 60 + DAY, 0, ban_table_places(&table));
    assert_int_equal(end_of(&table, "192.0.2.0/24"), 0);
    ban(&table, network("192.0.2.0/24"), 60, NOW + DAY);
    assert_true(is_banned(&table, "192.0.2.1", NOW + DAY));
    table_end(table);
}

/* ---- any lengths ---- */

static uint64_t random_state = 7;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Few different ones, so that networks lie within others. */
static address_t random_address(int is_v4)
{
    uint64_t n = next_random(), spread = UINT64_C(0x0103010301030103);

    return is_v4 ? address_of_v4((uint32_t)(n & spread))
                 : (address_t){ UINT64_C(0x2000000000000000) | (n & spread),
                                n >> 8 & spread };
}

static network_t random_network(void)
{
    int is_v4 = next_random() & 1;
    uint8_t bits =
        (uint8_t)(is_v4 ? 96 + next_random() % 33 : 3 + next_random() % 126);

    return (network_t){ address_masked(random_address(is_v4), bits), bits };
}

static int contains(network_t n, address_t client)
{
    return address_is_v4(client) == (address_is_v4(n.first) && n.bits >= 96)
           && address_equal(address_masked(client, n.bits), n.first);
}

/* By looking at all that is there. @return bits of the longest, or -1 */
static int longest_of(const ban_table_t *table, address_t client, uint32_t now)
{
    int longest = -1;
    uint32_t i;
    ban_t found;

    for (i = 0; i < ban_table_places(table); i++) {
        if (ban_table_read(table, i, &found) && found.until > now
            && contains(found.network, client)
            && found.network.bits > longest) {
            longest = found.network.bits;
        }
    }
    return longest;
}

static void compare(const ban_table_t *table, uint32_t now)
{
    int i;

    for (i = 0; i < 200; i++) {
        address_t client = random_address(i & 1);
        int longest = longest_of(table, client, now);
        ban_t found;

        assert_int_equal(ban_table_find(table, client, now, &found),
                         longest >= 0);
        if (longest >= 0) {
            assert_int_equal(found.network.bits, longest);
        }
    }
}

/* Bans come, end and are lifted, while the table is tidied piece by piece, now
 * and then from the start. */
static void check_any_lengths(void **state)
{
    ban_table_t table = table_make(64);
    uint32_t now = NOW, piece = 0, i;

    (void)state;
    for (i = 0; i < 300; i++, now += 5) {
        network_t n = random_network();

        /* hardly anybody bans a quarter of all addresses */
        if (n.bits >= 104 || (n.bits >= 10 && n.bits < 96)) {
            ban(&table, n, 20 + (uint32_t)(next_random() % 200), now);
        }
        if (i % 7 == 0) {
            ban_table_remove(&table, random_network(), now);
        }
        piece = i % 50 == 49 ? 0 : piece % ban_table_places(&table);
        ban_table_tidy(&table, now, piece, piece + 64);
        piece += 64;
        compare(&table, now);
    }
    table_end(table);
}

static void check_filter_forgets(void **state)
{
    ban_table_t table = table_make(64);
    uint32_t i, turn;

    (void)state;
    for (i = 0; i < 100; i++) {
        ban(&table, random_network(), 60, NOW);
    }
    for (turn = 0; turn < 2; turn++) {
        ban_table_tidy(&table, NOW + 60, 0, ban_table_places(&table));
    }
    for (i = 0; i < table.sets * BAN_FILTER_WORDS; i++) {
        assert_int_equal(table.filter[0][i] | table.filter[1][i], 0);
    }
    table_end(table);
}

static void check_restore(void **state)
{
    ban_table_t table = table_make(8), other = table_make(8);
    ban_t found;

    (void)state;
    ban(&table, network("192.0.2.7"), 60, NOW);
    ban(&table, network("192.0.2.7"), 60, NOW + 60);
    assert_true(ban_table_find(&table, address("192.0.2.7"), NOW + 60, &found));
    assert_true(ban_table_restore(&other, &found, NOW + 60));
    assert_true(ban_table_find(&other, address("192.0.2.7"), NOW + 61, &found));
    assert_int_equal(found.times, 2);
    assert_int_equal(found.until, NOW + 180);
    assert_string_equal(found.why, "six failures");
    table_end(table);
    table_end(other);
}

/* ---- killed writers ---- */

/* Bans others until it is killed; one of them is the same all the time. */
static void write_on(const ban_table_t *table, int ready)
{
    uint32_t i;

    alarm(20); /* where the test has failed nobody else ends it */
    for (i = 0;; i++) {
        ban(table, one(1000 + i % 500), 10 + i % 7, NOW);
        ban(table, one(0), DAY, NOW);
        if (i == 1000 && write(ready, "", 1) != 1) {
            _exit(1);
        }
    }
}

static void check_killed(void **state)
{
    ban_table_t table = table_make(8);
    int round, pipes[2];
    ban_t found;
    char byte;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    ban(&table, one(0), DAY, NOW);
    for (round = 0; round < 20; round++) {
        pid_t pid = fork();
        uint32_t i;

        if (pid == 0) {
            write_on(&table, pipes[1]);
        }
        assert_int_equal(read(pipes[0], &byte, 1), 1);
        for (i = 0; i < 20000; i++) {
            assert_true(ban_table_find(&table, number(0), NOW, &found));
            assert_string_equal(found.why, "six failures");
        }
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        for (i = 0; i < ban_table_places(&table); i++) {
            if (ban_table_read(&table, i, &found)) {
                assert_string_equal(found.rule, "login");
                assert_true(address_is_v4(found.network.first));
            }
        }
    }
    close(pipes[0]);
    close(pipes[1]);
    table_end(table);
}

int main(void)
{
    size_t i;
    char name[128];

    for (i = 0; i < UNIT_COUNT(looks); i++) {
        snprintf(name, sizeof(name), "%s of %s", looks[i].client,
                 looks[i].banned);
        unit_add(strdup(name), check_look, &looks[i]);
    }
    unit_add("the smallest network tells", check_smallest, NULL);
    unit_add("what is told of a ban", check_what_is_told, NULL);
    unit_add("its version", check_version, NULL);
    unit_add("longer each time", check_growth, NULL);
    unit_add("banned again while it is", check_while_banned, NULL);
    unit_add("orders", check_orders, NULL);
    unit_add("a flood frees nobody with a longer ban", check_flood, NULL);
    unit_add("a set of longer bans", check_short_among_long, NULL);
    unit_add("tidying", check_tidy, NULL);
    unit_add("networks of any length", check_any_lengths, NULL);
    unit_add("the filter forgets what has ended", check_filter_forgets, NULL);
    unit_add("restoring", check_restore, NULL);
    unit_add("readers beside writers that are killed", check_killed, NULL);
    return unit_run("ban_table");
}
