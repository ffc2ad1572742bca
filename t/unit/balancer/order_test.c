/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* order_test.c: what the verbs take, and what they tell of the rest. */
#include "unit.h"

#include <apr_general.h>

#include "admin/json_read.c"
#include "control/entry_json.c"
#include "control/order.c"

#define NOW 1000000

static apr_pool_t *pool;

typedef struct {
    const char *json;
    const char *result; /* or "! " and a part of the sentence */
} case_t;

typedef const char *reader_fn(const char *json, size_t len, order_t *order,
                              apr_pool_t *pool);

/* upstream, then the member: "url=...", "route=...", "number=...", or none. */
static void describe(unit_text_t *t, const order_t *o)
{
    unit_text_add(t, "%s", o->upstream ? o->upstream : "-");
    switch (o->by) {
    case ORDER_NO_MEMBER:
        break;
    case ORDER_BY_URL:
        unit_text_add(t, " url=%s", o->text);
        break;
    case ORDER_BY_ROUTE:
        unit_text_add(t, " route=%s", o->text);
        break;
    case ORDER_BY_NUMBER:
        unit_text_add(t, " number=%d", o->number);
        break;
    }
}

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

static const char *take(const case_t *c, reader_fn *read, order_t *o,
                        unit_text_t *text)
{
    const char *fault;

    memset(o, 0, sizeof(*o));
    o->asked_s = NOW;
    fault = read(c->json, strlen(c->json), o, pool);
    if (!fault) {
        describe(text, o);
    }
    return fault;
}

/* clang-format off */
static const case_t scopes[] = {
    { "{}", "-" },
    { "{\"upstream\": \"app\"}", "app" },
    { "{\"upstream\": \"\"}", "! \"upstream\" must be a text" },
    { "{\"upstream\": 1}", "! \"upstream\" must be a text" },
    { "{\"url\": \"http://a\"}",
      "! \"url\" is not known here; known: upstream" },
    { "[]", "! expected an object" },
    { "{", "! not JSON" },
};

static const case_t members[] = {
    { "{\"upstream\": \"app\", \"url\": \"http://a\"}", "app url=http://a" },
    { "{\"upstream\": \"app\", \"route\": \"r1\"}", "app route=r1" },
    { "{\"upstream\": \"app\", \"number\": 0}", "app number=0" },
    { "{\"upstream\": \"app\", \"number\": 9999}", "app number=9999" },
    { "{\"upstream\": \"app\", \"number\": 10000}", "! from 0 to 9999" },
    { "{\"upstream\": \"app\", \"number\": -1}", "! from 0 to 9999" },
    { "{\"upstream\": \"app\", \"number\": \"1\"}", "! must be a number" },
    { "{\"upstream\": \"app\", \"number\": 1.5}", "! must be a number" },
    { "{\"upstream\": \"app\"}", "! which member?" },
    { "{\"upstream\": \"app\", \"url\": \"http://a\", \"number\": 0}",
      "! which member?" },
    { "{\"upstream\": \"app\", \"url\": \"http://a\", \"route\": \"a\"}",
      "! which member?" },
    { "{\"url\": \"http://a\"}", "! \"upstream\" is missing" },
    { "{\"upstream\": \"app\", \"member\": \"a\"}",
      "! known: upstream, url, route, number" },
    { "{\"upstream\": \"app\", \"url\": \"http://a\\u0000b\"}", "! not JSON" },
};

static const case_t resets[] = {
    { "{\"upstream\": \"app\"}", "app" },
    { "{\"upstream\": \"app\", \"number\": 3}", "app number=3" },
    { "{}", "! \"upstream\" is missing" },
    { "{\"upstream\": \"app\", \"number\": 3, \"route\": \"a\"}",
      "! which member?" },
};

#define APP_0 "{\"upstream\": \"app\", \"number\": 0"
static const case_t drains[] = {
    { APP_0 "}", "app number=0 0" },
    { APP_0 ", \"for\": 300}", "app number=0 300" },
    { APP_0 ", \"until\": 1000060}", "app number=0 60" },
    { APP_0 ", \"until\": 1000000}", "! it is 1000000 now" },
    { APP_0 ", \"until\": 99000000000}", "! more than a year away" },
    { APP_0 ", \"for\": 0}", "! \"for\" must be a number from 1" },
    { APP_0 ", \"for\": \"5m\"}", "! \"for\" must be a number from 1" },
    { APP_0 ", \"for\": 1, \"until\": 1000001}", "! expected one of them" },
    { "{\"upstream\": \"app\", \"for\": 1}", "! which member?" },
};

static const case_t weights[] = {
    { APP_0 ", \"weight\": 0}", "app number=0 0" },
    { APP_0 ", \"weight\": 1000}", "app number=0 1000" },
    { APP_0 ", \"weight\": 1001}", "! from 0 to 1000" },
    { APP_0 ", \"weight\": -1}", "! from 0 to 1000" },
    { APP_0 ", \"weight\": 9223372036854775808}", "! not JSON" },
    { APP_0 "}", "! \"weight\" is missing" },
};

static const case_t rolls[] = {
    { "{\"upstream\": \"app\", \"members\": 4}", "app 4 -" },
    { APP_0 ", \"failed\": \"it does not come up\"}",
      "app number=0 0 it does not come up" },
    { "{\"upstream\": \"app\", \"members\": -1}", "! from 0 to 10000" },
    { "{\"upstream\": \"app\", \"failed\": true}",
      "! \"failed\" must be a text" },
    { "{\"members\": 1}", "! \"upstream\" is missing" },
};

/* weight backup tier zone group route max_connections slow start */
#define ADD "{\"upstream\": \"app\", \"url\": \"http://a\""
static const case_t adds[] = {
    { ADD "}", "app url=http://a 1 0 0 [] [] [] 0 0" },
    { ADD ", \"weight\": 5, \"backup\": true, \"tier\": 15, \"zone\": \"z-1\", "
      "\"group\": \"g\", \"route\": \"r.1_\", \"max_connections\": 9, "
      "\"slow_start_s\": 30}",
      "app url=http://a 5 1 15 [z-1] [g] [r.1_] 9 30000000" },
    { ADD ", \"tier\": 16}", "! \"tier\" must be a number from 0 to 15" },
    { ADD ", \"zone\": \"a b\"}", "! \"zone\": 'a b' is wrong" },
    { ADD ", \"zone\": \"\"}", "! \"zone\" must be a text" },
    { ADD ", \"route\": \"0123456789012345678901234567890123456789012345678901"
      "234567890123\"}", "! at most 63 letters" },
    { ADD ", \"backup\": 1}", "! \"backup\" must be true or false" },
    { ADD ", \"max_connections\": 1000001}", "! from 0 to 1000000" },
    { ADD ", \"idle\": 1}", "! \"idle\" is not known here" },
    { "{\"upstream\": \"app\"}", "! \"url\" is missing" },
    { "{\"upstream\": \"app\", \"url\": \"unix:/a\\nb\"}", "! a blank" },
    { "{\"upstream\": \"app\", \"url\": \"unix:/a b\"}", "! a blank" },
    { "{\"upstream\": \"app\", \"url\": \"unix:/a'b\"}", "! a blank" },
    { "{\"url\": \"http://a\"}", "! \"upstream\" is missing" },
};
/* clang-format on */

static void check_scope(void **state)
{
    unit_text_t text = { "", 0 };
    const case_t *c = *state;
    order_t o;

    compare(take(c, order_read_scope, &o, &text), text.text, c->result);
}

static void check_member(void **state)
{
    unit_text_t text = { "", 0 };
    const case_t *c = *state;
    order_t o;

    compare(take(c, order_read_member, &o, &text), text.text, c->result);
}

static void check_reset(void **state)
{
    unit_text_t text = { "", 0 };
    const case_t *c = *state;
    order_t o;

    compare(take(c, order_read_reset, &o, &text), text.text, c->result);
}

static void check_drain(void **state)
{
    unit_text_t text = { "", 0 };
    const case_t *c = *state;
    order_t o;
    const char *fault = take(c, order_read_drain, &o, &text);

    unit_text_add(&text, " %d", (int)o.drain_s);
    compare(fault, text.text, c->result);
}

static void check_roll(void **state)
{
    unit_text_t text = { "", 0 };
    const case_t *c = *state;
    order_t o;
    const char *fault = take(c, order_read_rolled, &o, &text);

    unit_text_add(&text, " %d %s", o.rolled, o.failed ? o.failed : "-");
    compare(fault, text.text, c->result);
}

static void check_weight(void **state)
{
    unit_text_t text = { "", 0 };
    const case_t *c = *state;
    order_t o;
    const char *fault = take(c, order_read_weight, &o, &text);

    unit_text_add(&text, " %d", o.weight);
    compare(fault, text.text, c->result);
}

static void check_add(void **state)
{
    unit_text_t text = { "", 0 };
    const case_t *c = *state;
    order_t o;
    const char *fault = take(c, order_read_add, &o, &text);
    const roster_entry_t *e = &o.entry;

    unit_text_add(&text, " %d %d %d [%s] [%s] [%s] %d %d", e->weight, e->backup,
                  e->tier, e->zone, e->group, e->route, e->max_connections,
                  (int)e->slow_start_us);
    compare(fault, text.text, c->result);
    assert_true(fault || e->source == ROSTER_ADDED);
}

static void check_long_url(void **state)
{
    char json[ROSTER_URL + 80], url[ROSTER_URL + 1];
    order_t o;

    memset(url, 'a', sizeof(url));
    memset(&o, 0, sizeof(o));
    url[ROSTER_URL - 1] = '\0';
    snprintf(json, sizeof(json), "{\"upstream\": \"app\", \"url\": \"%s\"}",
             url);
    assert_null(order_read_add(json, strlen(json), &o, pool));
    assert_string_equal(o.entry.url, url);
    url[ROSTER_URL - 1] = 'a';
    url[ROSTER_URL] = '\0';
    snprintf(json, sizeof(json), "{\"upstream\": \"app\", \"url\": \"%s\"}",
             url);
    assert_string_equal(order_read_add(json, strlen(json), &o, pool),
                        "\"url\" is longer than 383 characters");
}

static void add_all(const case_t *cases, size_t count, CMUnitTestFunction check)
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
    add_all(scopes, UNIT_COUNT(scopes), check_scope);
    add_all(members, UNIT_COUNT(members), check_member);
    add_all(resets, UNIT_COUNT(resets), check_reset);
    add_all(drains, UNIT_COUNT(drains), check_drain);
    add_all(weights, UNIT_COUNT(weights), check_weight);
    add_all(rolls, UNIT_COUNT(rolls), check_roll);
    add_all(adds, UNIT_COUNT(adds), check_add);
    unit_add("a URL as long as may be", check_long_url, NULL);
    failed = unit_run("order");
    apr_pool_destroy(pool);
    return failed;
}
