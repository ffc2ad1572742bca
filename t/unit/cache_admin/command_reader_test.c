/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_reader_test.c: what administrators ask for, from JSON. */
#include "unit.h"

#include <apr_general.h>

#include "admin/command_json.c"
#include "admin/command_purge.c"
#include "admin/command_reader.c"
#include "admin/json_read.c"
#include "admin/url_split.c"

static apr_pool_t *pool;

typedef struct {
    const char *json;
    const char *result; /* or "! " and a part of the sentence */
} case_t;

static void compare(const char *fault, const char *text, const char *wanted)
{
    if (wanted[0] == '!') {
        assert_non_null(fault);
        if (!strstr(fault, wanted + 2)) {
            fail_msg("'%s' is not in '%s'", wanted + 2, fault);
        }
        return;
    }
    if (fault) {
        fail_msg("%s", fault);
    }
    assert_string_equal(text, wanted);
}

/* ---- purge ---- */

/* clang-format off */
/* kind [text] scheme://host:port, "~": soft */
static const case_t purges[] = {
    { "{\"url\": \"http://A.example/x?y\"}",
      "url [/x?y] http://a.example:0" },
    { "{\"url\": \"https://a.example:8443\", \"soft\": true}",
      "url [/] https://a.example:8443~" },
    { "{\"url\": \"http://a.example?y\"}", "url [/?y] http://a.example:0" },
    { "{\"url\": \"/x\", \"host\": \"A.example:81\"}",
      "url [/x] ://a.example:81" },
    { "{\"prefix\": \"/x/\", \"host\": \"a.example\"}",
      "prefix [/x/] ://a.example:0" },
    { "{\"prefix\": \"http://a.example/b\"}",
      "prefix [/b] http://a.example:0" },
    { "{\"tag\": \"T a,g\", \"host\": \"a.example\", \"soft\": false}",
      "tag [T a,g] ://a.example:0" },
    { "{\"host\": \"[::1]:80\"}", "host [::1] ://::1:80" },
    { "{\"all\": true}", "all [] ://:0" },
    { "{\"host\": \"a\", \"all\": false}", "host [a] ://a:0" },
    { "[{\"all\": true}, {\"host\": \"a\"}]",
      "all [] ://:0; host [a] ://a:0" },

    { "[]", "! the list is empty" },
    { "{}", "! nothing says what to purge" },
    { "{\"soft\": true}", "! nothing says what to purge" },
    { "{\"all\": false}", "! nothing says what to purge" },
    { "{\"all\": \"yes\"}", "! \"all\" must be true or false" },
    { "{\"all\": true, \"soft\": 1}", "! \"soft\" must be true or false" },
    { "{\"all\": true, \"host\": \"a\"}", "! \"all\" means every host" },
    { "{\"all\": true, \"tag\": \"a\"}", "! only one of" },
    { "{\"url\": \"/a\", \"prefix\": \"/b\", \"host\": \"h\"}",
      "! only one of" },
    { "{\"url\": \"/a\"}", "! of which host?" },
    { "{\"prefix\": \"/a\"}", "! of which host?" },
    { "{\"url\": \"http://a/\", \"host\": \"a\"}",
      "! \"host\" goes with a path" },
    { "{\"url\": \"a\"}", "! 'a' does not begin with http" },
    { "{\"url\": 1}", "! \"url\" must be a text" },
    { "{\"url\": \"\"}", "! \"url\" must be a text that is not empty" },
    { "{\"url\": \"/a b\", \"host\": \"h\"}", "! has a space" },
    { "{\"tag\": \"a\"}", "! \"tag\" needs \"host\"" },
    { "{\"host\": \"a b\"}", "! has a host with characters" },
    { "{\"hosts\": \"a\"}", "! \"hosts\" is not known here; known: host, url" },
    { "[{\"host\": \"a\"}, {\"host\": 1}]", "! number 2 of the list" },
    { "[1]", "! number 1 of the list: expected an object" },
    { "{\"url\": \"http://a/\", \"url\": \"http://b/\"}", "! duplicate" },
    { "{", "! not JSON: line 1" },
};
/* clang-format on */

static void add_order(unit_text_t *text, const purge_order_t *o)
{
    static const char *const kinds[] = { "tag", "url", "prefix", "host",
                                         "all" };

    unit_text_add(text, "%s%s [%.*s] %.*s://%.*s:%u%s", text->len ? "; " : "",
                  kinds[o->command.kind], (int)o->command.text.len,
                  o->command.text.len ? o->command.text.p : "",
                  (int)o->uri.scheme.len,
                  o->uri.scheme.p ? o->uri.scheme.p : "", (int)o->uri.host.len,
                  o->uri.host.p ? o->uri.host.p : "", o->uri.port,
                  o->command.soft ? "~" : "");
}

static void check_purge(void **state)
{
    const case_t *c = *state;
    unit_text_t text = { .len = 0 };
    const purge_order_t *orders;
    int i, count = 0;
    const char *fault =
        command_read_purge(c->json, strlen(c->json), &orders, &count, pool);

    for (i = 0; i < count && !fault; i++) {
        add_order(&text, &orders[i]);
    }
    compare(fault, text.text, c->result);
}

/* Longer ones the store would not take. */
static void long_prefix(void **state)
{
    const purge_order_t *orders;
    const char *json;
    int count;

    (void)state;
    json = apr_psprintf(pool, "{\"prefix\": \"http://a/%0495d\"}", 0);
    assert_non_null(
        strstr(command_read_purge(json, strlen(json), &orders, &count, pool),
               "too long"));
    json = apr_psprintf(pool, "{\"prefix\": \"http://a/%0494d\"}", 0);
    assert_null(command_read_purge(json, strlen(json), &orders, &count, pool));
}

/* ---- explain ---- */

/* clang-format off */
static const case_t explains[] = {
    { "{\"url\": \"http://A:8/x?y#z\"}", "GET a:8 /x?y" },
    { "{\"url\": \"https://a\", \"method\": \"HEAD\"}", "HEAD a:0 /" },
    { "{\"url\": \"http://a/\", \"headers\": {\"Cookie\": \"a=b\", "
      "\"X\": \"\"}}", "GET a:0 / Cookie=a=b X=" },
    { "{}", "! \"url\" is missing" },
    { "{\"url\": \"/x\"}", "! does not begin with http" },
    { "{\"url\": \"http://a/\", \"method\": \"G T\"}", "! is no method" },
    { "{\"url\": \"http://a/\", \"method\": \"\"}", "! must be a text" },
    { "{\"url\": \"http://a/\", \"headers\": []}", "! must be an object" },
    { "{\"url\": \"http://a/\", \"headers\": {\"A b\": \"x\"}}",
      "! 'A b' is no field" },
    { "{\"url\": \"http://a/\", \"headers\": {\"\": \"x\"}}",
      "! '' is no field" },
    { "{\"url\": \"http://a/\", \"headers\": {\"A\": \"x\\r\\nB: y\"}}",
      "! 'A' is no field" },
    { "{\"url\": \"http://a/\", \"headers\": {\"A\": 1}}",
      "! 'A' is no field" },
    { "{\"uri\": \"http://a/\"}", "! known: url, method, headers" },
    { "[]", "! expected an object" },
};
/* clang-format on */

static void check_explain(void **state)
{
    const case_t *c = *state;
    unit_text_t text = { .len = 0 };
    explain_order_t o;
    const char *fault =
        command_read_explain(c->json, strlen(c->json), &o, pool);
    int i;

    if (!fault) {
        unit_text_add(&text, "%s %.*s:%u %s", o.method, (int)o.uri.host.len,
                      o.uri.host.p, o.uri.port, o.target);
    }
    for (i = 0; i < o.field_count && !fault; i++) {
        unit_text_add(&text, " %s=%s", o.fields[i].name.p, o.fields[i].value.p);
    }
    compare(fault, text.text, c->result);
}

/* ---- objects, nothing ---- */

/* clang-format off */
static const case_t objects[] = {
    { "{}", " 100" },
    { "{\"limit\": \"7\"}", " 7" },
    { "{\"limit\": 1000, \"prefix\": \"http://a/b\"}", "http://a/b 1000" },
    { "{\"limit\": 0}", "! from 1 to 1000" },
    { "{\"limit\": 1001}", "! from 1 to 1000" },
    { "{\"limit\": \"1x\"}", "! from 1 to 1000" },
    { "{\"limit\": \"\"}", "! from 1 to 1000" },
    { "{\"limit\": \"99999999999999999999999\"}", "! from 1 to 1000" },
    { "{\"limit\": 1.5}", "! from 1 to 1000" },
    { "{\"prefix\": \"/a\"}", "! does not begin with http" },
    { "{\"offset\": 1}", "! known: prefix, limit" },
};
static const case_t nothings[] = {
    { "{}", "good" },
    { "{\"a\": 1}", "! known: none" },
    { "[]", "! expected an object" },
};
/* clang-format on */

static void check_objects(void **state)
{
    const case_t *c = *state;
    objects_order_t o;
    const char *fault =
        command_read_objects(c->json, strlen(c->json), &o, pool);

    compare(fault,
            fault ? NULL : apr_psprintf(pool, "%s %d", o.prefix, o.limit),
            c->result);
}

static void check_nothing(void **state)
{
    const case_t *c = *state;

    compare(command_read_nothing(c->json, strlen(c->json), pool), "good",
            c->result);
}

static void add_cases(const case_t *cases, size_t count,
                      CMUnitTestFunction check)
{
    size_t i;

    for (i = 0; i < count; i++) {
        unit_add(cases[i].json, check, &cases[i]);
    }
}

int main(void)
{
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    add_cases(purges, UNIT_COUNT(purges), check_purge);
    unit_add("a prefix that is too long", long_prefix, NULL);
    add_cases(explains, UNIT_COUNT(explains), check_explain);
    add_cases(objects, UNIT_COUNT(objects), check_objects);
    add_cases(nothings, UNIT_COUNT(nothings), check_nothing);
    failed = unit_run("command_reader");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
