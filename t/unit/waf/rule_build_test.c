/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_build_test.c: what a rule's actions come to. */
#include "unit.h"

#include "waf/rule/rule_build.c"
#include "waf/rule/rule_setvar.c"
#include "waf/rule/rule_text.c"

#include "waf/rule/rule_parse.c"
#include "waf/rule/rule_words.c"
#include "waf/transform/transform.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"

static apr_pool_t *pool;
static rule_default_t defaults[RULE_PHASES];

static const char *build(const char *text, const rule_t *starter, rule_t *rule)
{
    apr_array_header_t *actions =
        apr_array_make(pool, 8, sizeof(rule_action_t));
    const char *wrong = rule_actions_parse(text, actions, pool);

    memset(rule, 0, sizeof(*rule));
    return wrong ? wrong : rule_build(actions, defaults, starter, rule, pool);
}

/* A text as it was read: variables in <>. */
static void show_text(unit_text_t *out, rule_text_t text)
{
    int i;

    for (i = 0; i < text.count; i++) {
        const rule_text_part_t *part = &text.part[i];

        if (part->variable >= 0) {
            unit_text_add(out, "<%s%s%.*s>", rule_variable_name(part->variable),
                          part->text.len ? "." : "", (int)part->text.len,
                          part->text.p ? part->text.p : "");
        }
        else {
            unit_text_add(out, "%.*s", (int)part->text.len, part->text.p);
        }
    }
}

/* ---- texts ---- */

typedef struct {
    const char *text, *expect;
} case_t;

/* clang-format off */
static const case_t texts[] = {
    { "plain", "plain" },
    { "", "" },
    { "%{tx.a}", "<TX.a>" },
    { "a %{MATCHED_VAR_NAME}: %{tx.0}!", "a <MATCHED_VAR_NAME>: <TX.0>!" },
    { "%{rule.msg}", "<RULE.msg>" },
    { "%{request_headers.user-agent}", "<REQUEST_HEADERS.user-agent>" },
    { "%{nothing} %{ %", " %{ %" },
};

static const case_t setvars[] = {
    { "tx.a=1", "TX a =1" },
    { "tx.a", "TX a =1" },
    { "tx.a=", "TX a =" },
    { "TX.score=+%{tx.critical}", "TX score +<TX.critical>" },
    { "tx.a=-2", "TX a -2" },
    { "!tx.a", "TX a !1" },
    { "ip.%{tx.n}=+1", "IP <TX.n> +1" },
    { "a=1", "setvar:a=1 names no variable of a collection, as tx.name=value does" },
    { "tx.=1", "setvar:tx.=1 names no variable of a collection, as tx.name=value does" },
    { "remote_addr.a=1", "setvar:remote_addr.a=1 names no variable of a collection, as tx.name=value does" },
};

static const case_t ctl_cases[] = {
    { "ruleRemoveById=1", "1-1" },
    { "ruleRemoveById=100-200", "100-200" },
    { "ruleRemoveById=200-100", "ctl:ruleRemoveById: wants an id or two, as 942100-942199" },
    { "ruleRemoveTargetById=9;ARGS:a", "9-9 ARGS a" },
    { "ruleRemoveTargetById=9", "ctl:ruleRemoveTargetById: variables are missing, as ARGS|REQUEST_HEADERS:User-Agent" },
    { "ruleRemoveTargetByTag=attack-sqli;ARGS:/^x/", "0-0 attack-sqli ARGS ^x" },
    { "ruleEngine=Off", "0-0 Off" },
    { "ruleEngine", "ctl:ruleEngine: wants On, Off or DetectionOnly" },
    { "ruleEngine=Of", "ctl:ruleEngine: wants On, Off or DetectionOnly" },
    { "auditEngine=relevantonly", "0-0 relevantonly" },
    { "auditEngine=DetectionOnly", "ctl:auditEngine: wants On, Off or RelevantOnly" },
    { "requestBodyAccess=1", "0-0 On" },
    { "requestBodyAccess=False", "0-0 Off" },
    { "responseBodyAccess=TRUE", "0-0 On" },
    { "responseBodyAccess=0", "0-0 Off" },
    { "requestBodyAccess=2", "ctl:requestBodyAccess: wants On or Off" },
    { "forceRequestBodyVariable=1", "ctl:forceRequestBodyVariable: wants On or Off" },
    { "requestBodyProcessor=", "ctl:requestBodyProcessor: wants a value" },
    { "requestBodyLimit=x", "ctl:requestBodyLimit: wants a number" },
    { "explode=1", "there is no ctl:explode" },
};
/* clang-format on */

static void check_text(void **state)
{
    const case_t *c = *state;
    unit_text_t out = { .len = 0 };

    show_text(&out, rule_text_parse(slice_str(c->text), pool));
    assert_string_equal(out.text, c->expect);
}

static void check_setvar(void **state)
{
    const case_t *c = *state;
    unit_text_t out = { .len = 0 };
    rule_setvar_t setvar;
    const char *wrong = rule_setvar_parse(slice_str(c->text), &setvar, pool);

    if (wrong) {
        assert_string_equal(wrong, c->expect);
        return;
    }
    unit_text_add(&out, "%s ", rule_variable_name(setvar.collection));
    show_text(&out, setvar.name);
    unit_text_add(&out, " %c", "=+-!"[setvar.kind]);
    show_text(&out, setvar.value);
    assert_string_equal(out.text, c->expect);
}

static void check_ctl(void **state)
{
    const case_t *c = *state;
    unit_text_t out = { .len = 0 };
    rule_ctl_t ctl;
    const char *wrong = rule_ctl_parse(slice_str(c->text), &ctl, pool);

    if (wrong) {
        assert_string_equal(wrong, c->expect);
        return;
    }
    unit_text_add(&out, "%d-%d", (int)ctl.first, (int)ctl.last);
    if (ctl.value.len) {
        unit_text_add(&out, " %.*s", (int)ctl.value.len, ctl.value.p);
    }
    if (ctl.target_count) {
        unit_text_add(&out, " %s %.*s",
                      rule_variable_name(ctl.target->variable),
                      (int)ctl.target->selector.len, ctl.target->selector.p);
    }
    assert_string_equal(out.text, c->expect);
}

/* ---- rules ---- */

static void check_plain(void **state)
{
    rule_t rule;

    assert_null(build("id:7,phase:1,deny,status:418,log,noauditlog,"
                      "msg:'a %{tx.1}',tag:x,tag:y,severity:CRITICAL,"
                      "t:none,t:urlDecodeUni,t:lowercase,capture,"
                      "setvar:tx.a=+1,ctl:ruleRemoveById=3,skipAfter:END",
                      NULL, &rule));
    assert_int_equal(rule.id, 7);
    assert_int_equal(rule.phase, 1);
    assert_int_equal(rule.verdict, RULE_DENY);
    assert_int_equal(rule.status, 418);
    assert_int_equal(rule.logs, 1);
    assert_int_equal(rule.logs_audit, 0);
    assert_int_equal(rule.msg.count, 2);
    assert_int_equal(rule.tag_count, 2);
    assert_int_equal(rule.severity, 2);
    assert_int_equal(rule.transform_count, 2);
    assert_int_equal(rule.transform[1], TRANSFORM_LOWERCASE);
    assert_int_equal(rule.captures, 1);
    assert_int_equal(rule.setvar_count, 1);
    assert_int_equal(rule.ctl_count, 1);
    assert_true(slice_eq(rule.skip_after, SLICE_LIT("END")));
}

/* block is what SecDefaultAction says; its transformations come first. */
static void check_default(void **state)
{
    apr_array_header_t *actions =
        apr_array_make(pool, 8, sizeof(rule_action_t));
    rule_t rule;
    int phase;

    assert_null(rule_actions_parse("phase:2,nolog,auditlog,deny,status:403,"
                                   "t:lowercase",
                                   actions, pool));
    assert_null(rule_default_build(actions, &defaults[1], &phase, pool));
    assert_int_equal(phase, 2);
    assert_null(build("id:7,block,t:trim", NULL, &rule));
    assert_int_equal(rule.phase, 2);
    assert_int_equal(rule.verdict, RULE_DENY);
    assert_int_equal(rule.status, 403);
    assert_int_equal(rule.logs, 0);
    assert_int_equal(rule.logs_audit, 1);
    assert_int_equal(rule.transform_count, 2);
    assert_int_equal(rule.transform[0], TRANSFORM_LOWERCASE);
    assert_null(build("id:8,pass,t:none,t:trim,log", NULL, &rule));
    assert_int_equal(rule.verdict, RULE_PASS);
    assert_int_equal(rule.transform_count, 1);
    assert_int_equal(rule.logs, 1);
    assert_null(build("id:9,phase:1,block", NULL, &rule));
    assert_int_equal(rule.verdict, RULE_PASS);
    defaults[1] = rule_default();
}

static void check_chain(void **state)
{
    rule_t starter, link;

    assert_null(build("id:7,phase:1,deny,chain", NULL, &starter));
    assert_int_equal(starter.is_chained, 1);
    assert_null(build("t:none,setvar:tx.a=1", &starter, &link));
    assert_int_equal(link.phase, 1);
    assert_string_equal(build("deny", &starter, &link),
                        "only the first rule of a chain may deny, drop, "
                        "redirect or allow");
    assert_string_equal(build("phase:2", &starter, &link),
                        "a link of a chain has the phase of its first rule: "
                        "leave it out");
}

/* clang-format off */
static const case_t bad[] = {
    { "phase:1,pass", "a rule needs an id, as id:100001" },
    { "id:x", "id:x is no number up to 4294967295" },
    { "id:1-2", "id:1-2 is no number up to 4294967295" },
    { "id:1,phase:6", "phase:6 is neither 1 to 5 nor request, response or logging" },
    { "id:1,t:upsidedown", "there is no transformation t:upsidedown" },
    { "id:1,severity:BAD", "severity:BAD is neither 0 to 7 nor a word as CRITICAL" },
    { "id:1,deny,status:1000", "status:1000 is no number up to 599" },
    { "id:1,allow:all", "allow:all: there are allow, allow:phase and allow:request" },
    { "id:1,setvar:x", "setvar:x names no variable of a collection, as tx.name=value does" },
};
/* clang-format on */

static void check_bad(void **state)
{
    const case_t *c = *state;
    rule_t rule;

    assert_string_equal(build(c->text, NULL, &rule), c->expect);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < RULE_PHASES; i++) {
        defaults[i] = rule_default();
    }
    for (i = 0; i < UNIT_COUNT(texts); i++) {
        unit_add(texts[i].text, check_text, &texts[i]);
    }
    for (i = 0; i < UNIT_COUNT(setvars); i++) {
        unit_add(setvars[i].text, check_setvar, &setvars[i]);
    }
    for (i = 0; i < UNIT_COUNT(ctl_cases); i++) {
        unit_add(ctl_cases[i].text, check_ctl, &ctl_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(bad); i++) {
        unit_add(bad[i].text, check_bad, &bad[i]);
    }
    unit_add("plain", check_plain, NULL);
    unit_add("default", check_default, NULL);
    unit_add("chain", check_chain, NULL);
    return unit_run("rule_build");
}
