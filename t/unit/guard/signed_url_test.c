/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* signed_url_test.c: what of an address is signed, and how it is written. */
#include "unit.h"

#include "credentials/base64url.c"
#include "credentials/query_argument.c"
#include "credentials/signed_url.c"

#define MAC "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

typedef struct {
    const char *name, *query;
    signed_url_e found;
    const char *text; /* that is signed, of path /a and free utm,x */
} url_case_t;

/* clang-format off */
static const url_case_t urls[] = {
    { "nothing", NULL, SIGNED_URL_NONE },
    { "others", "a=1&signedx=1", SIGNED_URL_NONE },
    { "alone", "s=1700000000.k1." MAC, SIGNED_URL_READ, "1700000000\nk1\n/a\n" },
    { "behind others", "b=2&a=1&s=1.k." MAC, SIGNED_URL_READ, "1\nk\n/a\nb=2&a=1" },
    { "before others", "s=1.k." MAC "&b", SIGNED_URL_READ, "1\nk\n/a\nb" },
    { "free ones", "utm=3&b=2&x&s=1.k." MAC "&utm=4", SIGNED_URL_READ,
      "1\nk\n/a\nb=2" },
    { "names of free ones", "utmx=3&s=1.k." MAC, SIGNED_URL_READ,
      "1\nk\n/a\nutmx=3" },
    { "twice", "s=1.k." MAC "&s=1.k." MAC, SIGNED_URL_WRONG },
    { "without a value", "s", SIGNED_URL_WRONG },
    { "an empty one", "s=", SIGNED_URL_WRONG },
    { "no time", "s=.k." MAC, SIGNED_URL_WRONG },
    { "a negative time", "s=-1.k." MAC, SIGNED_URL_WRONG },
    { "a long time", "s=111111111111.k." MAC, SIGNED_URL_WRONG },
    { "no id", "s=1.." MAC, SIGNED_URL_WRONG },
    { "an odd id", "s=1.k/." MAC, SIGNED_URL_WRONG },
    { "a short signature", "s=1.k.AAAA", SIGNED_URL_WRONG },
    { "a long signature", "s=1.k." MAC "A", SIGNED_URL_WRONG },
    { "encoded", "s=1%2Ek." MAC, SIGNED_URL_WRONG },
};
/* clang-format on */

static void check_url(void **state)
{
    static const signed_url_names_t names = { SLICE_LIT("s"),
                                              SLICE_LIT("utm,x") };
    const url_case_t *row = *state;
    slice_t query = slice_str(row->query);
    signed_url_t url;
    char text[256];

    assert_int_equal(signed_url_read(&url, query, names.param), row->found);
    if (row->text) {
        size_t len =
            signed_url_text(text, &url, SLICE_LIT("/a"), query, &names);

        assert_true(slice_eq(slice_make(text, len), slice_str(row->text)));
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(urls); i++) {
        unit_add(urls[i].name, check_url, &urls[i]);
    }
    return unit_run("signed addresses");
}
