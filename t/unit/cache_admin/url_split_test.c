/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* url_split_test.c: URLs and hosts as administrators write them. */
#include "unit.h"

#include "admin/url_split.c"

typedef struct {
    const char *text;
    const char *result; /* the parts, or "! " and the begin of the fault */
} case_t;

/* clang-format off */
static const case_t urls[] = {
    { "http://a.example/x", "http a.example 0 /x -" },
    { "HTTPS://A.example/X?Y", "HTTPS A.example 0 /X Y" },
    { "http://a.example", "http a.example 0 / -" },
    { "http://a.example?q", "http a.example 0 / q" },
    { "http://a.example/?", "http a.example 0 / " },
    { "http://a.example:8080/x#part", "http a.example 8080 /x -" },
    { "http://a.example#part", "http a.example 0 / -" },
    { "http://a.example./x", "http a.example 0 /x -" },
    { "http://[::1]:81/x", "http ::1 81 /x -" },
    { "http://127.0.0.1/a?b=/c?d", "http 127.0.0.1 0 /a b=/c?d" },
    { "http://a/x@y", "http a 0 /x@y -" },
    { "http://a/%zz%00", "http a 0 /%zz%00 -" },
    { "ftp://a/", "! does not begin with http" },
    { "a.example/x", "! does not begin with http" },
    { "", "! does not begin with http" },
    { "http://", "! has no host" },
    { "http:///x", "! has no host" },
    { "http://./x", "! has no host" },
    { "http://u:p@a/x", "! has a user" },
    { "http://a:/x", "! has a port" },
    { "http://a:0/x", "! has a port" },
    { "http://a:65536/x", "! has a port" },
    { "http://a:99999999999999999999/x", "! has a port" },
    { "http://a:8a/x", "! has a port" },
    { "http://a b/x", "! has a host with characters" },
    { "http://a*/x", "! has a host with characters" },
    { "http://[::1/x", "! has \"[\" without" },
    { "http://[::1]x/", "! has something behind" },
    { "http://[]/", "! has no host" },
    { "http://[g]/", "! has a host with characters" },
    { "http://a/x y", "! has a space" },
    { "http://a/x?y z", "! has a space" },
    { "http://a/x\n", "! has a space" },
    { "http://a/x\x7f", "! has a space" },
};
static const case_t hosts[] = {
    { "a.example", "a.example 0" },
    { "a.example:80", "a.example 80" },
    { "a.example.", "a.example 0" },
    { "[2001:DB8::1]", "2001:DB8::1 0" },
    { "[::1]:443", "::1 443" },
    { "a_b.example", "a_b.example 0" },
    { "", "! has no host" },
    { ":80", "! has no host" },
    { "a/b", "! has a host with characters" },
    { "a@b", "! has a host with characters" },
    { "::1", "! has no host" },
};
static const case_t paths[] = {
    { "/", "good" },
    { "/a?b=c", "good" },
    { "a", "! does not begin" },
    { "", "! does not begin" },
    { "/a#b", "! has a space, \"#\"" },
    { "/a\tb", "! has a space, \"#\"" },
};
/* clang-format on */

static void compare(const char *fault, const char *parts, const char *wanted)
{
    if (wanted[0] == '!') {
        assert_non_null(fault);
        assert_memory_equal(fault, wanted + 2, strlen(wanted + 2));
        return;
    }
    assert_null(fault);
    assert_string_equal(parts, wanted);
}

/* Exactly as long, in memory of its own. */
static slice_t copy_of(const char *text)
{
    size_t len = strlen(text);
    char *copy = malloc(len + !len);

    memcpy(copy, text, len);
    return slice_make(copy, len);
}

static void check_url(void **state)
{
    const case_t *c = *state;
    slice_t text = copy_of(c->text);
    unit_text_t parts = { .len = 0 };
    key_uri_t u = { 0 };
    const char *fault = url_split(text, &u);

    if (!fault) {
        unit_text_add(&parts, "%.*s %.*s %u %.*s ", (int)u.scheme.len,
                      u.scheme.p, (int)u.host.len, u.host.p, u.port,
                      (int)u.path.len, u.path.p);
        unit_text_add(&parts, "%.*s", u.query.p ? (int)u.query.len : 1,
                      u.query.p ? u.query.p : "-");
    }
    compare(fault, parts.text, c->result);
    free((char *)text.p);
}

static void check_host_case(void **state)
{
    const case_t *c = *state;
    slice_t text = copy_of(c->text), host = { NULL, 0 };
    unit_text_t parts = { .len = 0 };
    unsigned port = 7;
    const char *fault = url_split_host(text, &host, &port);

    unit_text_add(&parts, "%.*s %u", (int)host.len, host.len ? host.p : "",
                  port);
    compare(fault, parts.text, c->result);
    free((char *)text.p);
}

static void check_path_case(void **state)
{
    const case_t *c = *state;
    slice_t text = copy_of(c->text);

    compare(url_check_path(text), "good", c->result);
    free((char *)text.p);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(urls); i++) {
        unit_add(urls[i].text, check_url, &urls[i]);
    }
    for (i = 0; i < UNIT_COUNT(hosts); i++) {
        unit_add(hosts[i].text, check_host_case, &hosts[i]);
    }
    for (i = 0; i < UNIT_COUNT(paths); i++) {
        unit_add(paths[i].text, check_path_case, &paths[i]);
    }
    return unit_run("url_split");
}
