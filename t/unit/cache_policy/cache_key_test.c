/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_key_test.c: what a key looks like, and what has none. */
#include "unit.h"
#include "guarded.h"

#include "http1/h1_fields.c"
#include "policy/cache_key.c"
#include "policy/key_query.c"
#include "policy/wildcard.c"

static const char *const tracking[] = { "utm_*", "fbclid", NULL };
static const char *const any[] = { "*", NULL };
static const char *const ends_in_x[] = { "*_x", NULL };
static const char *const page_only[] = { "page", "pa_ge", NULL };
static const char *const none[] = { NULL };

static const key_rules_t as_is = { QUERY_AS_IS, 1, 1, NULL, NULL };
static const key_rules_t sorted = { QUERY_SORTED, 1, 1, NULL, NULL };
static const key_rules_t no_query = { QUERY_IGNORED, 1, 1, NULL, NULL };
static const key_rules_t no_scheme = { QUERY_AS_IS, 0, 1, NULL, NULL };
static const key_rules_t no_host = { QUERY_AS_IS, 1, 0, NULL, NULL };
static const key_rules_t path_only = { QUERY_AS_IS, 0, 0, NULL, NULL };
static const key_rules_t cleaned = { QUERY_AS_IS, 1, 1, tracking, NULL };
static const key_rules_t sorted_cleaned = { QUERY_SORTED, 1, 1, tracking,
                                            NULL };
static const key_rules_t all_dropped = { QUERY_AS_IS, 1, 1, any, NULL };
static const key_rules_t ends_dropped = { QUERY_AS_IS, 1, 1, ends_in_x, NULL };
static const key_rules_t pages = { QUERY_AS_IS, 1, 1, NULL, page_only };
static const key_rules_t sorted_pages = { QUERY_SORTED, 1, 1, NULL, page_only };
static const key_rules_t keeps_none = { QUERY_AS_IS, 1, 1, NULL, none };
static const key_rules_t both_lists = { QUERY_AS_IS, 1, 1, page_only,
                                        page_only };

/* clang-format off */
static const struct {
    const char *name;
    const key_rules_t *rules;
    const char *scheme, *host;
    unsigned port;
    const char *path, *query;
    const char *key; /* NULL: none */
} keys[] = {
    { "9111 2: an URL", &as_is, "https", "www.example.org", 443, "/a", "b=c",
      "https://www.example.org:443/a?b=c" },
    { "9110 4.2.3: scheme and host without case", &as_is, "HTTPS",
      "WWW.Example.ORG", 443, "/A", "B", "https://www.example.org:443/A?B" },
    { "9110 4.2.1: default port of http", &as_is, "http", "a", 0, "/", NULL,
      "http://a:80/" },
    { "9110 4.2.2: default port of https", &as_is, "https", "a", 0, "/", NULL,
      "https://a:443/" },
    { "9110 4.3: another port", &as_is, "http", "a", 65535, "/", NULL,
      "http://a:65535/" },
    { "no such port", &as_is, "http", "a", 65536, "/", NULL, NULL },
    { "a huge port", &as_is, "http", "a", UINT_MAX, "/", NULL, NULL },
    { "9110 4.2.3: empty path", &as_is, "http", "a", 80, "", NULL,
      "http://a:80/" },
    { "3986 3.4: an empty query is one", &as_is, "http", "a", 80, "/p", "",
      "http://a:80/p?" },
    { "3986 3.4: question marks in a query", &as_is, "http", "a", 80, "/p",
      "?a?b", "http://a:80/p??a?b" },
    { "3986 3.2.2: trailing dot", &as_is, "http", "a.example.", 80, "/", NULL,
      "http://a.example:80/" },
    { "3986 3.2.2: IPv6", &as_is, "http", "[2001:DB8::1]", 80, "/", NULL,
      "http://[2001:db8::1]:80/" },
    { "3986 3.2.2: IPv6 without brackets", &as_is, "http", "2001:db8::1", 80,
      "/", NULL, "http://[2001:db8::1]:80/" },
    { "3986 3.2.2: IPv4 in IPv6", &as_is, "http", "[::ffff:127.0.0.1]", 80,
      "/", NULL, "http://[::ffff:127.0.0.1]:80/" },
    { "bytes above ASCII in a host", &as_is, "http", "m\xc3\xbcller.example",
      80, "/", NULL, "http://m\xc3\xbcller.example:80/" },

    { "9111 2: dot segments are left", &as_is, "http", "a", 80, "/b/../c/./d",
      NULL, "http://a:80/b/../c/./d" },
    { "9111 2: escapes are left", &as_is, "http", "a", 80, "/%7Eb%2fc%2F",
      "%41", "http://a:80/%7Eb%2fc%2F?%41" },
    { "9111 2: slashes are left", &as_is, "http", "a", 80, "//b///c", NULL,
      "http://a:80//b///c" },
    { "9111 2: path parameters are left", &as_is, "http", "a", 80,
      "/account;x.css", NULL, "http://a:80/account;x.css" },
    { "a path like an URL", &as_is, "http", "a", 80, "/http://b/c", NULL,
      "http://a:80/http://b/c" },

    { "no key: question mark in the path", &as_is, "http", "a", 80, "/b?c",
      NULL, NULL },
    { "no key: fragment in the path", &as_is, "http", "a", 80, "/b#c", NULL,
      NULL },
    { "no key: fragment in the query", &as_is, "http", "a", 80, "/b", "c#d",
      NULL },
    { "no key: line end in the path", &as_is, "http", "a", 80, "/b\nx=1", NULL,
      NULL },
    { "no key: line end in the query", &as_is, "http", "a", 80, "/b", "c\nx=1",
      NULL },
    { "no key: HTAB in the path", &as_is, "http", "a", 80, "/b\t", NULL,
      NULL },
    { "no key: CR", &as_is, "http", "a", 80, "/b\r", NULL, NULL },
    { "no key: DEL", &as_is, "http", "a", 80, "/b", "\x7f", NULL },
    { "no key: path without a slash", &as_is, "http", "a", 80, "*", NULL,
      NULL },
    { "no key: authority as path", &as_is, "http", "a", 80, "b:443", NULL,
      NULL },
    { "no key: no host", &as_is, "http", "", 80, "/", NULL, NULL },
    { "no key: dots for a host", &as_is, "http", ".", 80, "/", NULL, NULL },
    { "no key: two trailing dots", &as_is, "http", "a..", 80, "/", NULL,
      NULL },
    { "no key: user information", &as_is, "http", "u@a", 80, "/", NULL, NULL },
    { "no key: user and password", &as_is, "http", "u:p@a", 80, "/", NULL,
      NULL },
    { "no key: port in the host", &as_is, "http", "a:81", 80, "/", NULL,
      NULL },
    { "no key: port behind brackets", &as_is, "http", "[::1]:81", 80, "/",
      NULL, NULL },
    { "no key: path in the host", &as_is, "http", "a/b", 80, "/", NULL, NULL },
    { "no key: backslash in the host", &as_is, "http", "a\\b", 80, "/", NULL,
      NULL },
    { "no key: query in the host", &as_is, "http", "a?b", 80, "/", NULL,
      NULL },
    { "no key: blank in the host", &as_is, "http", "a b", 80, "/", NULL,
      NULL },
    { "no key: line end in the host", &as_is, "http", "a\nb", 80, "/", NULL,
      NULL },
    { "no key: bracket not closed", &as_is, "http", "[::1", 80, "/", NULL,
      NULL },
    { "no key: bracket not opened", &as_is, "http", "::1]", 80, "/", NULL,
      NULL },
    { "no key: no address in brackets", &as_is, "http", "[a]", 80, "/", NULL,
      NULL },
    { "no key: brackets in brackets", &as_is, "http", "[[::1]]", 80, "/", NULL,
      NULL },
    { "no key: zone of an address", &as_is, "http", "[fe80::1%25eth0]", 80,
      "/", NULL, NULL },
    { "no key: no scheme", &as_is, "", "a", 80, "/", NULL, NULL },
    { "no key: no such scheme", &as_is, "ht/tp", "a", 80, "/", NULL, NULL },
    { "no key: scheme with a digit first", &as_is, "1http", "a", 80, "/", NULL,
      NULL },

    { "without scheme", &no_scheme, "https", "a", 443, "/b", "c",
      "//a:443/b?c" },
    { "without host", &no_host, "https", "a", 443, "/b", "c", "https:///b?c" },
    { "without host, path like one", &no_host, "https", "a", 443, "//b:443/c",
      NULL, "https:////b:443/c" },
    { "without both", &path_only, "https", "a", 443, "/b", "c", "///b?c" },
    { "without query", &no_query, "http", "a", 80, "/b", "c=1",
      "http://a:80/b" },
    { "without an empty query", &no_query, "http", "a", 80, "/b", "",
      "http://a:80/b" },
    { "without a query with a fragment", &no_query, "http", "a", 80, "/b",
      "c#d", "http://a:80/b" },

    { "sorted", &sorted, "http", "a", 80, "/", "c=3&a=1&b=2",
      "http://a:80/?a=1&b=2&c=3" },
    { "sorted: no query", &sorted, "http", "a", 80, "/", NULL,
      "http://a:80/" },
    { "sorted: empty query", &sorted, "http", "a", 80, "/", "",
      "http://a:80/?" },
    { "sorted: equal names keep their order", &sorted, "http", "a", 80, "/",
      "b=2&a=2&b=1&a=1", "http://a:80/?a=2&a=1&b=2&b=1" },
    { "sorted: values do not count", &sorted, "http", "a", 80, "/",
      "a=z&a=&a&a=b", "http://a:80/?a=z&a=&a&a=b" },
    { "sorted: without a value", &sorted, "http", "a", 80, "/", "b&a",
      "http://a:80/?a&b" },
    { "sorted: a name that begins another", &sorted, "http", "a", 80, "/",
      "ab=1&a=2&abc", "http://a:80/?a=2&ab=1&abc" },
    { "sorted: empty arguments stay", &sorted, "http", "a", 80, "/", "b&&a&",
      "http://a:80/?&&a&b" },
    { "sorted: an escaped name keeps its place", &sorted, "http", "a", 80,
      "/", "a=1&%61=2&a=3", "http://a:80/?a=1&%61=2&a=3" },
    { "sorted: so does one in the other case", &sorted, "http", "a", 80, "/",
      "a=1&A=2&a=3", "http://a:80/?a=1&A=2&a=3" },
    { "sorted: so do elements of an array", &sorted, "http", "a", 80, "/",
      "b[1]=x&a=1&b[0]=y&b%5b=z&b=w",
      "http://a:80/?a=1&b[1]=x&b[0]=y&b%5b=z&b=w" },
    { "sorted: so do PHP's underscores", &sorted, "http", "a", 80, "/",
      "b_c=1&a&b.c=2&b+c=3&b%20c=4&b%2ec=5&+b_c=6",
      "http://a:80/?a&b_c=1&b.c=2&b+c=3&b%20c=4&b%2ec=5&+b_c=6" },
    { "sorted: what follows a NUL does not count", &sorted, "http", "a", 80,
      "/", "b%00z=1&a&b=2", "http://a:80/?a&b%00z=1&b=2" },
    { "sorted: no order where \";\" may separate", &sorted, "http", "a", 80,
      "/", "c=1;b=2&a=3", "http://a:80/?c=1;b=2&a=3" },
    { "sorted: half an escape", &sorted, "http", "a", 80, "/", "b%6&b%&a",
      "http://a:80/?a&b%&b%6" },

    { "ignored: some", &cleaned, "http", "a", 80, "/", "a=1&utm_source=x&b=2",
      "http://a:80/?a=1&b=2" },
    { "ignored: all", &cleaned, "http", "a", 80, "/",
      "utm_source=x&fbclid=1&utm_", "http://a:80/" },
    { "ignored: none, order kept", &cleaned, "http", "a", 80, "/", "b=2&a=1",
      "http://a:80/?b=2&a=1" },
    { "ignored: not in a value", &cleaned, "http", "a", 80, "/",
      "a=utm_source&b=fbclid=1", "http://a:80/?a=utm_source&b=fbclid=1" },
    { "ignored: without a value", &cleaned, "http", "a", 80, "/", "fbclid&a",
      "http://a:80/?a" },
    { "ignored: an empty query stays", &cleaned, "http", "a", 80, "/", "",
      "http://a:80/?" },
    { "ignored: case counts", &cleaned, "http", "a", 80, "/", "FBCLID=1",
      "http://a:80/?FBCLID=1" },
    { "ignored: and sorted", &sorted_cleaned, "http", "a", 80, "/",
      "b=2&utm_x=1&a=1&fbclid=9", "http://a:80/?a=1&b=2" },
    { "ignored: and sorted, all", &sorted_cleaned, "http", "a", 80, "/",
      "utm_x=1&fbclid=9", "http://a:80/" },
    { "cloaked: behind a semicolon", &cleaned, "http", "a", 80, "/",
      "utm_x=1;page=2", "http://a:80/?utm_x=1;page=2" },
    { "cloaked: behind a semicolon, sorted", &sorted_cleaned, "http", "a", 80,
      "/", "utm_x=1;page=2&fbclid=1", "http://a:80/?utm_x=1;page=2" },
    { "cloaked: behind a NUL", &ends_dropped, "http", "a", 80, "/",
      "page%00_x=2&a_x=1", "http://a:80/?page%00_x=2" },
    { "cloaked: behind a bracket", &ends_dropped, "http", "a", 80, "/",
      "page[0]_x=2&a_x=1", "http://a:80/?page[0]_x=2" },
    { "ignored: any name", &all_dropped, "http", "a", 80, "/", "a=1&b",
      "http://a:80/" },
    { "ignored: any name, an empty query too", &all_dropped, "http", "a", 80,
      "/", "", "http://a:80/" },

    { "kept", &pages, "http", "a", 80, "/", "a=1&page=2&b=3",
      "http://a:80/?page=2" },
    { "kept: none there", &pages, "http", "a", 80, "/", "a=1",
      "http://a:80/" },
    { "kept: empty query", &pages, "http", "a", 80, "/", "", "http://a:80/" },
    { "kept: all of one name", &pages, "http", "a", 80, "/",
      "page=2&a&page=1", "http://a:80/?page=2&page=1" },
    { "kept: and sorted", &sorted_pages, "http", "a", 80, "/",
      "page=2&a&pa_ge=1", "http://a:80/?pa_ge=1&page=2" },
    { "kept: an escaped name", &pages, "http", "a", 80, "/", "%70age=2&a=1",
      "http://a:80/?%70age=2" },
    { "kept: another case", &pages, "http", "a", 80, "/", "PAGE=2",
      "http://a:80/?PAGE=2" },
    { "kept: an array", &pages, "http", "a", 80, "/", "page[]=2&a=1",
      "http://a:80/?page[]=2" },
    { "kept: what PHP calls so", &pages, "http", "a", 80, "/",
      "pa.ge=2&pa+ge=3&+page=4&a=1",
      "http://a:80/?pa.ge=2&pa+ge=3&+page=4" },
    { "kept: behind a semicolon", &pages, "http", "a", 80, "/", "a=1;page=2",
      "http://a:80/?a=1;page=2" },
    { "kept: an empty list keeps none", &keeps_none, "http", "a", 80, "/",
      "a=1&b", "http://a:80/" },
    { "kept and ignored: ignored", &both_lists, "http", "a", 80, "/",
      "page=1&a=2", "http://a:80/" },
};

static const struct {
    const char *name, *key, *url, *host, *path;
} parts[] = {
    { "parts of a key", "https://a:443/b/c?d=/e", "https://a:443/b/c?d=/e",
      "a:443", "/b/c" },
    { "parts: no query", "https://a:443/b", "https://a:443/b", "a:443", "/b" },
    { "parts: more behind", "https://a:443/b?c\nx=//e/f?g\ny=1",
      "https://a:443/b?c", "a:443", "/b" },
    { "parts: more behind the path", "https://a:443/b\nx=1?", "https://a:443/b",
      "a:443", "/b" },
    { "parts: no scheme", "//a:443/b?c", "//a:443/b?c", "a:443", "/b" },
    { "parts: no host", "https:///b?c", "https:///b?c", "", "/b" },
    { "parts: path only", "///b?c", "///b?c", "", "/b" },
    { "parts: path only, like a host", "////b:1/c", "////b:1/c", "",
      "//b:1/c" },
    { "parts: IPv6", "http://[::1]:80/", "http://[::1]:80/", "[::1]:80", "/" },
    { "parts: not a key", "/b", "/b", "", "" },
    { "parts: not a key, no slash", "b", "b", "", "" },
    { "parts: not a key, one slash at the end", "b:/", "b:/", "", "" },
    { "parts: nothing", "", "", "", "" },
};

static const struct {
    const char *name, *key, *part, *value, *result;
} additions[] = {
    { "added", "k", "cookie:lang", "de", "k\ncookie:lang=de" },
    { "added: empty", "k", "a", "", "k\na=" },
    { "added: absent", "k", "a", NULL, "k\na" },
    { "added: line end", "k", "a", "1\nb=2", "k\na=1\\nb=2" },
    { "added: CR", "k", "a", "\r", "k\na=\\r" },
    { "added: backslash", "k", "a", "\\n", "k\na=\\\\n" },
    { "added: equals sign in the value", "k", "a", "b=c", "k\na=b=c" },
    { "added: equals sign in the name", "k", "a=b", "c", "k\na\\eb=c" },
    { "added: line end in the name", "k", "a\nb", "c", "k\na\\nb=c" },
};
/* clang-format on */

static void check_key(void **state)
{
    const size_t i = (size_t)*state;
    const char *key = keys[i].key;
    size_t room, len = key ? strlen(key) : 300;
    key_uri_t uri = { guarded(0, keys[i].scheme), guarded(1, keys[i].host),
                      keys[i].port, guarded(2, keys[i].path),
                      guarded(3, keys[i].query) };
    char *out = guarded_room(4, len);

    assert_int_equal(cache_key_write(out, len, &uri, keys[i].rules),
                     key ? (int)len : -1);
    if (!key) {
        return;
    }
    assert_memory_equal(out, key, len);
    for (room = 0; room < len; room++) {
        assert_int_equal(cache_key_write(guarded_room(4, room), room, &uri,
                                         keys[i].rules),
                         -1);
    }
}

static void check_slice(slice_t got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    if (got.len) {
        assert_memory_equal(got.p, expected, got.len);
    }
}

static void check_parts(void **state)
{
    const size_t i = (size_t)*state;
    slice_t key = guarded(0, parts[i].key);

    check_slice(cache_key_url(key), parts[i].url);
    check_slice(cache_key_host(key), parts[i].host);
    check_slice(cache_key_path(key), parts[i].path);
}

static void check_addition(void **state)
{
    const size_t i = (size_t)*state;
    size_t had = strlen(additions[i].key), len = strlen(additions[i].result);
    slice_t part = guarded(0, additions[i].part);
    slice_t value = guarded(1, additions[i].value);
    size_t room;
    char *out = NULL;

    for (room = had; room <= len; room++) {
        out = guarded_room(2, room);
        memcpy(out, additions[i].key, had);
        assert_int_equal(cache_key_add(out, room, (int)had, part, value),
                         room < len ? -1 : (int)len);
    }
    assert_memory_equal(out, additions[i].result, len);
    assert_int_equal(cache_key_add(out, len, -1, part, value), -1);
    assert_int_equal(cache_key_add(out, had - 1, (int)had, part, value), -1);
}

static void check_nul(void **state)
{
    key_uri_t uri = {
        SLICE_LIT("http"), SLICE_LIT("a"), 80, { "/b\0c", 4 }, { NULL, 0 }
    };
    char out[64];

    assert_int_equal(cache_key_write(out, sizeof(out), &uri, &as_is), -1);
    uri.path.len = 2;
    assert_int_equal(cache_key_write(out, sizeof(out), &uri, &as_is), 13);
    assert_int_equal(cache_key_add(out, sizeof(out), 13, SLICE_LIT("x"),
                                   slice_make("\0", 1)),
                     18);
    assert_memory_equal(out, "http://a:80/b\nx=\\0", 18);
}

/* Up to two additions, names and values of up to one of these letters; the
 * value may be absent. */
#define LETTERS "a\n\\=ne"
#define TEXTS 7
#define PARTS (1 + TEXTS * (TEXTS + 1))

typedef struct {
    char key[32];
    int len;
} addition_t;

static int add_part(addition_t *k, size_t number)
{
    char name[1], value[1];
    int name_len, value_len;
    slice_t absent = { NULL, 0 };

    if (number == 0) {
        return 0;
    }
    number--;
    name_len = guarded_text(number % TEXTS, LETTERS, 1, name);
    value_len = guarded_text(number / TEXTS, LETTERS, 1, value);
    k->len =
        cache_key_add(k->key, sizeof(k->key), k->len,
                      slice_make(name, (size_t)name_len),
                      value_len < 0 ? absent
                                    : slice_make(value, (size_t)value_len));
    return 1;
}

static void check_all_additions(void **state)
{
    static addition_t all[PARTS * PARTS];
    size_t i, k, count = 0;

    for (i = 0; i < PARTS * PARTS; i++) {
        addition_t *new = &all[count];

        memcpy(new->key, "k", 1);
        new->len = 1;
        if (!add_part(new, i % PARTS) && i / PARTS) {
            continue; /* one only is written in one way only */
        }
        add_part(new, i / PARTS);
        assert_true(new->len > 0);
        for (k = 0; k < count; k++) {
            if (new->len == all[k].len
                && memcmp(new->key, all[k].key, (size_t) new->len) == 0) {
                fail_msg("%zu and %zu: %.*s", i, k, new->len, new->key);
            }
        }
        count++;
    }
    assert_int_equal(count, 1 + (PARTS - 1) * PARTS);
}

/* "zz&yy&...", two letters each, from the last name to the first. */
static size_t write_many(char *query, int count)
{
    size_t at = 0;

    while (count-- > 0) {
        at += (size_t)sprintf(query + at, "%c%c&", 'a' + count / 26 % 26,
                              'a' + count % 26);
    }
    return at - 1;
}

static void check_many_arguments(void **state)
{
    static char query[4096], out[4096];
    key_uri_t uri = {
        SLICE_LIT("http"), SLICE_LIT("a"), 80, SLICE_LIT("/"), { query, 0 }
    };

    uri.query.len = write_many(query, QUERY_ARGUMENTS_MAX);
    assert_int_equal(cache_key_write(out, sizeof(out), &uri, &sorted),
                     13 + uri.query.len);
    assert_memory_equal(out, "http://a:80/?aa&ab&ac&", 22);
    uri.query.len = write_many(query, QUERY_ARGUMENTS_MAX + 1);
    assert_int_equal(cache_key_write(out, sizeof(out), &uri, &sorted),
                     13 + uri.query.len);
    assert_memory_equal(out + 13, query, uri.query.len);
}

static void check_kept(void **state)
{
    static const char *const ignore[] = { "utm_*", NULL };
    static const char *const keep[] = { "id", NULL };
    static const key_rules_t ignored = { QUERY_SORTED, 1, 1, ignore, NULL };
    static const key_rules_t kept = { QUERY_AS_IS, 1, 1, NULL, keep };
    static const struct {
        const char *query;
        const key_rules_t *rules;
        const char *expected;
    } cases[] = {
        { "b=1&utm_a=x&a=2", &ignored, "b=1&a=2" },
        { "utm_a=x", &ignored, "" },
        { "utm_a=x&&b", &ignored, "&b" },
        { "utm_a=x;b=1", &ignored, "utm_a=x;b=1" },
        { "b=1&id=2&c", &kept, "id=2" },
        { "b=1&id=2", &no_query, "" },
    };
    char out[64];
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        slice_t query = slice_str(cases[i].query);
        size_t len = strlen(cases[i].expected);

        assert_int_equal(key_query_kept(out, sizeof(out), query,
                                        cases[i].rules),
                         len);
        assert_memory_equal(out, cases[i].expected, len);
        assert_int_equal(key_query_kept(out, len ? len - 1 : 0, query,
                                        cases[i].rules),
                         len ? -1 : 0);
    }
}

/* A query of empty arguments only is the longest list there can be. */
static void check_long_query(void **state)
{
    static char out[GUARDED_BYTES + 32];
    char *query = guarded_room(0, GUARDED_BYTES);
    key_uri_t uri = { SLICE_LIT("http"),
                      SLICE_LIT("a"),
                      80,
                      SLICE_LIT("/"),
                      { query, GUARDED_BYTES } };

    memset(query, '&', GUARDED_BYTES);
    assert_int_equal(cache_key_write(out, sizeof(out), &uri, &sorted_cleaned),
                     13 + GUARDED_BYTES);
    assert_int_equal(cache_key_write(out, GUARDED_BYTES, &uri, &sorted_cleaned),
                     -1);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(keys); i++) {
        unit_add(keys[i].name, check_key, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(parts); i++) {
        unit_add(parts[i].name, check_parts, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(additions); i++) {
        unit_add(additions[i].name, check_addition, (const void *)i);
    }
    unit_add("NUL has no place in a key", check_nul, NULL);
    unit_add("no two lists of additions make one key", check_all_additions,
             NULL);
    unit_add("as many arguments as are sorted, and one more",
             check_many_arguments, NULL);
    unit_add("the query that is kept", check_kept, NULL);
    unit_add("a query of 64 KB", check_long_query, NULL);
    return unit_run("cache_key");
}
