/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_place_test.c: rules of hosts, of sections in them and of .htaccess
 * files. */
#include "unit.h"

#include "program_parts.h"
#include "rule_text.h"

#define with_targets program_with_targets
#include "waf/program/program_except.c"
#define find find_place
#include "waf/waf_place.c"
#undef find

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

static rule_list_t *list_of(const char *text)
{
    rule_text_file_t file;

    rule_text_begin(&file, pool);
    assert_null(rule_text_read(&file, text, "t.conf"));
    return file.list;
}

/* ---- a program, shown ---- */

static void show_rule(unit_text_t *out, const program_rule_t *rule)
{
    int i;

    unit_text_add(out, " %d", (int)rule->rule->id);
    for (i = 0; i < rule->rule->target_count; i++) {
        const rule_target_t *target = &rule->rule->target[i];

        if (target->excludes) {
            unit_text_add(out, "!%.*s%s", (int)target->selector.len,
                          target->selector.p,
                          rule->selector && rule->selector[i].pattern ? "~"
                                                                      : "");
        }
    }
    if (rule->rule->status) {
        unit_text_add(out, "=%d", rule->rule->status);
    }
    if (rule->link) {
        unit_text_add(out, " >");
        show_rule(out, rule->link);
    }
}

/* Rules that are gone are passed over. */
static const char *shown(const waf_place_t *place)
{
    static unit_text_t out;
    int phase, i;

    out.len = 0;
    out.text[0] = '\0';
    for (phase = 0; place->program && phase < RULE_PHASES; phase++) {
        for (i = 0; i < place->program->phase_count[phase]; i++) {
            const program_rule_t *rule = place->program->phase[phase][i];

            if (rule->rule->target_count) {
                show_rule(&out, rule);
            }
        }
    }
    return out.text;
}

/* ---- cases ---- */

#define HOST                                                  \
    "SecRule ARGS a id:1,tag:x,chain\nSecRule ARGS_NAMES b\n" \
    "SecRule ARGS|!ARGS:/^n/ c id:2,tag:y\nSecRule ARGS d id:3\n"

typedef struct {
    const char *name;
    const char *section[3]; /* "h" first: an .htaccess file */
    const char *expect;
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "a host", { NULL }, " 1 > 0 2!^n~ 3" },
    { "a rule more", { "SecRule ARGS e id:4" }, " 1 > 0 2!^n~ 3 4" },
    { "a rule less", { "SecRuleRemoveById 2" }, " 1 > 0 3" },
    { "by tag", { "SecRuleRemoveByTag ^x$" }, " 2!^n~ 3" },
    { "a target less", { "SecRuleUpdateTargetById 1-2 !ARGS:q" },
      " 1!q > 0!q 2!^n~!q 3" },
    { "a pattern of targets less",
      { "SecRuleUpdateTargetById 3 \"!ARGS:/^q/\"" },
      " 1 > 0 2!^n~ 3!^q~" },
    { "other actions", { "SecRuleUpdateActionById 3 deny,status:418" },
      " 1 > 0 2!^n~ 3=418" },
    { "two sections", { "SecRuleRemoveById 2", "SecRuleRemoveById 3" },
      " 1 > 0" },
    { "one adds, one takes away",
      { "SecRule ARGS e id:4", "SecRuleRemoveById 1,4" }, " 2!^n~ 3" },
    { "one takes away, one adds",
      { "SecRuleRemoveById 1", "SecRule ARGS e id:1" }, " 2!^n~ 3 1" },
    { "both add", { "SecRule ARGS e id:4", "SecRule ARGS f id:5" },
      " 1 > 0 2!^n~ 3 4 5" },
    { "an .htaccess file", { "hSecRuleRemoveById 1" }, " 2!^n~ 3" },
    { "two of them",
      { "hSecRuleRemoveById 1", "hSecRuleUpdateTargetById 3 !ARGS:q" },
      " 2!^n~ 3!q" },
    { "a section behind them", { "hSecRuleRemoveById 1", "SecRule ARGS e id:4",
                                 "hSecRuleUpdateTargetById 4 !ARGS:q" },
      " 2!^n~ 3 4!q" },
    { "a section behind both", { "hSecRuleRemoveById 1",
                                 "hSecRuleRemoveById 3",
                                 "SecRule ARGS e id:4" },
      " 2!^n~ 4" },
    { "a section before them",
      { "SecRuleUpdateTargetById 2 !ARGS:q",
        "hSecRuleUpdateTargetById 2 !ARGS:r" },
      " 1 > 0 2!^n~!q!r 3" },
};
/* clang-format on */

static const waf_place_t *within(const waf_place_t *outer, const char *text)
{
    const waf_place_t *made;

    if (*text == 'h') {
        assert_null(waf_place_except(outer, list_of(text + 1), &made, pool));
    }
    else {
        assert_null(waf_place_within(outer, list_of(text), &made, pool));
    }
    return made;
}

static const waf_place_t *host(void)
{
    waf_place_forget();
    assert_false(waf_place_has_begun());
    waf_place_begin(pool, NULL, 0);
    assert_true(waf_place_has_begun());
    return within(NULL, HOST);
}

static void check(void **state)
{
    const case_t *c = *state;
    const waf_place_t *outer = host(), *place = outer;
    const char *before = apr_pstrdup(pool, shown(outer));
    int i;

    for (i = 0; i < 3 && c->section[i]; i++) {
        place = within(place, c->section[i]);
    }
    assert_string_equal(shown(place), c->expect);
    assert_string_equal(shown(outer), before);
}

/* ---- what is shared ---- */

static void a_place_is_compiled_once(void **state)
{
    const waf_place_t *outer = host(), *first, *second;
    const rule_list_t *list = list_of("SecRule ARGS e id:4");

    assert_null(waf_place_within(outer, list, &first, pool));
    assert_null(waf_place_within(outer, list, &second, pool));
    assert_ptr_equal(first, second);
}

static void exceptions_share_what_is_compiled(void **state)
{
    const waf_place_t *outer = host();
    const waf_place_t *place = within(outer, "SecRuleRemoveById 1");
    const program_rule_t *rule = outer->program->phase[1][1];

    assert_ptr_equal(place->program->phase[1][1], rule);
    place = within(outer, "SecRuleUpdateTargetById 2 !ARGS:q");
    assert_ptr_equal(place->program->phase[1][1]->matcher, rule->matcher);
    assert_int_equal(place->program->phase[1][1]->number, rule->number);
    place = within(outer, "SecRuleUpdateTargetById 2 REQUEST_BASENAME");
    assert_true(
        variable_set_has(&place->program->asked, VARIABLE_REQUEST_BASENAME));
    assert_false(
        variable_set_has(&outer->program->asked, VARIABLE_REQUEST_BASENAME));
}

/* Skips lead to places in the list of rules. */
static void rules_keep_their_places(void **state)
{
    const waf_place_t *outer = host();
    const waf_place_t *place = within(outer, "hSecRuleRemoveById 1");

    assert_int_equal(place->program->phase_count[1], 3);
    assert_null(place->program->phase[1][0]->matcher);
    assert_int_equal(place->program->phase[1][0]->skip_to, -1);
    assert_int_equal(place->program->phase[1][0]->rule->logs, 0);
}

static void a_host_without_rules_has_no_program(void **state)
{
    const waf_place_t *place;

    host();
    assert_null(waf_place_within(NULL, list_of("SecMarker A"), &place, pool));
    assert_null(place->program);
    place = within(place, "hSecRuleRemoveById 1");
    assert_null(place->program);
}

static void what_is_wrong_is_told(void **state)
{
    const waf_place_t *outer = host(), *place;
    const char *wrong =
        waf_place_within(outer, list_of("SecRule ARGS (a id:9"), &place, pool);

    assert_string_equal(wrong, "t.conf:1: rule 9: \"(a\" is no expression: "
                               "missing closing parenthesis, at byte 2");
}

int main(void)
{
    enum {
        OTHERS = 5,
        COUNT = sizeof(cases) / sizeof(*cases)
    };
    struct CMUnitTest tests[COUNT + OTHERS] = {
        cmocka_unit_test(a_place_is_compiled_once),
        cmocka_unit_test(exceptions_share_what_is_compiled),
        cmocka_unit_test(rules_keep_their_places),
        cmocka_unit_test(a_host_without_rules_has_no_program),
        cmocka_unit_test(what_is_wrong_is_told),
    };
    int failed;
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < COUNT; i++) {
        tests[i + OTHERS] = (struct CMUnitTest){
            cases[i].name, check, NULL, NULL, (void *)&cases[i],
        };
    }
    failed = cmocka_run_group_tests_name("waf_place", tests, NULL, NULL);
    apr_pool_destroy(pool);
    return failed;
}
