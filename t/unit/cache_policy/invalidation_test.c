/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* invalidation_test.c: when an answer makes stored ones invalid, and which. */
#include "unit.h"
#include "guarded.h"

#include "http1/h1_fields.c"
#include "policy/cache_control.c"
#include "policy/cache_directive.c"
#include "policy/cache_key.c"
#include "policy/facts.c"
#include "policy/http_date.c"
#include "policy/invalidation.c"
#include "policy/key_query.c"
#include "policy/structured.c"
#include "policy/targeted.c"
#include "policy/wildcard.c"

/* clang-format off */
static const struct {
    const char *name, *method;
    int status, due;
} answers[] = {
    { "9111 4.4: POST 200", "POST", 200, 1 },
    { "9111 4.4: PUT 204", "PUT", 204, 1 },
    { "9111 4.4: DELETE 303", "DELETE", 303, 1 },
    { "9111 4.4: PATCH 399", "PATCH", 399, 1 },
    { "9111 4.4: unknown method", "M-SEARCH", 200, 1 },
    { "9111 4.4: POST 400", "POST", 400, 0 },
    { "9111 4.4: POST 500", "POST", 500, 0 },
    { "9111 4.4: POST 199", "POST", 199, 0 },
    { "9111 4.4: GET", "GET", 200, 0 },
    { "9111 4.4: HEAD", "HEAD", 200, 0 },
    { "9111 4.4: OPTIONS", "OPTIONS", 200, 0 },
    { "9110 9.1: methods count case", "get", 200, 1 },
};

/* Against http://a/b/c/d;p?q as in RFC 3986 section 5.4. */
static const struct {
    const char *name, *reference, *target; /* path and query; NULL: none */
} references[] = {
    { "3986 5.4.1: g:h", "g:h", NULL },
    { "3986 5.4.1: g", "g", "/b/c/g" },
    { "3986 5.4.1: ./g", "./g", "/b/c/g" },
    { "3986 5.4.1: g/", "g/", "/b/c/g/" },
    { "3986 5.4.1: /g", "/g", "/g" },
    { "3986 5.4.1: //g", "//g", NULL },
    { "3986 5.4.1: ?y", "?y", "/b/c/d;p?y" },
    { "3986 5.4.1: g?y", "g?y", "/b/c/g?y" },
    { "3986 5.4.1: #s", "#s", "/b/c/d;p?q" },
    { "3986 5.4.1: g#s", "g#s", "/b/c/g" },
    { "3986 5.4.1: g?y#s", "g?y#s", "/b/c/g?y" },
    { "3986 5.4.1: ;x", ";x", "/b/c/;x" },
    { "3986 5.4.1: g;x", "g;x", "/b/c/g;x" },
    { "3986 5.4.1: g;x?y#s", "g;x?y#s", "/b/c/g;x?y" },
    { "3986 5.4.1: empty", "", "/b/c/d;p?q" },
    { "3986 5.4.1: .", ".", "/b/c/" },
    { "3986 5.4.1: ./", "./", "/b/c/" },
    { "3986 5.4.1: ..", "..", "/b/" },
    { "3986 5.4.1: ../", "../", "/b/" },
    { "3986 5.4.1: ../g", "../g", "/b/g" },
    { "3986 5.4.1: ../..", "../..", "/" },
    { "3986 5.4.1: ../../", "../../", "/" },
    { "3986 5.4.1: ../../g", "../../g", "/g" },
    { "3986 5.4.2: ../../../g", "../../../g", "/g" },
    { "3986 5.4.2: ../../../../g", "../../../../g", "/g" },
    { "3986 5.4.2: /./g", "/./g", "/g" },
    { "3986 5.4.2: /../g", "/../g", "/g" },
    { "3986 5.4.2: g.", "g.", "/b/c/g." },
    { "3986 5.4.2: .g", ".g", "/b/c/.g" },
    { "3986 5.4.2: g..", "g..", "/b/c/g.." },
    { "3986 5.4.2: ..g", "..g", "/b/c/..g" },
    { "3986 5.4.2: ./../g", "./../g", "/b/g" },
    { "3986 5.4.2: ./g/.", "./g/.", "/b/c/g/" },
    { "3986 5.4.2: g/./h", "g/./h", "/b/c/g/h" },
    { "3986 5.4.2: g/../h", "g/../h", "/b/c/h" },
    { "3986 5.4.2: g;x=1/./y", "g;x=1/./y", "/b/c/g;x=1/y" },
    { "3986 5.4.2: g;x=1/../y", "g;x=1/../y", "/b/c/y" },
    { "3986 5.4.2: g?y/./x", "g?y/./x", "/b/c/g?y/./x" },
    { "3986 5.4.2: g?y/../x", "g?y/../x", "/b/c/g?y/../x" },
    { "3986 5.4.2: g#s/../x", "g#s/../x", "/b/c/g" },
    { "3986 5.4.2: http:g", "http:g", NULL },
    { "empty segments stay", "/x//y///..//z", "/x//y///z" },
    { "escaped dots are none", "/x/%2e%2e/y", "/x/%2e%2e/y" },
    { "an empty query", "g?", "/b/c/g?" },
    { "a colon behind a slash", "./g:h", "/b/c/g:h" },
    { "a colon in a query", "?g:h", "/b/c/d;p?g:h" },
    { "an URL in a query", "/g?u=http://evil/x", "/g?u=http://evil/x" },

    { "9111 4.4: absolute", "http://a/g?y#s", "/g?y" },
    { "9111 4.4: scheme and host without case", "HTTP://A/g", "/g" },
    { "9111 4.4: no path", "http://a", "/" },
    { "9111 4.4: no path, a query", "http://a?y", "/?y" },
    { "9111 4.4: no path, a fragment", "http://a#s", "/" },
    { "9111 4.4: dots", "http://a/x/../y/.", "/y/" },
    { "9111 4.4: default port", "http://a:80/g", "/g" },
    { "9111 4.4: empty port", "http://a:/g", "/g" },
    { "9111 4.4: leading zeros", "http://a:0080/g", "/g" },
    { "9111 4.4: trailing dot", "http://a./g", "/g" },
    { "9111 4.4: network-path reference", "//a/g", "/g" },
    { "9111 4.4: network-path reference, port", "//a:80/g", "/g" },
    { "9111 4.4: network-path reference alone", "//a", "/" },
    { "9111 4.4: another host", "http://b/g", NULL },
    { "9111 4.4: a host below", "http://x.a/g", NULL },
    { "9111 4.4: a longer host", "http://aa/g", NULL },
    { "9111 4.4: another port", "http://a:81/g", NULL },
    { "9111 4.4: another scheme", "https://a/g", NULL },
    { "9111 4.4: another scheme, our port", "https://a:80/g", NULL },
    { "9111 4.4: network-path reference, another host", "//b/g", NULL },
    { "9111 4.4: user information", "http://a@b/g", NULL },
    { "9111 4.4: user information of ours", "http://u@a/g", NULL },
    { "9111 4.4: user and password", "http://a:80@b/g", NULL },
    { "9111 4.4: no host", "http:///g", NULL },
    { "9111 4.4: no host, a port", "http://:80/g", NULL },
    { "9111 4.4: nothing behind the scheme", "http:", NULL },
    { "9111 4.4: slashes alone", "//", NULL },
    { "9111 4.4: one slash behind the scheme", "http:/g", NULL },
    { "9111 4.4: not a port", "http://a:8o/g", NULL },
    { "9111 4.4: a negative port", "http://a:-80/g", NULL },
    { "9111 4.4: a port 2^16 too high", "http://a:65616/g", NULL },
    { "9111 4.4: a port 2^32 too high", "http://a:4294967376/g", NULL },
    { "9111 4.4: a port 2^64 too high", "http://a:18446744073709551696/g",
      NULL },
    { "9111 4.4: brackets around a name", "http://[a]/g", NULL },
    { "9111 4.4: bracket not closed", "http://[a/g", NULL },
    { "9111 4.4: something behind the bracket", "http://[a]b/g", NULL },
    { "9111 4.4: backslash for a slash", "http://a\\@b/g", NULL },
    { "9111 4.4: mailto", "mailto:a@a", NULL },
    { "a blank inside", "/a b", NULL },
    { "a control character inside", "/a\x01", NULL },
    { "blanks around", " /g\t", "/g" },
};
/* clang-format on */

static const key_uri_t base = {
    { "http", 4 }, { "a", 1 }, 80, { "/b/c/d;p", 8 }, { "q", 1 }
};

static void check_answer(void **state)
{
    const size_t i = (size_t)*state;

    assert_int_equal(invalidation_due(guarded(0, answers[i].method),
                                      answers[i].status),
                     answers[i].due);
}

static void write_target(unit_text_t *text, const key_uri_t *target)
{
    unit_text_add(text, "%.*s", (int)target->path.len, target->path.p);
    if (target->query.p) {
        unit_text_add(text, "?%.*s", (int)target->query.len, target->query.p);
    }
}

static void check_reference(void **state)
{
    const size_t i = (size_t)*state;
    slice_t reference = guarded(0, references[i].reference);
    size_t room = base.path.len + reference.len;
    char *buf = guarded_room(1, room);
    unit_text_t got = { 0 };
    key_uri_t target;
    int found = invalidation_target(reference, &base, buf, room, &target);

    assert_int_equal(found, references[i].target != NULL);
    if (found) {
        write_target(&got, &target);
        assert_string_equal(got.text, references[i].target);
        assert_true(slice_eq(target.scheme, base.scheme));
        assert_true(slice_eq(target.host, base.host));
        assert_int_equal(target.port, base.port);
    }
}

static int resolves(const char *reference, const key_uri_t *request,
                    const char *expected)
{
    unit_text_t got = { 0 };
    char buf[64];
    key_uri_t target;

    if (!invalidation_target(guarded(0, reference), request, buf, sizeof(buf),
                             &target)) {
        return expected == NULL;
    }
    write_target(&got, &target);
    return expected && strcmp(got.text, expected) == 0;
}

static void check_bases(void **state)
{
    key_uri_t root = { SLICE_LIT("https"),
                       SLICE_LIT("[2001:db8::1]"),
                       8443,
                       SLICE_LIT("/"),
                       { NULL, 0 } };

    assert_true(resolves("g", &root, "/g"));
    assert_true(resolves("..", &root, "/"));
    assert_true(resolves("", &root, "/"));
    assert_true(resolves("https://[2001:DB8::1]:8443/g", &root, "/g"));
    assert_true(resolves("https://[2001:db8::1]/g", &root, NULL));
    assert_true(resolves("https://[2001:db8::2]:8443/g", &root, NULL));
    root.host = SLICE_LIT("2001:db8::1");
    assert_true(resolves("https://[2001:db8::1]:8443/g", &root, "/g"));
    root.path = SLICE_LIT("");
    root.port = 0;
    assert_true(resolves("g", &root, "/g"));
    assert_true(resolves("https://[2001:db8::1]/g", &root, "/g"));
    assert_true(resolves("https://[2001:db8::1]:443/g", &root, "/g"));
    assert_true(resolves("https://[2001:db8::1]:80/g", &root, NULL));
    root.path = SLICE_LIT("*");
    assert_true(resolves("g", &root, "/g"));
}

static void check_room(void **state)
{
    slice_t reference = SLICE_LIT("../longer/path");
    size_t room, needed = strlen("/b/c/../longer/path");
    key_uri_t target;

    for (room = 0; room <= needed; room++) {
        assert_int_equal(invalidation_target(reference, &base,
                                             guarded_room(1, room), room,
                                             &target),
                         room == needed);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(answers); i++) {
        unit_add(answers[i].name, check_answer, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(references); i++) {
        unit_add(references[i].name, check_reference, (const void *)i);
    }
    unit_add("9111 4.4: other bases", check_bases, NULL);
    unit_add("a path that does not fit is no target", check_room, NULL);
    return unit_run("invalidation");
}
