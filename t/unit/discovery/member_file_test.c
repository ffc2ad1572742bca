/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_file_test.c: files of members, lines and JSON; what is wrong is said
 * with its place, and nothing is taken then. */
#include "unit.h"

#include <apr_general.h>

#include "engine/protocol.h"

const protocol_t protocol_http1 = { .scheme = "http", .default_port = 80 };

#include "engine/protocol.c"
#include "engine/upstream.c"
#include "discovery/found_list.c"
#include "discovery/found_member.c"
#include "discovery/member_file.c"
#include "discovery/member_json.c"
#include "discovery/member_line.c"

static apr_pool_t *pool;

typedef struct {
    const char *name;
    const char *text;
    const char *expect; /* "URL/weight ...", or what is wrong */
} file_case_t;

/* clang-format off */
static const file_case_t cases[] = {
    { "lines, in order of their URLs",
      "# app\nhttp://b weight=2\r\n\n  http://a\n", "http://a/5 http://b/2 " },
    { "no member", "# nobody\n", "" },
    { "an empty file", "", "" },
    { "a socket", "unix:/run/a.sock|http://a zone=z", "unix:/run/a.sock|http://a/5 " },
    { "an unknown key", "http://a\nhttp://b wait=2\n",
      "line 2: 'wait=2' is wrong: expected one of the keys " FOUND_MEMBER_KEYS },
    { "no URL", "http://a\n\nnothing\n",
      "line 3: 'nothing': no scheme; expected http://host[:port], "
      "http://[IPv6]:port, unix:/path or unix:/path|http://name" },
    { "a path", "http://a/b", "line 1: 'http://a/b': a member has no path or "
      "query; the path stands in RProxyPass" },
    { "twice", "http://b\nhttp://a\nhttp://c\nhttp://a weight=2\n",
      "line 4: 'http://a' is there already, in line 2" },
    { "too many", "http://a\nhttp://b\nhttp://c\nhttp://d\nhttp://e\n",
      "5 members: expected 4 (limit=) or fewer" },
    { "a binary file", "\177ELF\001\002",
      "line 1: '\177ELF\001\002' is wrong: expected a URL of printable ASCII "
      "characters" },
#ifdef HAVE_JANSSON
    { "JSON", " [{\"url\": \"http://b\", \"weight\": 2, \"backup\": true, "
      "\"zone\": \"z\", \"slow-start\": \"5s\"}, \"http://a\"]",
      "http://a/5 http://b/2 " },
    { "an empty list", "[]", "" },
    { "no JSON", "[\n\"http://a\",\n", "line 3: not JSON: ']' expected near end of "
      "file" },
    { "an object", "{\"url\": \"http://a\"}", "expected a list of members, "
      "[...]" },
    { "something else in the list", "[\"http://a\", 5]",
      "member 2 of the list: expected an object, {\"url\": ...}, or a URL" },
    { "an object without a URL", "[{\"weight\": 5}]",
      "member 1 of the list: expected a \"url\"" },
    { "an unknown key of an object", "[{\"url\": \"http://a\", \"wait\": 5}]",
      "member 1 of the list: \"wait\": '5': expected one of the keys "
      FOUND_MEMBER_KEYS },
    { "a wrong value", "[{\"url\": \"http://a\", \"weight\": [1]}]",
      "member 1 of the list: \"weight\": 'no such value': expected a string, a "
      "number or true" },
    { "a large number", "[{\"url\": \"http://a\", \"weight\": 70000}]",
      "member 1 of the list: \"weight\": '70000': expected a weight from 0 to "
      "1000" },
    { "a URL that is none", "[\"http://a\", \"b\"]",
      "member 2 of the list: 'b': no scheme; expected http://host[:port], "
      "http://[IPv6]:port, unix:/path or unix:/path|http://name" },
    { "twice in JSON", "[\"http://a\", \"http://b\", \"http://a\"]",
      "member 3 of the list: 'http://a' is there already, in member 1 of the "
      "list" },
    { "an empty URL", "[\"\"]",
      "member 1 of the list: '': no scheme; expected http://host[:port], "
      "http://[IPv6]:port, unix:/path or unix:/path|http://name" },
#endif
};
/* clang-format on */

static void show(unit_text_t *seen, const char *error, const found_list_t *list)
{
    int i;

    seen->len = 0;
    seen->text[0] = '\0';
    if (error) {
        unit_text_add(seen, "%s", error);
        return;
    }
    for (i = 0; i < list->count; i++) {
        unit_text_add(seen, "%.*s/%d ", (int)list->member[i].url.len,
                      list->member[i].url.p, list->member[i].weight);
    }
}

static void check_file(void **state)
{
    const file_case_t *row = *state;
    const found_member_t usual = { .weight = 5 };
    found_list_t list = { NULL, -1 };
    const char *error =
        member_file_parse(slice_str(row->text), &usual, 4, &list, pool);
    unit_text_t seen;

    show(&seen, error, &list);
    assert_string_equal(seen.text, row->expect);
    assert_int_equal(list.count == -1, error != NULL);
}

/* All that a file may have, in a fraction of a second. */
static void check_large(void **state)
{
    const found_member_t usual = { .weight = 1 };
    char *text = apr_palloc(pool, 10000 * 40);
    found_list_t list;
    size_t len = 0;
    int i;

    for (i = 9999; i >= 0; i--) {
        len += (size_t)sprintf(text + len, "http://10.0.%d.%d:8080\n", i / 100,
                               i % 100);
    }
    assert_null(
        member_file_parse(slice_make(text, len), &usual, 10000, &list, pool));
    assert_int_equal(list.count, 10000);
    for (i = 1; i < list.count; i++) {
        assert_true(found_member_order(&list.member[i - 1], &list.member[i])
                    < 0);
    }
}

static void check_no_file(void **state)
{
    const found_member_t usual = { .weight = 1 };
    found_list_t list;

    assert_string_equal(member_file_read("/nowhere/members", &usual, 4, &list,
                                         pool),
                        "it cannot be read: No such file or directory");
    assert_string_equal(member_file_read("/proc", &usual, 4, &list, pool),
                        "expected a regular file of up to 16 MiB");
}

static void check_settle(void **state)
{
    found_member_t members[] = {
        { .url = SLICE_LIT("d"), .weight = 1, .tier = 1 },
        { .url = SLICE_LIT("a"), .weight = 1, .tier = 2 },
        { .url = SLICE_LIT("c"), .weight = 1, .tier = 1 },
        { .url = SLICE_LIT("c"), .weight = 2, .tier = 1 },
        { .url = SLICE_LIT("c"), .weight = 9, .tier = 3 },
    };
    found_list_t list = { members, 5 };

    assert_int_equal(found_list_settle(&list, 2), 1);
    assert_int_equal(list.count, 2);
    assert_memory_equal(list.member[0].url.p, "c", 1);
    assert_int_equal(list.member[0].weight, 2);
    assert_memory_equal(list.member[1].url.p, "d", 1);
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_file, &cases[i]);
    }
    unit_add("10,000 members", check_large, NULL);
    unit_add("no file", check_no_file, NULL);
    unit_add("what is twice, what is too many", check_settle, NULL);
    failed = unit_run("member_file");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
