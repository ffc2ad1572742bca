/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* geo_items_test.c: countries and autonomous systems as words, and whether a
 * list of them holds a place. */
#include "unit.h"

#include "geo/geo_items.c"

typedef struct {
    const char *word;
    int is_good;
    geo_t in, out;
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "country:DE", 1, { "DE", 0 }, { "DD", 0 } },
    { "country:aa", 1, { "AA", 7 }, { "AB", 7 } },
    { "country:zz", 1, { "ZZ", 0 }, { "", 0 } },
    { "asn:1", 1, { "", 1 }, { "DE", 0 } },
    { "asn:4294967295", 1, { "DE", UINT32_MAX }, { "DE", UINT32_MAX - 1 } },
    { "country:", 0, { "", 0 }, { "", 0 } },
    { "country:D", 0, { "", 0 }, { "", 0 } },
    { "country:DEU", 0, { "", 0 }, { "", 0 } },
    { "country:D1", 0, { "", 0 }, { "", 0 } },
    { "asn:", 0, { "", 0 }, { "", 0 } },
    { "asn:0", 0, { "", 0 }, { "", 0 } },
    { "asn:-1", 0, { "", 0 }, { "", 0 } },
    { "asn:AS1", 0, { "", 0 }, { "", 0 } },
    { "asn:1 ", 0, { "", 0 }, { "", 0 } },
    { "asn:4294967296", 0, { "", 0 }, { "", 0 } },
    { "asn:99999999999999999999999999", 0, { "", 0 }, { "", 0 } },
};
/* clang-format on */

static void check_case(void **state)
{
    const case_t *row = *state;
    geo_items_t items = { .asns = 0 };
    const char *wrong;

    assert_true(geo_items_is_one(row->word));
    wrong = geo_items_add(&items, row->word);
    assert_int_equal(wrong == NULL, row->is_good);
    if (row->is_good) {
        assert_true(geo_items_has(&items, &row->in));
        assert_false(geo_items_has(&items, &row->out));
    }
}

static void check_others(void **state)
{
    (void)state;
    assert_false(geo_items_is_one("192.0.2.1"));
    assert_false(geo_items_is_one("countries"));
    assert_false(geo_items_is_one("file:country:DE"));
}

static void check_room(void **state)
{
    geo_items_t items = { .asns = 0 };
    geo_t last = { "", GEO_SYSTEMS_MAX };
    char word[32];
    int i;

    (void)state;
    for (i = 1; i <= GEO_SYSTEMS_MAX; i++) {
        snprintf(word, sizeof(word), "asn:%d", i);
        assert_null(geo_items_add(&items, word));
    }
    assert_true(geo_items_has(&items, &last));
    assert_non_null(geo_items_add(&items, "asn:7"));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].word, check_case, &cases[i]);
    }
    unit_add("other words", check_others, NULL);
    unit_add("as many as there is room for", check_room, NULL);
    return unit_run("geo_items");
}
