/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_list_test.c: what directives say one after the other, and what comes of
 * it. */
#include "unit.h"

#include "waf/rule/rule_list.c"

#include "waf/rule/rule_change.c"

#include "waf/rule/rule_build.c"
#include "waf/rule/rule_setvar.c"
#include "waf/rule/rule_text.c"

#include "waf/rule/rule_parse.c"
#include "waf/rule/rule_words.c"

#include "waf/match/expression.c"
#include "waf/match/expression_scan.c"
#include "waf/match/work_time.c"
#include "waf/transform/transform.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"

static apr_pool_t *pool;

enum {
    WORDS_MAX = 4
};

/* ---- a place, read from lines with "  " between their words ---- */

static int split(char *line, char *word[WORDS_MAX])
{
    int n = 0;

    while (line && n < WORDS_MAX) {
        char *gap = strstr(line, "  ");

        word[n++] = line;
        if (gap) {
            *gap = '\0';
            gap += 2;
        }
        line = gap;
    }
    return n;
}

static const char *say(rule_list_t *list, char *line)
{
    char *w[WORDS_MAX] = { NULL };
    int n = split(line, w);

    switch (*w[0]) {
    case 'R': /* SecRule */
        return rule_list_add(list, w[1], w[2], w[3], "f:1", pool);
    case 'A':
        return rule_list_add(list, NULL, NULL, w[1], "f:2", pool);
    case 'M':
        return rule_list_marker(list, w[1], pool);
    case 'D':
        return rule_list_default(list, w[1], pool);
    case 'i':
        return rule_list_remove_id(list, w[1], "f:3", pool);
    case 't':
        return rule_list_remove_tag(list, w[1], "f:3", pool);
    case 'm':
        return rule_list_remove_msg(list, w[1], "f:3", pool);
    case 'I':
    case 'T':
    case 'S':
        return rule_list_update_target(list,
                                       *w[0] == 'I'   ? CHANGE_BY_ID
                                       : *w[0] == 'T' ? CHANGE_BY_TAG
                                                      : CHANGE_BY_MSG,
                                       w[1], w[2], n > 3 ? w[3] : NULL, "f:4",
                                       pool);
    default:
        return rule_list_update_action(list, w[1], w[2], "f:5", pool);
    }
}

/* @return NULL and *list, or what is wrong */
static const char *read_place(const char *text, rule_list_t **list)
{
    char *line, *rest, *copy = apr_pstrdup(pool, text);
    const char *wrong = NULL;

    *list = rule_list_make(pool);
    (*list)->skip = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH((*list)->skip, const char *) = "@soundsLike";
    APR_ARRAY_PUSH((*list)->skip, const char *) = "t:rot13";
    for (line = apr_strtok(copy, "\n", &rest); line && !wrong;
         line = apr_strtok(NULL, "\n", &rest)) {
        wrong = say(*list, line);
    }
    return wrong;
}

/* ---- a list, shown ---- */

static void show_targets(unit_text_t *out, const rule_t *rule)
{
    int i;

    for (i = 0; i < rule->target_count; i++) {
        const rule_target_t *t = &rule->target[i];

        unit_text_add(out, "%s%s%s", i ? "|" : " ", t->excludes ? "!" : "",
                      rule_variable_name(t->variable));
        if (t->selector.len) {
            unit_text_add(out, ":%.*s", (int)t->selector.len, t->selector.p);
        }
    }
}

static void show_rule(unit_text_t *out, const rule_t *rule)
{
    static const char *const verdicts[] = { "pass",  "block",    "deny",
                                            "drop",  "redirect", "allow",
                                            "allow", "allow" };
    int i;

    unit_text_add(out, "%d", (int)rule->id);
    show_targets(out, rule);
    unit_text_add(out, " %s", verdicts[rule->verdict]);
    if (rule->status) {
        unit_text_add(out, "%d", rule->status);
    }
    for (i = 0; i < rule->transform_count; i++) {
        unit_text_add(out, " t%d", (int)rule->transform[i]);
    }
    if (rule->link) {
        unit_text_add(out, " > ");
        show_rule(out, rule->link);
    }
}

static void show(unit_text_t *out, const rule_list_t *list)
{
    int i;

    for (i = 0; i < list->items->nelts; i++) {
        const rule_item_t *item = &APR_ARRAY_IDX(list->items, i, rule_item_t);

        unit_text_add(out, "%s", i ? "; " : "");
        if (item->rule) {
            show_rule(out, item->rule);
        }
        else {
            unit_text_add(out, "%.*s", (int)item->marker.len, item->marker.p);
        }
    }
}

/* ---- cases ---- */

typedef struct {
    const char *name, *outer, *inner, *expect;
} case_t;

#define A "R  ARGS  @rx a  id:1,deny,tag:x/a,msg:'No, %{tx.a}'\n"
#define B "R  ARGS|REQUEST_URI  b  id:2,pass,tag:x/b\n"
#define CHAIN "R  ARGS  a  id:3,deny,chain\nR  ARGS_NAMES  b\n"

/* clang-format off */
static const case_t cases[] = {
    { "in their order", A "M  END\nA  id:9,pass\n" B, NULL,
      "1 ARGS deny; END; 9 pass; 2 ARGS|REQUEST_URI pass" },
    { "a chain", CHAIN B, NULL,
      "3 ARGS deny > 0 ARGS_NAMES pass; 2 ARGS|REQUEST_URI pass" },
    { "inner behind outer", A, B, "1 ARGS deny; 2 ARGS|REQUEST_URI pass" },
    { "ids are of their place", A, A, "1 ARGS deny; 1 ARGS deny" },
    { "an id again", A A, NULL,
      "there is a rule with id:1 already, at f:1" },

    { "the last default is that of all phases",
      "D  phase:2,deny,status:405\nD  phase:1,drop,status:406\n"
      "R  ARGS  a  id:1,phase:3,block", NULL, "1 ARGS drop406" },
    { "rules before it have another",
      "R  ARGS  a  id:1,block\nD  phase:2,deny,status:405", NULL,
      "1 ARGS pass" },
    { "a default is of its place", "D  phase:2,deny", "R  ARGS  a  id:1,block",
      "1 ARGS pass" },

    { "removed", A B "i  1", NULL, "2 ARGS|REQUEST_URI pass" },
    { "a range", A B CHAIN "i  1-2", NULL,
      "3 ARGS deny > 0 ARGS_NAMES pass" },
    { "more", A B CHAIN "i  1,3", NULL, "2 ARGS|REQUEST_URI pass" },
    { "only what is before it", "i  1-9\n" A, NULL, "1 ARGS deny" },
    { "of an outer place", A B, "i  1", "2 ARGS|REQUEST_URI pass" },
    { "not again in an inner one", A "i  1", A, "1 ARGS deny" },
    { "no id", "i  one", NULL,
      "'one' is neither an id of a rule nor ids as 942100-942199" },
    { "by tag", A B "t  /a$", NULL, "2 ARGS|REQUEST_URI pass" },
    { "by tag, all", A B "t  ^x", NULL, "" },
    { "by message", A B "m  No, %\\{tx", NULL, "2 ARGS|REQUEST_URI pass" },
    { "by a bad expression", A "t  (", NULL,
      "\"(\" is no expression: missing closing parenthesis, at byte 1" },

    { "a target more", A B "I  1  !ARGS:x", NULL,
      "1 ARGS|!ARGS:x deny; 2 ARGS|REQUEST_URI pass" },
    { "of the whole chain", CHAIN "I  3  !ARGS:x", NULL,
      "3 ARGS|!ARGS:x deny > 0 ARGS_NAMES|!ARGS:x pass" },
    { "two", A "I  1  !ARGS:x,!ARGS:y", NULL, "1 ARGS|!ARGS:x|!ARGS:y deny" },
    { "in the place of another", B "I  2  FILES  ARGS", NULL,
      "2 REQUEST_URI|FILES pass" },
    { "there is no such", B "I  2  FILES  ARGS:x", NULL,
      "2 ARGS|REQUEST_URI pass" },
    { "by tag", A B "T  x/b  !ARGS:z", NULL,
      "1 ARGS deny; 2 ARGS|REQUEST_URI|!ARGS:z pass" },
    { "by message", A B "S  No  !ARGS:z", NULL,
      "1 ARGS|!ARGS:z deny; 2 ARGS|REQUEST_URI pass" },
    { "outer rules stay", A, "I  1  !ARGS:x", "1 ARGS|!ARGS:x deny" },
    { "no variable", "I  1  !ARG:x", NULL, "there is no variable ARG" },

    { "other actions", A "U  1  pass,t:length", NULL, "1 ARGS pass t10" },
    { "its targets remain", A "I  1  !ARGS:x\nU  1  status:404", NULL,
      "1 ARGS|!ARGS:x deny404" },
    { "twice", A "U  1  status:404\nU  1  drop", NULL, "1 ARGS drop404" },
    { "a link", CHAIN "U  3:1  t:length\nU  3  status:404", NULL,
      "3 ARGS deny404 > 0 ARGS_NAMES pass t10" },
    { "no such link", CHAIN "U  3:2  t:length", NULL,
      "f:5: rule 3: its chain has no such rule" },
    { "none is meant", A "U  7  pass", NULL, "1 ARGS deny" },
    { "id", A "U  1  id:4", NULL, "the id of a rule stays as it is" },
    { "phase", A "U  1  phase:4", NULL, "the phase of a rule stays as it is" },
    { "chain", A "U  1  chain", NULL,
      "f:5: rule 1: a rule that stands alone cannot begin a chain" },
    { "a bad action", A "U  1  status:x", NULL,
      "f:5: rule 1: status:x is no number up to 599" },
    { "a bad link", A "U  1:x  pass", NULL,
      "'1:x' is no rule of a chain as 942100:1" },

    { "skipped by name", "R  ARGS  @soundsLike a  id:7,deny\n" A, NULL,
      "1 ARGS deny" },
    { "with its chain",
      "R  ARGS  @soundsLike a  id:7,deny,chain\nR  ARGS  a  chain\n"
      "R  ARGS  b\n" A, NULL, "1 ARGS deny" },
    { "by its link",
      B "R  ARGS  a  id:7,deny,chain\nR  ARGS  b  t:rot13,chain\nR  ARGS  c\n"
      "R  ARGS  d  id:7,deny", NULL,
      "2 ARGS|REQUEST_URI pass; 7 ARGS deny" },
    { "a name within another", "R  ARGS  @soundsLikes a  id:7", NULL,
      "there is no operator @soundsLikes" },
    { "another mistake", "R  ARGZ  a  id:7", NULL,
      "there is no variable ARGZ" },

    { "an open chain", "R  ARGS  a  id:3,deny,chain", NULL,
      "the chain of rule 3 at f:1 waits for its next rule" },
    { "an open chain outside", "R  ARGS  a  id:3,deny,chain", A,
      "the chain of rule 3 at f:1 waits for its next rule" },
    { "a marker in a chain", "R  ARGS  a  id:3,deny,chain\nM  x", NULL,
      "the chain of rule 3 at f:1 waits for its next rule" },
};
/* clang-format on */

static void check(void **state)
{
    const case_t *c = *state;
    rule_list_t *outer, *inner = NULL;
    const rule_list_t *made;
    unit_text_t before = { .len = 0 }, after = { .len = 0 };
    unit_text_t out = { .len = 0 };
    const char *wrong = read_place(c->outer, &outer);

    if (!wrong && c->inner) {
        wrong = read_place(c->inner, &inner);
    }
    if (!wrong) {
        show(&before, outer);
        wrong =
            rule_list_finish(rule_list_join(outer, inner, pool), &made, pool);
        show(&after, outer);
        assert_string_equal(after.text, before.text);
    }
    if (!wrong) {
        show(&out, made);
    }
    assert_string_equal(wrong ? wrong : out.text, c->expect);
}

static void skipped_rules_are_told(void **state)
{
    rule_list_t *list;

    assert_null(read_place("R  ARGS  @soundsLike a  id:7,deny", &list));
    assert_int_equal(list->skipped->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(list->skipped, 0, const char *),
                        "f:1: there is no operator @soundsLike");
}

static void nothing_joined_is_nothing(void **state)
{
    assert_null(rule_list_join(NULL, NULL, pool));
}

int main(void)
{
    enum {
        COUNT = sizeof(cases) / sizeof(*cases)
    };
    struct CMUnitTest tests[COUNT + 2] = {
        cmocka_unit_test(skipped_rules_are_told),
        cmocka_unit_test(nothing_joined_is_nothing),
    };
    int failed;
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < COUNT; i++) {
        tests[i + 2] = (struct CMUnitTest){
            cases[i].name, check, NULL, NULL, (void *)&cases[i],
        };
    }
    failed = cmocka_run_group_tests_name("rule_list", tests, NULL, NULL);
    apr_pool_destroy(pool);
    return failed;
}
