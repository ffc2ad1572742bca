/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forwarded_test.c: values of X-Forwarded-For, Forwarded and Via. */
#include "unit.h"
#include "guard_page.h"

#include "http1/h1_fields.c"
#include "policy/forwarded.c"

typedef struct {
    const char *name;
    const char *client;
    const char *host;
    const char *proto;
    const char *expect;
} element_case_t;

/* clang-format off */
static const element_case_t element_cases[] = {
    { "7239 4: IPv4, host, proto", "192.0.2.1", "example.org", "https",
      "for=192.0.2.1;host=example.org;proto=https" },
    { "7239 6: IPv6 in brackets and quotes", "2001:db8::1", "a", "http",
      "for=\"[2001:db8::1]\";host=a;proto=http" },
    { "7239 6: IPv6 without its zone", "fe80::1%eth0", "", "",
      "for=\"[fe80::1]\"" },
    { "7239 6.2: no address", "unix", "", "http", "for=unknown;proto=http" },
    { "7239 6.2: nothing at all", "", "", "", "for=unknown" },
    { "7239 6.2: only a zone", "%eth0", "", "", "for=unknown" },
    { "7239 6: nothing but hexadecimal gets in", "1.2.3.4\"; for=x", "", "",
      "for=unknown" },
    { "7239 5.3: a port needs quotes", "192.0.2.1", "example.org:8443", "",
      "for=192.0.2.1;host=\"example.org:8443\"" },
    { "7239 5.3: an IPv6 host needs quotes", "192.0.2.1", "[::1]:80", "",
      "for=192.0.2.1;host=\"[::1]:80\"" },
    { "9110 5.6.4: quotes in the host are escaped", "192.0.2.1",
      "a\"\\;for=x", "", "for=192.0.2.1;host=\"a\\\"\\\\;for=x\"" },
    { "7239 5.3: no host", "192.0.2.1", "", "http",
      "for=192.0.2.1;proto=http" },
};
/* clang-format on */

static void check_element(void **state)
{
    const element_case_t *c = *state;
    size_t len = strlen(c->expect);
    guard_page_t g;
    text_t out;

    guard_page_open(&g, 512);
    out = text_make(guard_page_room(&g, len), len);
    forwarded_element(&out, slice_str(c->client), slice_str(c->host),
                      slice_str(c->proto));
    assert_false(out.overflow);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.buf, c->expect, len);
    assert_true(len <= FORWARDED_ELEMENT_MAX(strlen(c->client), strlen(c->host),
                                             strlen(c->proto)));

    out = text_make(guard_page_room(&g, len - 1), len - 1);
    forwarded_element(&out, slice_str(c->client), slice_str(c->host),
                      slice_str(c->proto));
    assert_true(out.overflow);
    guard_page_close(&g);
}

static void check_element_room(void **state)
{
    char host[100], buf[FORWARDED_ELEMENT_MAX(45, 100, 5)];
    text_t out = text_make(buf, sizeof(buf));

    memset(host, '"', sizeof(host));
    forwarded_element(&out,
                      SLICE_LIT(
                          "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"),
                      slice_make(host, sizeof(host)), SLICE_LIT("https"));
    assert_false(out.overflow);
}

static void check_list(void **state)
{
    char buf[64];
    text_t out = text_make(buf, sizeof(buf));

    forwarded_list_begin(&out, SLICE_LIT(""));
    assert_int_equal(out.len, 0);
    forwarded_list_begin(&out, SLICE_LIT("192.0.2.1"));
    text_put(&out, SLICE_LIT("192.0.2.2"));
    assert_int_equal(out.len, 20);
    assert_memory_equal(buf, "192.0.2.1, 192.0.2.2", 20);
}

typedef struct {
    const char *name;
    int major, minor;
    const char *expect;
} via_case_t;

static const via_case_t via_cases[] = {
    { "9110 7.6.3: HTTP/1.1", 1, 1, "1.1 front" },
    { "9110 7.6.3: HTTP/1.0", 1, 0, "1.0 front" },
    { "9110 7.6.3, 2.5: HTTP/2 has no minor version", 2, 0, "2 front" },
};

static void check_via(void **state)
{
    const via_case_t *c = *state;
    char buf[FORWARDED_VIA_MAX + 5];
    text_t out = text_make(buf, sizeof(buf));

    forwarded_via(&out, c->major, c->minor, SLICE_LIT("front"));
    assert_false(out.overflow);
    assert_int_equal(out.len, strlen(c->expect));
    assert_memory_equal(buf, c->expect, out.len);
}

/* A part that does not fit is left out whole, and so is all that follows. */
static void check_text(void **state)
{
    guard_page_t g;
    text_t out;

    guard_page_open(&g, 16);
    out = text_make(guard_page_room(&g, 4), 4);
    text_put(&out, SLICE_LIT("abc"));
    text_put(&out, SLICE_LIT("de"));
    text_put(&out, SLICE_LIT("f"));
    assert_true(out.overflow);
    assert_int_equal(out.len, 3);

    out = text_make(guard_page_room(&g, 4), 4);
    text_put_hex(&out, (const unsigned char *)"\x00\xfe", 2);
    assert_memory_equal(out.buf, "00fe", 4);
    assert_false(out.overflow);
    guard_page_close(&g);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(element_cases); i++) {
        unit_add(element_cases[i].name, check_element, &element_cases[i]);
    }
    unit_add("7239 4: never more than FORWARDED_ELEMENT_MAX",
             check_element_room, NULL);
    unit_add("7239 4: list of hops", check_list, NULL);
    for (i = 0; i < UNIT_COUNT(via_cases); i++) {
        unit_add(via_cases[i].name, check_via, &via_cases[i]);
    }
    unit_add("text that does not fit", check_text, NULL);
    return unit_run("forwarded");
}
