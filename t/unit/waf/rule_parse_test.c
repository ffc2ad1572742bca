/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_parse_test.c: targets, operators and actions of SecRule. */
#include "unit.h"

#include "waf/rule/rule_parse.c"
#include "waf/rule/rule_words.c"

static apr_pool_t *pool;

typedef struct {
    const char *text, *expect;
} text_case_t;

static void check_targets(void **state)
{
    const text_case_t *c = *state;
    apr_array_header_t *targets =
        apr_array_make(pool, 4, sizeof(rule_target_t));
    const char *wrong = rule_targets_parse(c->text, targets, pool);
    unit_text_t out = { .len = 0 };
    int i;

    if (wrong) {
        unit_text_add(&out, "%s", wrong);
    }
    for (i = 0; i < targets->nelts && !wrong; i++) {
        rule_target_t t = APR_ARRAY_IDX(targets, i, rule_target_t);

        unit_text_add(&out, "%s%s%s%s%s%.*s", i ? " " : "",
                      t.excludes ? "not " : "", t.counts ? "count " : "",
                      rule_variable_name(t.variable),
                      t.is_pattern     ? "~"
                      : t.selector.len ? "="
                                       : "",
                      (int)t.selector.len, t.selector.p ? t.selector.p : "");
    }
    assert_string_equal(out.text, c->expect);
}

/* clang-format off */
static const text_case_t target_cases[] = {
    { "ARGS", "ARGS" },
    { "ARGS|!ARGS:note|&TX:x", "ARGS not ARGS=note count TX=x" },
    { "args_names | xml:/*", "ARGS_NAMES XML=/*" },
    { "XML://@*", "XML=//@*" },
    { "REQUEST_COOKIES|!REQUEST_COOKIES:/__utm/", "REQUEST_COOKIES not REQUEST_COOKIES~__utm" },
    { "ARGS:'/a|b/'|FILES", "ARGS~a|b FILES" },
    { "ARGS:'it\\'s'", "ARGS=it's" },
    { "REQUEST_HEADERS:/", "REQUEST_HEADERS=/" },
    { "ARGS,FILES", "ARGS FILES" },
    { "", "variables are missing, as ARGS|REQUEST_HEADERS:User-Agent" },
    { "ARGZ", "there is no variable ARGZ" },
    { "|ARGS", "there is no variable |" },
    { "ARGS|", "there is no variable " },
    { "ARGS:", "the name of a part is missing behind \":\"" },
    { "ARGS:'a", "a quoted name of a part does not end" },
    { "REMOTE_ADDR:x", "REMOTE_ADDR has no parts: leave out \":x\"" },
    { "ARGS FILES", "\"FILES\" is behind a variable, where | should be" },
};

static const text_case_t operator_cases[] = {
    { "@rx ^a b$", "rx ^a b$" },
    { "^a$", "rx ^a$" },
    { "!@rx ^a$", "not rx ^a$" },
    { "!^a$", "not rx ^a$" },
    { "@PMFROMFILE  x.data", "pmFromFile x.data" },
    { "@detectSQLi", "detectSQLi " },
    { "@streq ", "streq " },
    { "@eq", "@eq needs an argument" },
    { "@regex a", "there is no operator @regex" },
    { "@", "there is no operator @" },
    { "", "rx " },
};

static const text_case_t action_cases[] = {
    { "id:1,phase:2,deny", "id=1 phase=2 deny" },
    { " id : 1 , pass ", "id=1 pass" },
    { "msg:'a, b: \\'c\\''", "msg=a, b: 'c'" },
    { "setvar:'tx.a=+%{tx.b}',t:none,t:lowercase", "setvar=tx.a=+%{tx.b} t=none t=lowercase" },
    { "ctl:ruleRemoveTargetById=942100;ARGS:comment", "ctl=ruleRemoveTargetById=942100;ARGS:comment" },
    { "allow:phase,allow", "allow=phase allow" },
    { "sanitizeMatched", "sanitiseMatched" },
    { "pass,,nolog,", "pass nolog" },
    { "", "" },
    { "jump:1", "there is no action jump" },
    { "msg:'a", "the quotes of msg do not end" },
    { "id", "id needs a value behind \":\"" },
    { "pass:1", "pass takes no value" },
    { "msg:'a'b", "\"b\" is behind msg, where a comma should be" },
};
/* clang-format on */

static void check_operator(void **state)
{
    const text_case_t *c = *state;
    rule_operator_t op;
    const char *wrong = rule_operator_parse(c->text, &op, pool);
    unit_text_t out = { .len = 0 };

    if (wrong) {
        unit_text_add(&out, "%s", wrong);
    }
    else {
        unit_text_add(&out, "%s%s %.*s", op.negated ? "not " : "",
                      rule_operator_name(op.kind), (int)op.argument.len,
                      op.argument.p);
    }
    assert_string_equal(out.text, c->expect);
}

static void check_actions(void **state)
{
    const text_case_t *c = *state;
    apr_array_header_t *all = apr_array_make(pool, 4, sizeof(rule_action_t));
    const char *wrong = rule_actions_parse(c->text, all, pool);
    unit_text_t out = { .len = 0 };
    int i;

    if (wrong) {
        unit_text_add(&out, "%s", wrong);
    }
    for (i = 0; i < all->nelts && !wrong; i++) {
        rule_action_t a = APR_ARRAY_IDX(all, i, rule_action_t);

        unit_text_add(&out, "%s%s%s%.*s", i ? " " : "",
                      rule_action_name(a.kind), a.argument.len ? "=" : "",
                      (int)a.argument.len, a.argument.p ? a.argument.p : "");
    }
    out.text[out.len] = '\0';
    assert_string_equal(out.text, c->expect);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(target_cases); i++) {
        unit_add(target_cases[i].text, check_targets, &target_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(operator_cases); i++) {
        unit_add(operator_cases[i].text, check_operator, &operator_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(action_cases); i++) {
        unit_add(action_cases[i].text, check_actions, &action_cases[i]);
    }
    return unit_run("rule_parse");
}
