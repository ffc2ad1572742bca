/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* surrogate_test.c: fields by which an application rules its cache. */
#include "unit.h"

#include "policy/surrogate.c"
#include "http1/h1_fields.c"

typedef struct {
    const char *value;
    const char *result;
} case_t;

/* clang-format off */
/* ttl, stale-while-revalidate, stale-if-error, no-store */
static const case_t controls[] = {
    { "", "-1 -1 -1 0" },
    { "max-age=3600", "3600 -1 -1 0" },
    { "Max-Age=60", "60 -1 -1 0" },
    { "max-age=60+30", "60 30 30 0" },
    { "max-age=60+30, stale-while-revalidate=5", "60 5 30 0" },
    { "stale-if-error=7, max-age=60", "60 -1 7 0" },
    { "no-store", "0 -1 -1 1" },
    { "no-store, max-age=60", "0 -1 -1 1" },
    { "max-age=60, no-store", "0 -1 -1 1" },
    { "content=\"ESI/1.0, max-age=5\", max-age=9", "9 -1 -1 0" },
    { "max-age=60, max-age=9;rproxy", "9 -1 -1 0" },
    { "max-age=9; RProxy, max-age=60", "9 -1 -1 0" },
    { "no-store, max-age=60;rproxy", "60 -1 -1 0" },
    { "max-age=60, no-store;rproxy", "0 -1 -1 1" },
    { "max-age=60, no-store;other", "60 -1 -1 0" },
    { "max-age=60, max-age=9+3;other", "60 -1 -1 0" },
    { "max-age", "0 -1 -1 0" },
    { "max-age=", "0 -1 -1 0" },
    { "max-age=abc", "0 -1 -1 0" },
    { "max-age=-5", "0 -1 -1 0" },
    { "max-age=5x", "0 -1 -1 0" },
    { "max-age=5+", "5 -1 -1 0" },
    { "max-age=5+x", "0 -1 -1 0" },
    { "max-age=\"60\"", "60 -1 -1 0" },
    { "max-age=99999999999999999999999", "2147483648 -1 -1 0" },
    { "unheard-of=1", "-1 -1 -1 0" },
};

static const case_t ttls[] = {
    { "0", "0" }, { "60", "60" }, { " 60 ", "60" }, { "60s", "60" },
    { "5m", "300" }, { "2h", "7200" }, { "1D", "86400" }, { "1w", "604800" },
    { "99999999999999999999w", "2147483648" },
    { "", "-" }, { "m", "-" }, { "5 m", "-" }, { "5ms", "-" }, { "5x", "-" },
    { "-5", "-" }, { "1.5h", "-" },
};

static const case_t purges[] = {
    { "", "" },
    { "tag=news", "tag[news]" },
    { "tag=a, tag=\"b c\" , TAG=d;soft", "tag[a] tag[b c] tag[d]~" },
    { "url=/a?b=c;d", "url[/a?b=c;d]" },
    { "url=\"/a,b\" ; Soft, url=/c", "url[/a,b]~ url[/c]" },
    { "prefix=/shop/;soft", "prefix[/shop/]~" },
    { "host", "host" },
    { "host;soft,all", "host~ all" },
    { "all;soft", "all~" },
    { "tag=", "?" },
    { "url=a", "?" },
    { "prefix=", "?" },
    { "everything, tag=x", "? tag[x]" },
    { "all=1", "?" },
    { "soft", "?" },
    { ";soft", "?" },
    { "tag=soft", "tag[soft]" },
};
/* clang-format on */

static void check_control(void **state)
{
    const case_t *c = *state;
    surrogate_control_t s;
    unit_text_t got = { "", 0 };

    surrogate_control_read(&s, slice_str(c->value));
    unit_text_add(&got, "%lld %lld %lld %d", (long long)s.ttl_s,
                  (long long)s.while_revalidate_s, (long long)s.if_error_s,
                  s.no_store);
    assert_string_equal(got.text, c->result);
}

static void check_ttl(void **state)
{
    const case_t *c = *state;
    int64_t seconds = -7;
    unit_text_t got = { "-", 1 };

    if (surrogate_ttl_read(slice_str(c->value), &seconds) == 0) {
        got.len = 0;
        unit_text_add(&got, "%lld", (long long)seconds);
    }
    assert_string_equal(got.text, c->result);
}

static void check_purge(void **state)
{
    static const char *const kinds[] = { "tag", "url", "prefix", "host",
                                         "all" };
    const case_t *c = *state;
    slice_t rest = slice_str(c->value);
    unit_text_t got = { "", 0 };
    purge_command_t p;
    int more;

    while ((more = purge_command_next(&rest, &p)) != 0) {
        unit_text_add(&got, "%s", got.len ? " " : "");
        if (more < 0) {
            unit_text_add(&got, "?");
            continue;
        }
        unit_text_add(&got, "%s", kinds[p.kind]);
        if (p.text.p) {
            unit_text_add(&got, "[%.*s]", (int)p.text.len, p.text.p);
        }
        unit_text_add(&got, "%s", p.soft ? "~" : "");
    }
    assert_string_equal(got.text, c->result);
}

static void check_kinds(void **state)
{
    (void)state;
    assert_int_equal(surrogate_kind(SLICE_LIT("surrogate-control")),
                     SURROGATE_CONTROL);
    assert_int_equal(surrogate_kind(SLICE_LIT("Surrogate-Key")),
                     SURROGATE_TAGS);
    assert_int_equal(surrogate_kind(SLICE_LIT("XKEY")), SURROGATE_TAGS);
    assert_int_equal(surrogate_kind(SLICE_LIT("Cache-Tag")), SURROGATE_TAGS);
    assert_int_equal(surrogate_kind(SLICE_LIT("RProxy-Tag")), SURROGATE_TAGS);
    assert_int_equal(surrogate_kind(SLICE_LIT("RProxy-TTL")), SURROGATE_TTL);
    assert_int_equal(surrogate_kind(SLICE_LIT("RProxy-Purge")),
                     SURROGATE_PURGE);
    assert_int_equal(surrogate_kind(SLICE_LIT("Cache-Control")),
                     SURROGATE_NONE);
    assert_int_equal(surrogate_kind(SLICE_LIT("")), SURROGATE_NONE);
}

static void add_all(const case_t *cases, size_t count, CMUnitTestFunction test)
{
    size_t i;

    for (i = 0; i < count; i++) {
        unit_add(cases[i].value, test, &cases[i]);
    }
}

int main(void)
{
    add_all(controls, UNIT_COUNT(controls), check_control);
    add_all(ttls, UNIT_COUNT(ttls), check_ttl);
    add_all(purges, UNIT_COUNT(purges), check_purge);
    unit_add("names", check_kinds, NULL);
    return unit_run("surrogate");
}
