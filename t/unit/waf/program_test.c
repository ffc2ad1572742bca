/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_test.c: what a list of rules becomes. */
#include "unit.h"

#include "program_parts.h"
#include "rule_text.h"

static apr_pool_t *pool;

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    *fingerprint = '\0';
    return 0;
}

int detector_script(slice_t value)
{
    return 0;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

static const char *make(const char *text, const program_t **program)
{
    rule_text_file_t file;
    const char *wrong;

    rule_text_begin(&file, pool);
    wrong = rule_text_read(&file, text, "t.conf");
    return wrong ? wrong : program_make(file.list, NULL, 0, program, pool);
}

/* ---- rules in their phases ---- */

static void show_rule(unit_text_t *out, const program_rule_t *rule)
{
    const program_rule_t *link;

    unit_text_add(out, "%d%s", (int)rule->rule->id,
                  rule->matcher ? "" : " action");
    for (link = rule->link; link; link = link->link) {
        unit_text_add(out, "+");
    }
    if (rule->skip_to >= 0) {
        unit_text_add(out, ">%d", rule->skip_to);
    }
}

typedef struct {
    const char *name, *text, *expect;
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "phases", "SecRule ARGS x id:1,phase:2\n"
                "SecRule ARGS x id:2,phase:1\n"
                "SecAction id:3,phase:2\n",
      "1: 2; 2: 1 3 action;" },
    { "a chain", "SecRule ARGS x id:1,chain\n"
                 "SecRule ARGS y chain\n"
                 "SecRule ARGS z\n"
                 "SecRule ARGS z id:2\n",
      "2: 1++ 2;" },
    { "behind a marker", "SecAction id:1,skipAfter:END\n"
                         "SecAction id:2,phase:1,skipAfter:END\n"
                         "SecAction id:3\n"
                         "SecMarker END\n"
                         "SecAction id:4\n",
      "1: 2 action>1; 2: 1 action>2 3 action 4 action;" },
    { "a marker of that name before", "SecMarker END\n"
                                      "SecAction id:1,skipAfter:END\n"
                                      "SecAction id:2\n"
                                      "SecMarker END\n"
                                      "SecAction id:3\n",
      "2: 1 action>2 2 action 3 action;" },
    { "no such marker", "SecAction id:1,skipAfter:END\n"
                        "SecAction id:2\n",
      "2: 1 action>2 2 action;" },
    { "behind a rule", "SecAction id:1,skipAfter:2\n"
                       "SecAction id:2\n"
                       "SecAction id:3\n",
      "2: 1 action>2 2 action 3 action;" },
    { "so many", "SecAction id:1,skip:1\n"
                 "SecAction id:2,skip:5\n"
                 "SecAction id:3\n",
      "2: 1 action>2 2 action>3 3 action;" },
    { "not supported", "SecRule ARGS x id:1,chain\n"
                       "SecRule ARGS \"@geoLookup\"\n"
                       "SecRule ARGS x id:2\n",
      "2: 2; t.conf:1: rule 1: @geoLookup is not supported" },
    { "a wrong expression", "SecRule ARGS (x id:1\n",
      "t.conf:1: rule 1: \"(x\" is no expression: missing closing parenthesis, at byte 2" },
    { "a wrong selector", "SecRule ARGS:/(x/ x id:1\n",
      "t.conf:1: rule 1: \"(x\" is no expression: missing closing parenthesis, at byte 2" },
    { "a wrong tag", "SecAction \"id:1,ctl:ruleRemoveByTag=(x\"\n",
      "t.conf:1: \"(x\" is no expression: missing closing parenthesis, at byte 2" },
};
/* clang-format on */

static void check_case(void **state)
{
    const case_t *c = *state;
    unit_text_t out = { .len = 0 };
    const program_t *program;
    const char *wrong = make(c->text, &program);
    int phase, i;

    if (wrong) {
        assert_string_equal(wrong, c->expect);
        return;
    }
    for (phase = 0; phase < RULE_PHASES; phase++) {
        if (!program->phase_count[phase]) {
            continue;
        }
        unit_text_add(&out, "%s%d:", out.len ? " " : "", phase + 1);
        for (i = 0; i < program->phase_count[phase]; i++) {
            unit_text_add(&out, " ");
            show_rule(&out, program->phase[phase][i]);
        }
        unit_text_add(&out, ";");
    }
    for (i = 0; i < program->left_out->nelts; i++) {
        unit_text_add(&out, " %s",
                      APR_ARRAY_IDX(program->left_out, i, const char *));
    }
    assert_string_equal(out.text, c->expect);
}

/* ---- what is shared ---- */

static void check_shared(void **state)
{
    const program_rule_t *a, *b;
    const program_t *program;

    assert_null(make("SecRule ARGS:/^A/ \"@rx union\" id:1,t:lowercase\n"
                     "SecRule ARGS:/^A/ \"!@rx union\" id:2,t:lowercase\n",
                     &program));
    a = program->phase[1][0];
    b = program->phase[1][1];
    assert_ptr_equal(a->matcher, b->matcher);
    assert_int_equal(a->chain, b->chain);
    assert_ptr_equal(a->selector[0].pattern, b->selector[0].pattern);
    assert_int_equal(expression_run(a->selector[0].pattern, SLICE_LIT("ab"),
                                    NULL, NULL),
                     MATCH_YES);
    assert_int_equal(expression_run(a->selector[0].pattern, SLICE_LIT("ba"),
                                    NULL, NULL),
                     MATCH_NO);
}

/* What a pattern says of names of TX is known; not where it may tell cases
 * apart. */
static void check_selectors(void **state)
{
    const program_rule_t *const *rules;
    const program_selector_t *known;
    const program_t *program;
    int abc, xyz;

    assert_null(make("SecAction id:1,setvar:tx.Abc=1,setvar:tx.xyz=2\n"
                     "SecRule ARGS|TX:/^aB/ @unconditionalMatch id:2\n"
                     "SecRule TX:/(?-i)^ab/ @unconditionalMatch id:3\n"
                     "SecRule ARGS:/^ab/ @unconditionalMatch id:4\n",
                     &program));
    rules = program->phase[1];
    known = &rules[1]->selector[1];
    abc = tx_names_find(program->tx_names, SLICE_LIT("abc"));
    xyz = tx_names_find(program->tx_names, SLICE_LIT("XYZ"));
    assert_true(program_bit(known->tx, (uint32_t)abc));
    assert_false(program_bit(known->tx, (uint32_t)xyz));
    assert_null(rules[1]->selector[0].pattern);
    assert_null(rules[2]->selector[0].tx);
    assert_null(rules[3]->selector[0].tx);
}

/* A name that looks like a further target is a name. */
static void check_views(void **state)
{
    const program_t *program;
    const char *same = "SecRule \"ARGS:x|ARGS_NAMES:y\" \"@rx a\" id:1\n"
                       "SecRule \"ARGS:x|ARGS_NAMES:y\" \"@rx b\" id:2\n";
    const char *other =
        apr_psprintf(pool,
                     "SecRule \"ARGS:x|ARGS_NAMES:y\" \"@rx a\" id:1\n"
                     "SecRule \"ARGS:'x|%d:y'\" \"@rx b\" id:2\n",
                     VARIABLE_ARGS_NAMES);

    assert_null(make(same, &program));
    assert_int_equal(program->view_count, 1);
    assert_null(make(other, &program));
    assert_int_equal(program->view_count, 2);
}

/* ---- rules that speak of others ---- */

/* The numbers that the ctl of rule 9 speaks of. */
typedef struct {
    const char *ctl, *expect;
} ctl_case_t;

/* Rule 1 has the numbers 0 and 1, rule 2 the number 2, 30 has 3, 9 has 4. */
static const ctl_case_t ctl_cases[] = {
    { "ruleRemoveById=1", "0 1" },
    { "ruleRemoveById=2-40", "2 3 4" },
    { "ruleRemoveTargetById=30;ARGS:a", "3" },
    { "ruleRemoveByTag=attack", "0 1 2" },
    { "ruleRemoveTargetByTag=^attack-x$;ARGS:/a/", "2" },
    { "ruleRemoveByMsg=^No %{TX.a}", "3" },
    { "ruleEngine=Off", "none" },
};

static void check_ctl(void **state)
{
    const ctl_case_t *c = *state;
    unit_text_t out = { .len = 0 };
    const program_t *program;
    const program_ctl_t *ctl;
    uint32_t i;

    assert_null(make(apr_psprintf(pool,
                                  "SecRule ARGS x id:1,tag:attack-y,chain\n"
                                  "SecRule ARGS y\n"
                                  "SecRule ARGS x id:2,tag:a,tag:attack-x\n"
                                  "SecRule ARGS x \"id:30,phase:1,msg:'No "
                                  "%%{tx.a} today'\"\n"
                                  "SecAction \"id:9,phase:1,ctl:%s\"\n",
                                  c->ctl),
                     &program));
    ctl = &program->phase[0][1]->ctl[0];
    for (i = 0; ctl->rules && i < program->rule_count; i++) {
        if (program_bit(ctl->rules, i)) {
            unit_text_add(&out, "%s%u", out.len ? " " : "", i);
        }
    }
    assert_string_equal(ctl->rules ? out.text : "none", c->expect);
    assert_int_equal(ctl->selector != NULL, strstr(c->ctl, "/a/") != NULL);
}

int main(void)
{
    int failed;
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("shared", check_shared, NULL);
    unit_add("selectors", check_selectors, NULL);
    unit_add("views", check_views, NULL);
    for (i = 0; i < UNIT_COUNT(ctl_cases); i++) {
        unit_add(ctl_cases[i].ctl, check_ctl, &ctl_cases[i]);
    }
    failed = unit_run("program");
    apr_pool_destroy(pool);
    return failed;
}
