/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* litespeed_test.c: fields as the LiteSpeed Cache plugins send them. */
#include "unit.h"

#include "policy/litespeed.c"
#include "http1/h1_fields.c"

typedef struct {
    const char *value;
    const char *result;
} case_t;

/* clang-format off */
/* ttl, and what else is said */
static const case_t controls[] = {
    { "", "-1" },
    { "public,max-age=604800", "604800 public" },
    { "public,max-age=604800,esi=on", "604800 public" },
    { "public,no-vary,max-age=60", "60 public no-vary" },
    { "public, s-maxage=30, max-age=60", "30 public" },
    { "private,max-age=1800", "0 no-store private" },
    { "shared,private,max-age=1800", "0 no-store private" },
    { "no-cache", "0 no-store" },
    { "no-cache,esi=on", "0 no-store" },
    { "no-store", "0 no-store" },
    { "Public, Max-Age = 5", "5 public" },
    { "public,max-age=x", "0 public" },
    { "public,max-age=", "0 public" },
    { "esi=on", "-1" },
};
static const case_t tags[] = {
    { "", "" },
    { "1a2_Po.5,1a2_F,1a2_", "[1a2_Po.5][1a2_F][1a2_]" },
    { " a , b,,public:c,public:", "[a][b][c]" },
    { "URL./blog/?x", "[URL./blog/?x]" },
};
static const case_t purges[] = {
    { "", "" },
    { "*", "host" },
    { "public,*", "host" },
    { "tag=*", "host" },
    { "private,*", "" },
    { "tag=Cat1, tag=Page2", "tag[Cat1] tag[Page2]" },
    { "public,1a2_Po.5,1a2_F", "tag[1a2_Po.5] tag[1a2_F]" },
    { "public,stale,1a2_Po.5,1a2_F;private,*",
      "tag[1a2_Po.5]~ tag[1a2_F]~" },
    { "private, tag=a; public, tag=b", "tag[b]" },
    { "public,stale,tag=a;tag=b", "tag[a]~ tag[b]" },
    { "public, tag=a; private, tag=*", "tag[a]" },
    { "/phpinfo.php, /a?b=c", "url[/phpinfo.php] url[/a?b=c]" },
    { "private, /phpinfo.php", "" },
    { "stale,*", "host~" },
    { "tag=", "" },
    { ",;,", "" },
};
static const case_t varies[] = {
    { "", "" },
    { "cookie=wp-postpass_0123", "cookie[wp-postpass_0123]" },
    { "cookie=a, cookie=b,value=mobile", "cookie[a] cookie[b] value[mobile]" },
    { "cookie", "?[cookie]" },
    { "cookie=", "?[]" },
    { "header=x", "?[x]" },
};
/* clang-format on */

static void check_control(void **state)
{
    const case_t *c = *state;
    litespeed_control_t l;
    unit_text_t got = { "", 0 };

    litespeed_control_read(&l, slice_str(c->value));
    unit_text_add(&got, "%lld%s%s%s%s", (long long)l.surrogate.ttl_s,
                  l.surrogate.no_store ? " no-store" : "",
                  l.is_public ? " public" : "", l.is_private ? " private" : "",
                  l.no_vary ? " no-vary" : "");
    assert_string_equal(got.text, c->result);
    assert_int_equal(l.surrogate.if_error_s, -1);
}

static void check_tags(void **state)
{
    const case_t *c = *state;
    slice_t rest = slice_str(c->value), tag;
    unit_text_t got = { "", 0 };

    while (litespeed_tag_next(&rest, &tag)) {
        unit_text_add(&got, "[%.*s]", (int)tag.len, tag.p);
    }
    assert_string_equal(got.text, c->result);
}

static void check_purge(void **state)
{
    static const char *const kinds[] = { "tag", "url", "prefix", "host",
                                         "all" };
    const case_t *c = *state;
    litespeed_purge_t purge = { slice_str(c->value), 0, 0 };
    unit_text_t got = { "", 0 };
    purge_command_t p;

    while (litespeed_purge_next(&purge, &p)) {
        unit_text_add(&got, "%s%s", got.len ? " " : "", kinds[p.kind]);
        if (p.text.p) {
            unit_text_add(&got, "[%.*s]", (int)p.text.len, p.text.p);
        }
        unit_text_add(&got, "%s", p.soft ? "~" : "");
    }
    assert_string_equal(got.text, c->result);
}

static void check_vary(void **state)
{
    static const char *const kinds[] = { "cookie", "value", "?" };
    const case_t *c = *state;
    slice_t rest = slice_str(c->value), name;
    unit_text_t got = { "", 0 };
    litespeed_vary_e kind;

    while (litespeed_vary_next(&rest, &kind, &name)) {
        unit_text_add(&got, "%s%s[%.*s]", got.len ? " " : "", kinds[kind],
                      (int)name.len, name.p);
    }
    assert_string_equal(got.text, c->result);
}

static void check_kinds(void **state)
{
    (void)state;
    assert_int_equal(litespeed_kind(SLICE_LIT("X-Litespeed-Cache-Control")),
                     LITESPEED_CONTROL);
    assert_int_equal(litespeed_kind(SLICE_LIT("x-litespeed-tag")),
                     LITESPEED_TAGS);
    assert_int_equal(litespeed_kind(SLICE_LIT("X-LiteSpeed-Purge")),
                     LITESPEED_PURGE);
    assert_int_equal(litespeed_kind(SLICE_LIT("X-LiteSpeed-Purge2")),
                     LITESPEED_PURGE);
    assert_int_equal(litespeed_kind(SLICE_LIT("X-LiteSpeed-Vary")),
                     LITESPEED_VARY);
    assert_int_equal(litespeed_kind(SLICE_LIT("X-LiteSpeed-Cache")),
                     LITESPEED_INFO);
    assert_int_equal(litespeed_kind(SLICE_LIT("X-LiteSpeed-")), LITESPEED_NONE);
    assert_int_equal(litespeed_kind(SLICE_LIT("Cache-Control")),
                     LITESPEED_NONE);
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
    add_all(tags, UNIT_COUNT(tags), check_tags);
    add_all(purges, UNIT_COUNT(purges), check_purge);
    add_all(varies, UNIT_COUNT(varies), check_vary);
    unit_add("names", check_kinds, NULL);
    return unit_run("litespeed");
}
