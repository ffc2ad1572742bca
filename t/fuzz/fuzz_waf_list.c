/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_list.c: lines of a configuration, then those of a section in it,
 * behind a line "--".  Promises: a section that only makes exceptions comes to
 * the same rules with the same targets whether all is compiled again or the
 * program of the place around it is taken; that one stays as it was. */
#include "fuzz.h"

#include "../unit/waf/program_parts.h"
#include "../unit/waf/rule_text.h"

#define with_targets program_with_targets
#include "waf/program/program_except.c"

static apr_pool_t *pool;

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    (void)value;
    *fingerprint = '\0';
    return 0;
}

int detector_script(slice_t value)
{
    (void)value;
    return 0;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

static const char *join_rule(const char *text, const program_rule_t *rule)
{
    int i;

    text = apr_psprintf(pool, "%s %d:", text, (int)rule->rule->id);
    for (i = 0; i < rule->rule->target_count; i++) {
        const rule_target_t *target = &rule->rule->target[i];

        FUZZ_CHECK(!target->is_pattern || rule->selector[i].pattern);
        text = apr_psprintf(pool, "%s%d%d%d%.*s|", text, (int)target->variable,
                            target->excludes, target->counts,
                            (int)target->selector.len, target->selector.p);
    }
    return rule->link ? join_rule(text, rule->link) : text;
}

/* Without what does nothing: such a rule may stand for one that is gone. */
static const char *rules_of(const program_t *program)
{
    const char *text = "";
    int phase, i;

    for (phase = 0; program && phase < RULE_PHASES; phase++) {
        for (i = 0; i < program->phase_count[phase]; i++) {
            const program_rule_t *rule = program->phase[phase][i];

            if (rule->rule->target_count || rule->link) {
                text = join_rule(text, rule);
            }
        }
    }
    return text;
}

/* @return NULL: the rules are wrong */
static const program_t *compile_list(const rule_list_t *list)
{
    const rule_list_t *finished;
    const program_t *program;

    return rule_list_finish(list, &finished, pool)
                   || program_make(finished, NULL, 1000, &program, pool)
               ? NULL
               : program;
}

static void compare_both(const rule_list_t *outer, const rule_list_t *inner)
{
    const program_t *base = compile_list(outer), *again, *derived;
    const char *before;

    if (!base) {
        return;
    }
    again = compile_list(rule_list_join(outer, inner, pool));
    if (again && rule_list_is_exceptions(inner)) {
        before = rules_of(base);
        FUZZ_CHECK(!program_except(base, inner, &derived, pool));
        FUZZ_CHECK(strcmp(rules_of(derived), rules_of(again)) == 0);
        FUZZ_CHECK(strcmp(rules_of(base), before) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rule_text_file_t outer, inner;
    char *text, *section;

    if (!pool) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    text = apr_pstrmemdup(pool, (const char *)data, size);
    section = strstr(text, "--\n");
    if (section) {
        *section = '\0';
        section += 3;
    }
    rule_text_begin(&outer, pool);
    rule_text_begin(&inner, pool);
    if (!rule_text_read(&outer, text, "a")
        && !rule_text_read(&inner, section ? section : "", "b")) {
        compare_both(outer.list, inner.list);
    }
    apr_pool_clear(pool);
    return 0;
}
