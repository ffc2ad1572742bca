/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_claim_test.c: who the client is when 10.0.0.0/8 and fd00::/8 are
 * trusted proxies; what is no address. */
#include "unit.h"

#include "address/address.c"
#include "address/client_claim.c"

typedef struct {
    const char *text, *client; /* "none", "broken" */
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "192.0.2.1", "192.0.2.1" },
    { " 192.0.2.1\t", "192.0.2.1" },
    { "2001:db8::1", "2001:db8::1" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "192.0.2.1:8080", "192.0.2.1" },
    { "[2001:db8::1]", "2001:db8::1" },
    { "[2001:db8::1]:443", "2001:db8::1" },
    { "192.0.2.1, 192.0.2.2", "192.0.2.2" },
    { "192.0.2.1,10.0.0.1", "192.0.2.1" },
    { "192.0.2.9, 192.0.2.1, 10.0.0.1 ,fd00::1", "192.0.2.1" },
    { "nonsense, 192.0.2.1, 10.0.0.1", "192.0.2.1" },
    { "10.0.0.2, 10.0.0.1", "10.0.0.2" },
    { "10.0.0.1", "10.0.0.1" },
    { "", "none" },
    { "  ", "none" },
    { "nonsense", "broken" },
    { "192.0.2.1, nonsense", "broken" },
    { "nonsense, 10.0.0.1", "broken" },
    { ",10.0.0.1", "broken" },
    { "192.0.2.1,", "broken" },
    { ",", "broken" },
    { "192.0.2.1:", "broken" },
    { "192.0.2.1:x", "broken" },
    { "192.0.2.1:123456", "broken" },
    { "192.0.2.1 10.0.0.1", "broken" },
    { "[2001:db8::1", "broken" },
    { "[2001:db8::1]x", "broken" },
    { "[192.0.2.1]:80", "broken" },
    { "[]", "broken" },
    { "fe80::1%eth0", "broken" },
    { "\"192.0.2.1\"", "broken" },
    { "192.0.2.01", "broken" },
    { "unknown", "broken" },
};
/* clang-format on */

static int is_trusted(void *ctx, address_t a)
{
    (void)ctx;
    return address_is_v4(a) ? (a.low >> 24 & 255) == 10 : a.high >> 56 == 0xfd;
}

static void check_case(void **state)
{
    const case_t *row = *state;
    char *copy = malloc(strlen(row->text) + 1), text[ADDRESS_TEXT_MAX];
    size_t len = strlen(row->text);
    address_t client;
    client_claim_e found;

    memcpy(copy, row->text, len);
    found = client_claim_find(slice_make(copy, len), is_trusted, NULL, &client);
    free(copy);
    if (found == CLIENT_CLAIM_FOUND) {
        address_format(text, client);
    }
    assert_string_equal(found == CLIENT_CLAIM_NONE     ? "none"
                        : found == CLIENT_CLAIM_BROKEN ? "broken"
                                                       : text,
                        row->client);
}

static void check_hops(void **state)
{
    unit_text_t text = { "192.0.2.1", 9 };
    address_t client;
    int i;

    (void)state;
    for (i = 1; i < CLIENT_CLAIM_HOPS_MAX; i++) {
        unit_text_add(&text, ",10.0.0.%d", i);
    }
    assert_int_equal(client_claim_find(slice_str(text.text), is_trusted, NULL,
                                       &client),
                     CLIENT_CLAIM_FOUND);
    unit_text_add(&text, ",10.0.0.99");
    assert_int_equal(client_claim_find(slice_str(text.text), is_trusted, NULL,
                                       &client),
                     CLIENT_CLAIM_BROKEN);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text, check_case, &cases[i]);
    }
    unit_add("too many hops", check_hops, NULL);
    return unit_run("client_claim");
}
