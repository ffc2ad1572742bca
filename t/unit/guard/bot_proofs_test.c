/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bot_proofs_test.c: what is known for a time, and when a set is full; names in
 * domains; networks that have no public names. */
#include "unit.h"

#include "address/address.c"
#include "bots/bot_proofs.c"

#define NOW 1800000000

static bot_proofs_t proofs;

static uint64_t hash_in_set(uint64_t set, uint64_t number)
{
    return set + number * (UINT64_C(1) << TAG_SHIFT);
}

static int find(uint64_t hash, int64_t now_s)
{
    bot_proof_e proof;

    return bot_proofs_find(&proofs, hash, now_s, &proof) ? (int)proof : -1;
}

static void check_time(void **state)
{
    uint64_t hash = hash_in_set(5, 77);

    (void)state;
    memset(&proofs, 0, sizeof(proofs));
    assert_int_equal(find(hash, NOW), -1);
    bot_proofs_put(&proofs, hash, NOW, BOT_REAL, 3600);
    assert_int_equal(find(hash, NOW), BOT_REAL);
    assert_int_equal(find(hash, NOW + 3500), BOT_REAL);
    assert_int_equal(find(hash, NOW + 3600), -1);
    assert_int_equal(find(hash_in_set(5, 78), NOW), -1);
    assert_int_equal(find(hash_in_set(6, 77), NOW), -1);
    bot_proofs_put(&proofs, hash, NOW, BOT_UNREAL, 3600);
    assert_int_equal(find(hash, NOW), BOT_UNREAL);
    assert_int_equal(find(hash, NOW - 30 * 86400), -1); /* the clock was set */
    assert_int_equal(find(hash, -5), -1);
}

static void check_full(void **state)
{
    int i;

    (void)state;
    memset(&proofs, 0, sizeof(proofs));
    for (i = 1; i <= BOT_PROOFS_SET; i++) {
        bot_proofs_put(&proofs, hash_in_set(9, (uint64_t)i), NOW, BOT_REAL,
                       1000 * i);
    }
    bot_proofs_put(&proofs, hash_in_set(9, 50), NOW, BOT_UNREAL, 500);
    assert_int_equal(find(hash_in_set(9, 50), NOW), BOT_UNREAL);
    assert_int_equal(find(hash_in_set(9, 1), NOW), -1);
    for (i = 2; i <= BOT_PROOFS_SET; i++) {
        assert_int_equal(find(hash_in_set(9, (uint64_t)i), NOW), BOT_REAL);
    }
}

/* ---- names ---- */

typedef struct {
    const char *name, *domains, *host;
    int is_of;
} name_case_t;

/* clang-format off */
static const name_case_t names[] = {
    { "below", "a.example", "crawl-1.a.example", 1 },
    { "itself", "a.example", "a.example", 1 },
    { "in another case, with a dot", "A.example", "x.a.Example.", 1 },
    { "a dot in front", ".a.example", "x.a.example", 1 },
    { "the second", "a.example,b.example", "x.b.example", 1 },
    { "an end without a dot", "a.example", "xa.example", 0 },
    { "above", "a.b.example", "b.example", 0 },
    { "the other way round", "a.example", "a.example.evil", 0 },
    { "no host", "a.example", "", 0 },
    { "no domains", "", "a.example", 0 },
    { "empty domains", ",.,", "a.example", 0 },
};
/* clang-format on */

static void check_name(void **state)
{
    const name_case_t *row = *state;

    assert_int_equal(bot_proofs_is_of(slice_str(row->domains),
                                      slice_str(row->host)),
                     row->is_of);
}

/* ---- addresses ---- */

static void check_private(void **state)
{
    static const struct {
        const char *text;
        int is_private;
    } rows[] = {
        { "10.1.2.3", 1 },   { "11.0.0.0", 0 },    { "172.16.0.1", 1 },
        { "172.32.0.1", 0 }, { "192.168.9.9", 1 }, { "192.169.0.0", 0 },
        { "100.64.0.1", 1 }, { "100.128.0.0", 0 }, { "169.254.1.1", 1 },
        { "127.0.0.1", 1 },  { "0.0.0.0", 1 },     { "203.0.113.1", 0 },
        { "::1", 1 },        { "::2", 0 },         { "fd00::1", 1 },
        { "fc00::", 1 },     { "fe00::1", 0 },     { "fe80::1", 1 },
        { "febf::1", 1 },    { "fec0::1", 0 },     { "2001:db8::1", 0 },
    };
    size_t i;
    address_t a;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        assert_true(address_parse(&a, slice_str(rows[i].text)));
        if (bot_proofs_is_private(a) != rows[i].is_private) {
            fail_msg("%s", rows[i].text);
        }
    }
}

int main(void)
{
    size_t i;

    unit_add("for a time", check_time, NULL);
    unit_add("a full set", check_full, NULL);
    for (i = 0; i < UNIT_COUNT(names); i++) {
        unit_add(names[i].name, check_name, &names[i]);
    }
    unit_add("private networks", check_private, NULL);
    return unit_run("bot proofs");
}
