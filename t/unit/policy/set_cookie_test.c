/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* set_cookie_test.c: Domain and Path of the origin's cookies. */
#include "map_check.h"

#include "policy/location.c"
#include "policy/set_cookie.c"

/* clang-format off */
static const sides_t plain = {
    "app.internal.example:3000", "", "", "https://www.example.org", "" };
static const sides_t preserved = {
    "app.internal.example", "www.example.org:8443", "",
    "https://www.example.org:8443", "" };
static const sides_t override = {
    "10.0.0.5:3000", "shop.internal.example", "",
    "https://www.example.org", "" };
static const sides_t prefixed = {
    "10.0.0.5:3000", "", "/v2", "https://www.example.org", "/app" };
static const sides_t stripped = {
    "10.0.0.5:3000", "", "", "https://www.example.org", "/app" };
static const sides_t added = {
    "10.0.0.5:3000", "", "/v2", "https://www.example.org", "" };

static const sides_t semicolon = {
    "10.0.0.5:3000", "", "/v2", "https://www.example.org", "/app;a" };

static const map_case_t cases[] = {
    { "6265 4.1: nothing to map", &plain,
      "a=b; Path=/; HttpOnly; Secure; SameSite=Lax", NULL },
    { "6265 4.1: no attributes", &plain, "a=b", NULL },
    { "6265 4.1: empty", &plain, "", NULL },

    { "6265 5.2.3: domain of the member", &plain,
      "a=b; Domain=app.internal.example; Secure", "a=b; Secure" },
    { "6265 5.2.3: leading dot", &plain,
      "a=b; Domain=.app.internal.example", "a=b" },
    { "6265 5.2.3: any case", &plain,
      "a=b; DOMAIN=App.Internal.Example; HttpOnly", "a=b; HttpOnly" },
    { "6265 5.1.3: domain above the member", &plain,
      "a=b; Domain=internal.example", "a=b" },
    { "6265 5.1.3: not a label boundary", &plain,
      "a=b; Domain=ternal.example", NULL },
    { "6265 5.1.3: domain below the member is not ours", &plain,
      "a=b; Domain=x.app.internal.example", NULL },
    { "a foreign domain", &plain, "a=b; Domain=other.example", NULL },
    { "the public domain", &plain, "a=b; Domain=example.org", NULL },
    { "Host kept: the public host", &preserved,
      "a=b; Domain=www.example.org", NULL },
    { "the Host that was sent", &override,
      "a=b; Domain=shop.internal.example; Path=/", "a=b; Path=/" },
    { "the address of the member", &override,
      "a=b; Domain=10.0.0.5", "a=b" },
    { "an empty domain", &plain, "a=b; Domain=; Secure", NULL },
    { "a lone dot", &plain, "a=b; Domain=.", NULL },
    { "domain in the value of the cookie", &plain,
      "domain=app.internal.example", NULL },
    { "white space and empty attributes", &plain,
      " a=b ;;  Domain = app.internal.example ; ; Secure ",
      "a=b; Secure" },

    { "6265 5.2.4: path below the prefix", &prefixed,
      "a=b; Path=/v2/x; Secure", "a=b; Path=/app/x; Secure" },
    { "6265 5.2.4: the prefix itself", &prefixed,
      "a=b; path=/v2", "a=b; Path=/app" },
    { "6265 5.1.4: the prefix with a slash matches without one", &prefixed,
      "a=b; Path=/v2/", "a=b; Path=/app" },
    { "path beside the prefix", &prefixed, "a=b; Path=/v22", NULL },
    { "path above the prefix", &prefixed, "a=b; Path=/", NULL },
    { "prefix was stripped", &stripped, "a=b; Path=/", "a=b; Path=/app" },
    { "prefix was stripped, deeper", &stripped,
      "a=b; Path=/x/", "a=b; Path=/app/x/" },
    { "the public path already", &stripped, "a=b; Path=/app", NULL },
    { "prefix was added", &added, "a=b; Path=/v2", "a=b; Path=/" },
    { "prefix was added, with a slash", &added,
      "a=b; Path=/v2/", "a=b; Path=/" },
    { "no path", &stripped, "a=b; Path=", NULL },
    { "no path but a word", &stripped, "a=b; Path=v2", NULL },
    { "the value looks like a path", &stripped, "path=/x", NULL },
    { "two paths", &stripped,
      "a=b; Path=/x; Path=/y", "a=b; Path=/app/x; Path=/app/y" },
    { "domain and path", &override,
      "a=b; Path=/x; Domain=10.0.0.5; Max-Age=5", "a=b; Path=/x; Max-Age=5" },
    { "6265bis 4.1.3: __Host- keeps its path", &stripped,
      "__Host-a=b; Path=/; Secure", NULL },
    { "6265 4.1.1: a prefix that no attribute can hold", &semicolon,
      "a=b; Path=/v2/x", NULL },
    { "6265 5.2: quotes do not hide a semicolon", &prefixed,
      "a=\"b; Path=/v2/x\"", "a=\"b; Path=/app/x\"" },
};
/* clang-format on */

static void check_case(void **state)
{
    check_map(*state, set_cookie_map);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    return unit_run("set_cookie");
}
