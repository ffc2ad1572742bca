/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* location_test.c: references of the origin, as the client must see them. */
#include "map_check.h"

#include "policy/location.c"

/* clang-format off */
static const sides_t plain = {
    "10.0.0.5:3000", "", "", "https://www.example.org", "" };
static const sides_t preserved = {
    "10.0.0.5:3000", "www.example.org", "", "https://www.example.org", "" };
static const sides_t same_scheme = {
    "10.0.0.5:3000", "www.example.org", "", "http://www.example.org", "" };
static const sides_t prefixed = {
    "10.0.0.5:3000", "", "/v2", "https://www.example.org:8443", "/app" };
static const sides_t stripped = {
    "10.0.0.5:3000", "", "", "https://www.example.org", "/app" };
static const sides_t deeper = {
    "10.0.0.5:3000", "", "/app/v2", "https://www.example.org", "/app" };
static const sides_t added = {
    "10.0.0.5:3000", "", "/v2", "https://www.example.org", "" };
static const sides_t port_80 = {
    "backend:80", "", "", "https://www.example.org", "" };
static const sides_t port_none = {
    "backend", "", "", "https://www.example.org", "" };
static const sides_t ipv6 = {
    "[2001:db8::5]", "", "", "https://www.example.org", "" };
static const sides_t ipv6_port = {
    "[2001:db8::5]:3000", "", "", "https://[2001:db8::1]:8443", "" };
static const sides_t unnamed = {
    "", "", "", "https://www.example.org", "" };

static const map_case_t cases[] = {
    /* whose name is it? */
    { "3986 4.3: name of the member", &plain,
      "http://10.0.0.5:3000/a?b#c", "https://www.example.org/a?b#c" },
    { "3986 3.1: scheme in any case", &plain,
      "HTTP://10.0.0.5:3000/a", "https://www.example.org/a" },
    { "3986 3.2.2: host in any case", &port_none,
      "http://BackEnd/a", "https://www.example.org/a" },
    { "3986 4.3: no path", &plain,
      "http://10.0.0.5:3000", "https://www.example.org" },
    { "3986 4.3: query behind the authority", &plain,
      "http://10.0.0.5:3000?q", "https://www.example.org?q" },
    { "3986 4.2: network-path reference", &plain,
      "//10.0.0.5:3000/a", "https://www.example.org/a" },
    { "another port is another server", &plain,
      "http://10.0.0.5:3001/a", NULL },
    { "no port is another server", &plain, "http://10.0.0.5/a", NULL },
    { "a longer name is another server", &plain,
      "http://10.0.0.5:30001/a", NULL },
    { "a name that begins alike is another server", &port_none,
      "http://backend.evil.example/", NULL },
    { "user information is not a name", &plain,
      "http://u@10.0.0.5:3000/a", NULL },
    { "a foreign host", &plain, "https://login.example.com/", NULL },
    { "a foreign scheme", &plain, "ftp://10.0.0.5:3000/a", NULL },
    { "mailto", &plain, "mailto:a@10.0.0.5", NULL },
    { "opaque http", &plain, "http:10.0.0.5:3000/a", NULL },
    { "a member without a name", &unnamed, "http:///a", NULL },
    { "the browser's reading of a backslash", &plain,
      "http:\\\\10.0.0.5:3000\\a", "https://www.example.org\\a" },

    /* ports and address forms */
    { "3986 6.2.3: default port left out", &port_80,
      "http://backend/a", "https://www.example.org/a" },
    { "3986 6.2.3: default port given", &port_none,
      "http://backend:80/a", "https://www.example.org/a" },
    { "3986 6.2.3: empty port", &port_none,
      "http://backend:/a", "https://www.example.org/a" },
    { "443 is not the default port of http", &port_none,
      "http://backend:443/a", NULL },
    { "3986 3.2.2: IPv6", &ipv6,
      "http://[2001:DB8::5]:80/a", "https://www.example.org/a" },
    { "3986 3.2.2: IPv6 with port, public too", &ipv6_port,
      "http://[2001:db8::5]:3000/a", "https://[2001:db8::1]:8443/a" },

    /* the Host that was sent */
    { "Host kept, TLS ends here", &preserved,
      "http://www.example.org/a", "https://www.example.org/a" },
    { "Host kept, the origin knows its public name", &preserved,
      "https://www.example.org/a", "https://www.example.org/a" },
    { "a redirect to https is meant", &same_scheme,
      "https://www.example.org/a", NULL },
    { "https of the member is not what we speak", &plain,
      "https://10.0.0.5:3000/a", NULL },

    /* prefixes */
    { "path-absolute, no prefix", &plain, "/a", NULL },
    { "path-absolute, prefix exchanged", &prefixed, "/v2/a?b", "/app/a?b" },
    { "path-absolute, the prefix itself", &prefixed, "/v2", "/app" },
    { "path-absolute, prefix and query", &prefixed, "/v2?x", "/app?x" },
    { "path-absolute, prefix and fragment", &prefixed, "/v2#x", "/app#x" },
    { "path-absolute, not below the prefix", &prefixed, "/v22/a", NULL },
    { "path-absolute, another path", &prefixed, "/login", NULL },
    { "absolute, prefix exchanged", &prefixed,
      "http://10.0.0.5:3000/v2/a", "https://www.example.org:8443/app/a" },
    { "absolute, not below the prefix: the name goes all the same", &prefixed,
      "http://10.0.0.5:3000/login", "https://www.example.org:8443/login" },
    { "prefix was stripped", &stripped, "/a", "/app/a" },
    { "prefix was stripped, root", &stripped, "/", "/app/" },
    { "prefix was stripped, absolute without path", &stripped,
      "http://10.0.0.5:3000", "https://www.example.org/app" },
    { "prefix was stripped, query only", &stripped,
      "http://10.0.0.5:3000?q", "https://www.example.org/app?q" },
    { "an origin that knows the public prefix", &stripped, "/app/a", NULL },
    { "an origin that knows the public prefix, absolute", &stripped,
      "http://10.0.0.5:3000/app/a", "https://www.example.org/app/a" },
    { "not the public prefix", &stripped, "/apple", "/app/apple" },
    { "the longer prefix wins", &deeper, "/app/v2/a", "/app/a" },
    { "the public prefix is left", &deeper, "/app/a", NULL },
    { "prefix was added", &added, "/v2/a", "/a" },
    { "prefix was added, the prefix itself", &added, "/v2", "/" },
    { "prefix was added, with query", &added, "/v2?q", "/?q" },
    { "no network-path reference comes out", &added,
      "/v2//evil.example/a", "https://www.example.org//evil.example/a" },
    { "nor one with a backslash", &added,
      "/v2/\\evil.example/a", "https://www.example.org/\\evil.example/a" },

    /* everything else */
    { "3986 4.2: relative path", &prefixed, "a/b", NULL },
    { "3986 4.2: dots", &prefixed, "../v2/a", NULL },
    { "3986 4.4: query only", &prefixed, "?v2", NULL },
    { "3986 4.4: fragment only", &prefixed, "#/v2/", NULL },
    { "3986 4.2: empty", &prefixed, "", NULL },
    { "a colon in a relative path", &prefixed, "v2/a:b", NULL },
    { "one slash", &added, "/", NULL },
    { "two slashes", &added, "//", NULL },
};
/* clang-format on */

static void check_case(void **state)
{
    check_map(*state, location_map);
}

static void check_hosts(void **state)
{
    static const char *const pairs[][2] = {
        { "a.example", "a.example" },
        { "a.example:80", "a.example" },
        { "a.example:", "a.example" },
        { "[::1]", "[::1]" },
        { "[::1]:80", "[::1]" },
        { "127.0.0.1", "127.0.0.1" },
        { "", "" },
        { ":80", "" },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(pairs); i++) {
        slice_t host = location_host(slice_str(pairs[i][0]));

        assert_int_equal(host.len, strlen(pairs[i][1]));
        assert_memory_equal(host.p, pairs[i][1], host.len);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("3986 3.2: host of an authority", check_hosts, NULL);
    return unit_run("location");
}
