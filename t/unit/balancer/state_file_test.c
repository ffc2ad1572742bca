/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_file_test.c: what is kept comes back the same; what else a file may
 * hold is told and not used. */
#include "unit.h"

#include <apr_general.h>

#include "admin/json_read.c"
#include "control/entry_json.c"
#include "state/state_file.c"

#define HEAD "{\"format\": \"mod_rproxy_balancer\", \"version\": 1, "
#define FILE_OF(members) \
    HEAD "\"upstreams\": [{\"name\": \"app\", \"members\": [" members "]}]}"

static apr_pool_t *pool;

typedef struct {
    const char *text;
    const char *result; /* or "! " and a part of the sentence */
} case_t;

/* url flags wanted until weight, and of an added one its zone and route */
static void describe(unit_text_t *t, const state_member_t *m)
{
    unit_text_add(t, "%s%s%s %s", m->entry.url, m->added ? "+" : "",
                  m->removed ? "-" : "", member_state_text(m->wanted));
    if (m->until_s) {
        unit_text_add(t, " until %d", (int)m->until_s);
    }
    if (m->weight_set || m->added) {
        unit_text_add(t, " weight %d", m->entry.weight);
    }
    if (m->added) {
        unit_text_add(t, " [%s] [%s] %d", m->entry.zone, m->entry.route,
                      (int)m->entry.source);
    }
    unit_text_add(t, "; ");
}

static void describe_all(unit_text_t *t, const apr_array_header_t *upstreams)
{
    int i, k;

    for (i = 0; i < upstreams->nelts; i++) {
        const state_upstream_t *u =
            &APR_ARRAY_IDX(upstreams, i, state_upstream_t);

        unit_text_add(t, "%s: ", u->name);
        for (k = 0; k < u->members->nelts; k++) {
            describe(t, &APR_ARRAY_IDX(u->members, k, state_member_t));
        }
    }
}

/* clang-format off */
static const case_t cases[] = {
    { HEAD "\"upstreams\": []}", "" },
    { FILE_OF(""), "app: " },
    { FILE_OF("{\"url\": \"http://a:1\", \"wanted\": \"maintenance\"}"),
      "app: http://a:1 maintenance; " },
    { FILE_OF("{\"url\": \"http://a:1\", \"wanted\": \"drain\", "
              "\"until\": 77}, {\"url\": \"http://b:1\", \"weight\": 0}"),
      "app: http://a:1 drain until 77; http://b:1 up weight 0; " },
    { FILE_OF("{\"url\": \"http://a:1\", \"removed\": true}"),
      "app: http://a:1- up; " },
    { FILE_OF("{\"url\": \"http://a:1\", \"added\": true, \"zone\": \"z\", "
              "\"route\": \"r\", \"wanted\": \"drain\"}"),
      "app: http://a:1+ drain weight 1 [z] [r] 1; " },

    { "", "! not JSON" },
    { FILE_OF("{\"url\": \"http://a:1\"") "x", "! not JSON" },
    { "[]", "! not a state" },
    { "{}", "! not a state" },
    { "{\"format\": \"else\", \"version\": 1, \"upstreams\": []}",
      "! not a state" },
    { "{\"format\": \"mod_rproxy_balancer\", \"version\": 0, "
      "\"upstreams\": []}", "! of version 0, this module knows version 1" },
    { "{\"format\": \"mod_rproxy_balancer\", \"version\": 2, "
      "\"upstreams\": [], \"new\": 1}", "! of version 2" },
    { "{\"format\": \"mod_rproxy_balancer\", \"upstreams\": []}",
      "! of version 0" },
    { HEAD "\"upstreams\": [], \"more\": 1}", "! \"more\" is not known" },
    { HEAD "\"upstreams\": {}}", "! \"upstreams\" is no list" },
    { "{\"format\": \"mod_rproxy_balancer\", \"version\": 1}",
      "! \"upstreams\" is no list" },
    { HEAD "\"upstreams\": [{\"members\": []}]}", "! no \"name\"" },
    { HEAD "\"upstreams\": [{\"name\": \"a\"}]}", "! \"members\" is no list" },
    { FILE_OF("1"), "! upstream app, member 1: expected an object" },
    { FILE_OF("{\"url\": \"a\"}, {}"), "! member 2: \"url\" is missing" },
    { FILE_OF("{\"url\": \"a\"}, {\"url\": \"a\"}"), "! twice" },
    { FILE_OF("{\"url\": \"a\", \"wanted\": \"down\"}"), "! 'down' is neither" },
    { FILE_OF("{\"url\": \"a\", \"weight\": 1001}"), "! from 0 to 1000" },
    { FILE_OF("{\"url\": \"a\", \"wanted\": \"drain\", \"until\": -1}"),
      "! \"until\" must be a number" },
    { FILE_OF("{\"url\": \"a\", \"wanted\": \"drain\", "
              "\"until\": 9223372036854775807}"),
      "! \"until\" must be a number" },
    { FILE_OF("{\"url\": \"a\", \"wanted\": \"drain\", "
              "\"until\": 9223372036854}"), /* no overflow in usec by now */
      "! \"until\" must be a number" },
    { FILE_OF("{\"url\": \"a\", \"added\": true, \"removed\": true}"),
      "! at once" },
    { FILE_OF("{\"url\": \"a\", \"weigth\": 1}"), "! \"weigth\" is not known" },
};
/* clang-format on */

static const char *parse(const char *text, unit_text_t *seen)
{
    apr_array_header_t *upstreams;
    const char *fault = state_file_parse(text, strlen(text), &upstreams, pool);

    if (!fault) {
        describe_all(seen, upstreams);
    }
    return fault;
}

static void check_parse(void **state)
{
    const case_t *c = *state;
    unit_text_t seen = { "", 0 };
    const char *fault = parse(c->text, &seen);

    if (c->result[0] == '!') {
        assert_non_null(fault);
        if (!strstr(fault, c->result + 2)) {
            fail_msg("'%s' is not in '%s'", c->result + 2, fault);
        }
        return;
    }
    if (fault) {
        fail_msg("%s", fault);
    }
    assert_string_equal(seen.text, c->result);
}

/* Written and read again it is the same. */
static void check_round(void **state)
{
    const case_t *c = *state;
    unit_text_t seen = { "", 0 };
    apr_array_header_t *upstreams;

    if (c->result[0] == '!') {
        return;
    }
    assert_null(state_file_parse(c->text, strlen(c->text), &upstreams, pool));
    assert_null(parse(state_file_text(upstreams, pool), &seen));
    assert_string_equal(seen.text, c->result);
}

/* Each prefix of a file: what a writer that died would have left. */
static void check_cut(void **state)
{
    static const char text[] =
        FILE_OF("{\"url\": \"http://a:1\", \"wanted\": \"drain\"}");
    apr_array_header_t *upstreams;
    size_t i;

    for (i = 0; i < sizeof(text) - 1; i++) {
        assert_non_null(state_file_parse(text, i, &upstreams, pool));
    }
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text, check_parse, &cases[i]);
        unit_add("written and read again", check_round, &cases[i]);
    }
    unit_add("cut short", check_cut, NULL);
    failed = unit_run("state_file");
    apr_pool_destroy(pool);
    return failed;
}
