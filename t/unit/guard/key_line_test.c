/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_line_test.c: lines of files of API keys, good and wrong. */
#include "unit.h"

#include "credentials/key_line.c"
#include "credentials/word_list.h"

#define HASH "0123456789abcdefABCDEF00000000000000000000000000000000000000ffff"

typedef struct {
    const char *name, *line;
    int good;
    const char *label, *scopes;
    uint64_t rate, period_us, burst, quota;
    int64_t expires_s;
} line_case_t;

/* clang-format off */
static const line_case_t lines[] = {
    { "nothing", "", 1 },
    { "blanks", " \t\r", 1 },
    { "a comment", " # alice " HASH, 1 },
    { "a key", "alice " HASH, 1, "alice" },
    { "a line of Windows", "alice " HASH "\r", 1, "alice" },
    { "a comment behind", "alice " HASH " # since May", 1, "alice" },
    { "all", "a.b@c-1_ " HASH " rate=10/min burst=5 quota=1000/day "
      "expires=2027-01-31 scopes=read,write", 1, "a.b@c-1_", "read,write",
      10, 60000000, 5, 1000, 1801353600 },
    { "a leap day", "a " HASH " expires=2028-02-29", 1, "a", NULL,
      0, 0, 0, 0, 1835395200 },
    { "a Unix time", "a " HASH " expires=1801353600", 1, "a", NULL,
      0, 0, 0, 0, 1801353600 },
    { "a rate of a day", "a " HASH " rate=1/day", 1, "a", NULL,
      1, UINT64_C(86400000000) },
    { "no hash", "alice", 0 },
    { "a key itself", "alice secret", 0 },
    { "a short hash", "alice 0123", 0 },
    { "a long hash", "alice " HASH "0", 0 },
    { "a hash of other letters", "alice g" HASH, 0 },
    { "a label with a colon", "a:b " HASH, 0 },
    { "a long label", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " HASH, 0 },
    { "an unknown option", "a " HASH " rates=1/s", 0 },
    { "a rate of nothing", "a " HASH " rate=0/s", 0 },
    { "a rate without a time", "a " HASH " rate=1", 0 },
    { "a rate of a fortnight", "a " HASH " rate=1/fortnight", 0 },
    { "an absurd rate", "a " HASH " rate=99999999999999999999/s", 0 },
    { "a burst alone", "a " HASH " burst=1", 0 },
    { "a quota of an hour", "a " HASH " quota=1/h", 0 },
    { "a quota of nothing", "a " HASH " quota=0/day", 0 },
    { "no such day", "a " HASH " expires=2027-02-29", 0 },
    { "no such month", "a " HASH " expires=2027-13-01", 0 },
    { "half a date", "a " HASH " expires=2027-01", 0 },
    { "the begin of time", "a " HASH " expires=1970-01-01", 0 },
    { "a small number", "a " HASH " expires=0", 0 },
    { "no scopes", "a " HASH " scopes=", 0 },
};
/* clang-format on */

static void check_line(void **state)
{
    const line_case_t *row = *state;
    key_line_t line;
    const char *wrong = key_line_read(&line, slice_str(row->line));

    assert_int_equal(wrong == NULL, row->good);
    if (!row->good) {
        return;
    }
    assert_true(slice_eq(line.label, slice_str(row->label)));
    assert_true(slice_eq(line.scopes, slice_str(row->scopes)));
    assert_int_equal(line.rate.count, row->rate);
    assert_int_equal(line.rate.period_us, row->period_us);
    assert_int_equal(line.rate.burst, row->burst);
    assert_int_equal(line.quota, row->quota);
    assert_int_equal(line.expires_s, row->expires_s);
    if (row->label) {
        assert_int_equal(line.digest[0], 0x01);
        assert_int_equal(line.digest[10], 0xef);
        assert_int_equal(line.digest[31], 0xff);
    }
}

static void check_scopes(void **state)
{
    slice_t scopes = SLICE_LIT("read,write,a");

    (void)state;
    assert_true(word_list_has(scopes, SLICE_LIT("read")));
    assert_true(word_list_has(scopes, SLICE_LIT("a")));
    assert_true(word_list_has(scopes, slice_str(NULL)));
    assert_true(word_list_has(slice_str(NULL), slice_str(NULL)));
    assert_false(word_list_has(scopes, SLICE_LIT("rea")));
    assert_false(word_list_has(scopes, SLICE_LIT("writ")));
    assert_false(word_list_has(slice_str(NULL), SLICE_LIT("read")));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(lines); i++) {
        unit_add(lines[i].name, check_line, &lines[i]);
    }
    unit_add("scopes", check_scopes, NULL);
    return unit_run("key lines");
}
