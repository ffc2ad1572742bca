/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* head_sanity_test.c: paths and fields that are refused, and their good
 * neighbours. */
#include "unit.h"

#include "head/head_sanity.c"

typedef struct {
    const char *path;
    head_check_e expect;
} path_case_t;

/* clang-format off */
static const path_case_t paths[] = {
    { "/", HEAD_GOOD },
    { "", HEAD_GOOD },
    { "*", HEAD_GOOD },
    { "/shop/garden/tables.html", HEAD_GOOD },
    { "/100%25/off", HEAD_GOOD },
    { "/100%", HEAD_GOOD },
    { "/100%2", HEAD_GOOD },
    { "/a..b/c...d", HEAD_GOOD },
    { "/.well-known/acme-challenge/x", HEAD_GOOD },
    { "/%2Ewell-known/x", HEAD_GOOD },
    { "/.", HEAD_GOOD },
    { "/./a", HEAD_GOOD },
    { "/caf%C3%A9", HEAD_GOOD },
    { "/old/index.html", HEAD_GOOD },
    { "/backup.bak/index.html", HEAD_GOOD },
    { "/~user/", HEAD_GOOD },
    { "/mysql", HEAD_GOOD },
    { "/v1.2/notes", HEAD_GOOD },
    { "/v1.2/notes.d/", HEAD_GOOD },
    { "/v1.2/.env", HEAD_HIDDEN },
    { "/v1.2//.git", HEAD_HIDDEN },
    { "/v1.2/dump.sql", HEAD_BACKUP },
    { "/v1.2/..", HEAD_TRAVERSAL },
    { "/notes~", HEAD_BACKUP },
    { "/.env", HEAD_HIDDEN },
    { "/.git/config", HEAD_HIDDEN },
    { "/a/.htpasswd", HEAD_HIDDEN },
    { "/%2eenv", HEAD_HIDDEN },
    { "/a%2f.env", HEAD_HIDDEN },
    { "/...", HEAD_HIDDEN },
    { "/.well-known2/x", HEAD_HIDDEN },
    { "/wp-config.php~", HEAD_BACKUP },
    { "/wp-config.php.bak", HEAD_BACKUP },
    { "/WP-CONFIG.PHP.SAVE", HEAD_BACKUP },
    { "/wp-config.php.anything", HEAD_BACKUP },
    { "/index.php%7E", HEAD_BACKUP },
    { "/dump.sql", HEAD_BACKUP },
    { "/dump.sql.gz", HEAD_BACKUP },
    { "/a%5cdump.sql", HEAD_BACKUP },
    { "/../etc/passwd", HEAD_TRAVERSAL },
    { "/a/..", HEAD_TRAVERSAL },
    { "/a/%2e%2E/b", HEAD_TRAVERSAL },
    { "/a%2f..%2fb", HEAD_TRAVERSAL },
    { "/a\\..\\b", HEAD_TRAVERSAL },
    { "/a/..%5cb", HEAD_TRAVERSAL },
    { "/a/%252e%252e/b", HEAD_DOUBLE },
    { "/%25%32%65", HEAD_GOOD },
    { "/%2500", HEAD_DOUBLE },
    { "/a%00.html", HEAD_CONTROL },
    { "/a%0d%0aSet-Cookie", HEAD_CONTROL },
    { "/a%7f", HEAD_CONTROL },
};
/* clang-format on */

static const head_rules_t usual = { .path_max = 4096,
                                    .query_max = 4096,
                                    .field_max = 8192 };

static void check_path(void **state)
{
    const path_case_t *row = *state;
    head_facts_t head = { .method = SLICE_LIT("GET") };
    head_rules_t off = usual;

    head.path = slice_str(row->path);
    assert_int_equal(head_sanity(&usual, &head), row->expect);
    off.off = 1u << row->expect;
    assert_int_not_equal(head_sanity(&off, &head), row->expect == HEAD_GOOD
                                                       ? HEAD_CHECK_COUNT
                                                       : row->expect);
}

/* Plain words are not looked at; behind an encoded letter all are. */
static void check_plain_words(void **state)
{
    static const char letters[] = "/.~a\\ ";
    enum {
        LENGTH = 7,
        BEFORE = 4
    };
    char path[BEFORE + 1 + LENGTH + 1] = "/%61/";
    head_facts_t plain = { .method = SLICE_LIT("GET") }, all = plain;
    unsigned number, left, i;

    (void)state;
    for (number = 0; number < 6 * 6 * 6 * 6 * 6 * 6 * 6; number++) {
        for (i = 0, left = number; i < LENGTH; i++, left /= 6) {
            path[BEFORE + 1 + i] = letters[left % 6];
        }
        plain.path = slice_str(path + BEFORE);
        all.path = slice_str(path);
        if (head_sanity(&usual, &plain) != head_sanity(&usual, &all)) {
            fail_msg("%s", path);
        }
    }
}

static void check_long_names(void **state)
{
    char path[600];
    head_facts_t head = { .method = SLICE_LIT("GET") };
    size_t len;

    (void)state;
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    for (len = 1; len < 500; len++) {
        head.path = slice_make(path, len);
        assert_int_equal(head_sanity(&usual, &head), HEAD_GOOD);
        memcpy(path + len, ".sql", 4);
        head.path = slice_make(path, len + 4);
        assert_int_equal(head_sanity(&usual, &head),
                         len == 1 ? HEAD_HIDDEN : HEAD_BACKUP);
        memset(path + len, 'a', 4);
    }
}

static void check_lengths(void **state)
{
    static const head_rules_t rules = { .path_max = 5,
                                        .query_max = 6,
                                        .field_max = 7 };
    head_facts_t head = { .method = SLICE_LIT("GET"),
                          .path = SLICE_LIT("/1234"),
                          .query = SLICE_LIT("123456"),
                          .field_longest = 7 };

    (void)state;
    assert_int_equal(head_sanity(&rules, &head), HEAD_GOOD);
    head.field_longest = 8;
    assert_int_equal(head_sanity(&rules, &head), HEAD_FIELD);
    head.query = SLICE_LIT("1234567");
    assert_int_equal(head_sanity(&rules, &head), HEAD_QUERY);
    head.path = SLICE_LIT("/12345");
    assert_int_equal(head_sanity(&rules, &head), HEAD_PATH);
}

static void check_lists(void **state)
{
    static const slice_t methods[] = { SLICE_LIT("GET"),
                                       SLICE_LIT("HEAD"),
                                       { NULL, 0 } };
    static const slice_t hosts[] = { SLICE_LIT("example.com"),
                                     SLICE_LIT("*.example.org"),
                                     { NULL, 0 } };
    static const slice_t types[] = { SLICE_LIT("application/json"),
                                     SLICE_LIT("text/*"),
                                     { NULL, 0 } };
    head_rules_t rules = usual;
    head_facts_t head = { .method = SLICE_LIT("GET"), .path = SLICE_LIT("/") };

    (void)state;
    rules.methods = methods;
    assert_int_equal(head_sanity(&rules, &head), HEAD_GOOD);
    head.method = SLICE_LIT("get");
    assert_int_equal(head_sanity(&rules, &head), HEAD_METHOD);
    rules.methods = NULL;
    rules.hosts = hosts;
    head.host = SLICE_LIT("Example.COM");
    assert_int_equal(head_sanity(&rules, &head), HEAD_GOOD);
    head.host = SLICE_LIT("a.b.example.org");
    assert_int_equal(head_sanity(&rules, &head), HEAD_GOOD);
    head.host = SLICE_LIT("example.org");
    assert_int_equal(head_sanity(&rules, &head), HEAD_HOST);
    head.host = SLICE_LIT("evilexample.com");
    assert_int_equal(head_sanity(&rules, &head), HEAD_HOST);
    head.host = slice_make(NULL, 0);
    assert_int_equal(head_sanity(&rules, &head), HEAD_HOST);
    rules.hosts = NULL;
    rules.types = types;
    assert_int_equal(head_sanity(&rules, &head), HEAD_GOOD);
    head.type = SLICE_LIT("Application/JSON ; charset=utf-8");
    assert_int_equal(head_sanity(&rules, &head), HEAD_GOOD);
    head.type = SLICE_LIT("text/plain");
    assert_int_equal(head_sanity(&rules, &head), HEAD_GOOD);
    head.type = SLICE_LIT("application/xml");
    assert_int_equal(head_sanity(&rules, &head), HEAD_TYPE);
}

static void check_names(void **state)
{
    int i;

    (void)state;
    for (i = 1; i < HEAD_CHECK_COUNT; i++) {
        assert_int_equal(head_check_named(
                             slice_str(head_check_name((head_check_e)i))),
                         i);
        assert_true(strlen(head_check_text((head_check_e)i)) > 10);
    }
    assert_int_equal(head_check_named(SLICE_LIT("all")), HEAD_GOOD);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(paths); i++) {
        unit_add(paths[i].path, check_path, &paths[i]);
    }
    unit_add("plain words", check_plain_words, NULL);
    unit_add("long names", check_long_names, NULL);
    unit_add("lengths", check_lengths, NULL);
    unit_add("lists", check_lists, NULL);
    unit_add("names of the checks", check_names, NULL);
    return unit_run("head sanity");
}
