/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_file_test.c: what is written is read again as the same, later; of what
 * somebody else wrote, or half of a file, nothing is taken. */
#include "unit.h"

#include "address/address.c"
#include "bans/ban_file.c"

#define HEAD "mod_rproxy_guard bans 1 1790000000\n"
#define LINE "192.0.2.7\t5\t60\t600\t2\t9\trule\tlogin\tsix failures\n"

enum {
    NOW = 100000
};

typedef struct {
    const char *text;
    const char *result; /* bans, or "! line: " and the fault */
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { HEAD "end 0\n", "" },
    { HEAD LINE "end 1\n", "192.0.2.7 -5 60 600 x2 9 rule login: six failures; " },
    { HEAD "2001:db8::/64\t0\t1\t2\t1\t0\torder\torder\t\nend 1\n",
      "2001:db8::/64 -0 1 2 x1 0 order order: ; " },
    { HEAD "10.0.0.0/8\t0\t0\t2\t1\t0\trule\ta\tb\nend 1\n",
      "10.0.0.0/8 -0 0 2 x1 0 rule a: b; " },
    { HEAD "10.0.0.0/8\t0\t0\t0\t1\t0\trule\ta\tb\nend 1\n", "" },
    { "", "! 1: it is no list of bans of this version" },
    { "mod_rproxy_guard bans 2 1\nend 0\n", "! 1: it is no list of bans of this version" },
    { "mod_rproxy_guard bans 1 x\nend 0\n", "! 1: it is no list of bans of this version" },
    { HEAD "end 0", "! 1: it is no list of bans of this version" },
    { HEAD, "! 2: no IP address" },
    { HEAD LINE, "! 3: no IP address" },
    { HEAD LINE "end 2\n", "! 3: the number of bans is another" },
    { HEAD "end 0\n" LINE, "! 2: the number of bans is another" },
    { HEAD LINE "192.0.2.8\t5\t60\n", "! 3: a number is wrong" },
    { HEAD "192.0.2.7/24\t5\t60\t600\t2\t9\trule\ta\tb\nend 1\n",
      "! 2: the address has bits set behind those of the network" },
    { HEAD "192.0.2.7\t5\t-1\t600\t2\t9\trule\ta\tb\nend 1\n", "! 2: a number is wrong" },
    { HEAD "192.0.2.7\t5\t4294967296\t600\t2\t9\trule\ta\tb\nend 1\n", "! 2: a number is wrong" },
    { HEAD "192.0.2.7\t5\t60\t600\t1001\t9\trule\ta\tb\nend 1\n", "! 2: a number is wrong" },
    { HEAD "192.0.2.7\t5\t60\t50\t2\t9\trule\ta\tb\nend 1\n", "! 2: forgotten before its end" },
    { HEAD "192.0.2.7\t5\t60\t600\t2\t9\trules\ta\tb\nend 1\n", "! 2: neither rule nor order" },
    { HEAD "192.0.2.7\t5\t60\t600\t2\t9\trule\ta\tb\tc\nend 1\n", "! 2: a text is wrong" },
    { HEAD "192.0.2.7\t5\t60\t600\t2\t9\trule\ta\033\tb\nend 1\n", "! 2: a text is wrong" },
    { HEAD "192.0.2.7\t5\t60\t600\t2\t9\trule\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\tb\nend 1\n",
      "! 2: a text is wrong" },
};
/* clang-format on */

static void describe(unit_text_t *out, const ban_t *ban)
{
    char network[ADDRESS_TEXT_MAX + 4];

    network_format(network, ban->network);
    unit_text_add(out, "%s -%d %d %d x%u %u %s %s: %s; ", network,
                  NOW - (int)ban->since, (int)ban->until - NOW,
                  (int)ban->forget - NOW, ban->times, ban->refused,
                  ban->by_hand ? "order" : "rule", ban->rule, ban->why);
}

static void check_case(void **state)
{
    const case_t *row = *state;
    unit_text_t out = { "", 0 };
    ban_file_t file;
    ban_t ban;

    ban_file_open(&file, slice_str(row->text));
    while (ban_file_next(&file, 0, NOW, &ban)) {
        describe(&out, &ban);
    }
    if (file.fault) {
        out.len = 0;
        unit_text_add(&out, "! %u: %s", file.line, file.fault);
    }
    assert_string_equal(out.text, row->result);
}

static void check_nul(void **state)
{
    static const char text[] = HEAD "\0end 0\n";
    ban_file_t file;

    (void)state;
    assert_non_null(ban_file_open(&file, slice_make(text, sizeof(text) - 1)));
}

static void check_passed(void **state)
{
    ban_file_t file;
    ban_t ban;

    (void)state;
    ban_file_open(&file, slice_str(HEAD LINE "end 1\n"));
    assert_true(ban_file_next(&file, 20, NOW, &ban));
    assert_int_equal(ban.since, NOW - 25);
    assert_int_equal(ban.until, NOW + 40);
    assert_int_equal(ban.forget, NOW + 580);
    ban_file_open(&file, slice_str(HEAD LINE "end 1\n"));
    assert_true(ban_file_next(&file, 599, NOW, &ban));
    assert_int_equal(ban.until, NOW); /* ended, and remembered */
    ban_file_open(&file, slice_str(HEAD LINE "end 1\n"));
    assert_false(ban_file_next(&file, 600, NOW, &ban));
    assert_null(file.fault);
    ban_file_open(&file, slice_str(HEAD LINE "end 1\n"));
    assert_true(ban_file_next(&file, 20, 3, &ban)); /* a young clock */
    assert_int_equal(ban.since, 0);
    assert_int_equal(ban.until, 43);
}

static void check_longest(void **state)
{
    ban_t ban = { .since = 1,
                  .until = UINT32_MAX,
                  .forget = UINT32_MAX,
                  .times = BAN_TIMES_MAX,
                  .refused = UINT32_MAX,
                  .by_hand = 1 };
    char text[3 * BAN_FILE_LINE_MAX];
    ban_file_t file;
    size_t at;
    ban_t again;

    (void)state;
    assert_null(
        network_parse(&ban.network,
                      slice_str(
                          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127")));
    memset(ban.rule, 'r', sizeof(ban.rule) - 1);
    memset(ban.why, 'w', sizeof(ban.why) - 1);
    at = ban_file_first(text, 1790000000);
    at += ban_file_line(text + at, &ban, 1);
    assert_true(at < 2 * BAN_FILE_LINE_MAX);
    at += ban_file_last(text + at, 1);
    ban_file_open(&file, slice_make(text, at));
    assert_true(ban_file_next(&file, 0, 1, &again));
    assert_memory_equal(&again, &ban, sizeof(ban));
    assert_false(ban_file_next(&file, 0, 1, &again));
    assert_null(file.fault);
}

int main(void)
{
    size_t i;
    char name[32];

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        snprintf(name, sizeof(name), "text %d", (int)i + 1);
        unit_add(strdup(name), check_case, &cases[i]);
    }
    unit_add("a NUL", check_nul, NULL);
    unit_add("time has passed", check_passed, NULL);
    unit_add("the longest line", check_longest, NULL);
    return unit_run("ban_file");
}
