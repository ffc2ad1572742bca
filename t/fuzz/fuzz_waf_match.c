/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_match.c: lines with operators as rules have them, an empty line, a
 * value.  Promise: all of them together, behind one search for the words of
 * all, answer as PCRE2 alone and a search for phrases one by one do, with the
 * same captures. */
#include "fuzz.h"

#include "../unit/waf/match_parts.h"

enum {
    OPERATORS = 24,
    LIMIT = 20000
};

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    *fingerprint = '\0';
    return value.len > 60;
}

int detector_script(slice_t value)
{
    return value.len > 70;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

/* ---- the judge ---- */

static match_e judge_expression(const matcher_t *matcher, slice_t value,
                                captures_t *captures)
{
    slice_t text = matcher->op.argument;
    int error, found;
    size_t at;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text.p, text.len,
                      PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY, &error, &at, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create(CAPTURES_MAX, NULL);

    FUZZ_CHECK(code != NULL);
    pcre2_set_match_limit(context, LIMIT);
    found = pcre2_match(code, (PCRE2_SPTR)value.p, value.len, 0, PCRE2_NO_JIT,
                        data, context);
    if (found >= 0) {
        fill_captures(data, value, found, captures);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_code_free(code);
    return found >= 0                     ? MATCH_YES
           : found == PCRE2_ERROR_NOMATCH ? MATCH_NO
                                          : MATCH_LIMIT;
}

static void check_captures(const captures_t *a, const captures_t *b)
{
    int i;

    FUZZ_CHECK(a->count == b->count);
    for (i = 0; i < a->count; i++) {
        FUZZ_CHECK(slice_eq(a->group[i], b->group[i]));
    }
}

/* A limit is counted in other steps by JIT: who meets it says nothing. */
static void check(const matcher_t *matcher, strings_t *strings, int number,
                  slice_t argument)
{
    work_time_t time = { .window = 1 + (size_t)number % 7 };
    captures_t got = { .count = 0 }, want = { .count = 0 };
    match_e found =
        matcher_run(matcher, strings, number, argument, &time, &got);
    match_e judged =
        matcher->expression
            ? judge_expression(matcher, strings_text(strings, number), &want)
            : matcher_run_plain(matcher, strings, number, argument, &want);

    if (found == MATCH_LIMIT || judged == MATCH_LIMIT) {
        return;
    }
    FUZZ_CHECK(found == judged);
    if (found == MATCH_YES) {
        check_captures(&got, &want);
        FUZZ_CHECK(*matcher_tell(matcher, 0, strings_text(strings, number),
                                 argument, SLICE_LIT("ARGS:a"),
                                 strings_pool(strings)));
    }
}

/* ---- reading ---- */

/* Files are none of this. */
static int reads_files(rule_operator_e kind)
{
    return kind == OPERATOR_PM_F || kind == OPERATOR_PM_FROM_FILE
           || kind == OPERATOR_IP_MATCH_F
           || kind == OPERATOR_IP_MATCH_FROM_FILE;
}

/* @return how many operators there are */
static int read_operators(char *text, char **rest, const matcher_t **matchers,
                          matcher_maker_t *maker, apr_pool_t *pool)
{
    int count = 0;

    while (*text && *text != '\n' && count < OPERATORS) {
        char *end = text + strcspn(text, "\n");
        rule_operator_t op;

        *rest = end + (*end != '\0');
        *end = '\0';
        if (!rule_operator_parse(text, &op, pool) && !reads_files(op.kind)
            && !matcher_make(maker, &op, "/:1", &matchers[count])) {
            count++;
        }
        text = *rest;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *parent;
    const matcher_t *matchers[OPERATORS];
    matcher_maker_t *maker;
    strings_plan_t plan;
    strings_t *strings;
    apr_pool_t *pool;
    char *text, *rest;
    slice_t value;
    int count, i;

    if (!parent) {
        apr_initialize();
        apr_pool_create(&parent, NULL);
    }
    apr_pool_create(&pool, parent);
    rest = text = apr_pstrmemdup(pool, (const char *)data, size);
    maker = matcher_maker_make(LIMIT, pool);
    count = read_operators(text, &rest, matchers, maker, pool);
    FUZZ_CHECK(!matcher_maker_plan(maker, transform_chains_make(pool), &plan));
    value = slice_make(rest, size - (size_t)(rest - text));
    value.p = fuzz_copy(value.p, value.len);
    strings = strings_make(&plan, 100000, pool);
    for (i = 0; i < count; i++) {
        check(matchers[i], strings, strings_add(strings, value),
              SLICE_LIT("a.b|c"));
    }
    free((char *)(uintptr_t)value.p);
    apr_pool_destroy(pool);
    return 0;
}
