/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_news_test.c: what a server has counted, as others read it. */
#include "unit.h"

#include "fleet/fleet_news.c"

typedef struct {
    const char *text;
    const char *read; /* "limit hash ahead;", with "!" where it is wrong */
} news_case_t;

#define A "0000002a.00000000000000ff"

/* clang-format off */
static const news_case_t cases[] = {
    { "", "" },
    { A "=256", "42 255 256;" },
    { A "=0 ffffffff.ffffffffffffffff=999999999999999",
      "42 255 0;4294967295 18446744073709551615 999999999999999;" },
    { A "=1 " A "=2 " A "=3", "42 255 1;42 255 2;42 255 3;" },
    { A "=", "!" },
    { A "=1 ", "!" },
    { A "=1  " A "=2", "42 255 1;!" },
    { A "=1000000000000000", "!" },
    { A "=-1", "!" },
    { A "=1x", "!" },
    { A, "!" },
    { "2a.ff=1", "!" },
    { "0000002A.00000000000000ff=1", "!" },
    { "0000002a000000000000000ff=1", "!" },
    { "0000002a.000000000000000ff=1", "!" },
    { " " A "=1", "!" },
    { "garbage", "!" },
};
/* clang-format on */

/* Each in memory of its own length. */
static void check_read(void **state)
{
    const news_case_t *row = *state;
    size_t len = strlen(row->text);
    char *copy = malloc(len ? len : 1);
    slice_t text = slice_make(copy, len);
    unit_text_t read = { "", 0 };
    fleet_news_t news;
    fleet_news_e found;

    memcpy(copy, row->text, len);
    while ((found = fleet_news_next(&text, &news)) == NEWS_ONE) {
        unit_text_add(&read, "%u %llu %llu;", news.limit,
                      (unsigned long long)news.hash,
                      (unsigned long long)news.ahead);
    }
    unit_text_add(&read, "%s", found == NEWS_WRONG ? "!" : "");
    assert_string_equal(read.text, row->read);
    free(copy);
}

static void check_label(void **state)
{
    char label[NEWS_LABEL_SIZE];

    (void)state;
    fleet_news_label(label, 42, 255);
    assert_string_equal(label, A);
    fleet_news_label(label, UINT32_MAX, UINT64_MAX);
    assert_string_equal(label, "ffffffff.ffffffffffffffff");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text, check_read, &cases[i]);
    }
    unit_add("a label", check_label, NULL);
    return unit_run("fleet news");
}
