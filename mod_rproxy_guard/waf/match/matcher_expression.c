/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_expression.c: @rx.  Layer L1.
 *
 * One with variables in it is compiled when they are known; as ModSecurity
 * does, some of its bytes, those of the rule too, stand for themselves then. */
#include "matcher_private.h"

#include <apr_strings.h>

static slice_t with_escapes(slice_t text, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, text.len * 4 + 1), *p = out;
    size_t i;

    for (i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c < 0x20 || c > 0x7e) {
            p += apr_snprintf(p, 5, "\\x%02x", c);
            continue;
        }
        if (strchr("().[]?+\\/:\"", c)) {
            *p++ = '\\';
        }
        *p++ = (char)c;
    }
    return slice_make(out, (size_t)(p - out));
}

/* "^.*$", by which rules name a value: it may have any bytes. */
static int takes_all(slice_t expression)
{
    return slice_eq(expression, SLICE_LIT("^.*$"));
}

static match_e all_run(const matcher_t *matcher, const matcher_run_t *on)
{
    (void)matcher;
    matcher_capture(on, on->value.p ? on->value : SLICE_LIT(""));
    return MATCH_YES;
}

static match_e rx_run(const matcher_t *matcher, const matcher_run_t *on)
{
    if (!matcher->expands) {
        return expression_run(matcher->expression, on->value, on->time,
                              on->captures);
    }
    return expression_run_text(with_escapes(on->argument, on->pool),
                               matcher->limit, on->value, on->time,
                               on->captures);
}

static const char *rx_tell(const matcher_t *matcher, slice_t value,
                           slice_t argument, slice_t target, apr_pool_t *pool)
{
    slice_t text = matcher->expands ? with_escapes(argument, pool) : argument;

    (void)value;
    return apr_pstrcat(pool, "Pattern match \"", matcher_log_cut(text, pool),
                       "\" at ", apr_pstrmemdup(pool, target.p, target.len),
                       ".", NULL);
}

static const matcher_kind_t rx_kind = { rx_run, rx_tell };
static const matcher_kind_t all_kind = { all_run, rx_tell };

const char *matcher_expression_make(matcher_maker_t *maker, matcher_t *matcher)
{
    const char *wrong;
    int i;

    if (takes_all(matcher->op.argument)) {
        matcher->kind = &all_kind;
        return NULL;
    }
    matcher->kind = &rx_kind;
    matcher->limit = maker->limit;
    matcher_take_text(maker, matcher);
    if (matcher->expands) {
        return NULL;
    }
    wrong = expression_make(matcher->op.argument, 0, maker->limit,
                            &matcher->expression, maker->pool);
    if (wrong) {
        return wrong;
    }
    matcher->length_min = expression_length_min(matcher->expression);
    matcher->condition = pattern_condition(matcher->op.argument, maker->pool);
    for (i = 0; i < matcher->condition.word_count; i++) {
        matcher_maker_word(maker, matcher, matcher->condition.words[i]);
    }
    return NULL;
}
