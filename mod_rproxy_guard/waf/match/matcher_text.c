/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_text.c: operators that compare texts and numbers, as operators.h has
 * them.  Layer L1. */
#include "matcher_private.h"

#include <apr_strings.h>

#include "operators.h"
#include "waf/request/waf_line.h"

static match_e text_run(const matcher_t *matcher, const matcher_run_t *on)
{
    return operator_text(matcher->op.kind, on->value, on->argument) ? MATCH_YES
                                                                    : MATCH_NO;
}

/* NULL: no operator of numbers. */
static const char *number_name(rule_operator_e kind)
{
    switch (kind) {
    case OPERATOR_EQ:
        return "EQ";
    case OPERATOR_GE:
        return "GE";
    case OPERATOR_GT:
        return "GT";
    case OPERATOR_LE:
        return "LE";
    case OPERATOR_LT:
        return "LT";
    default:
        return NULL;
    }
}

static const char *text_name(rule_operator_e kind)
{
    return kind == OPERATOR_WITHIN     ? "String match within"
           : kind == OPERATOR_STRMATCH ? "Pattern match"
                                       : "String match";
}

static const char *text_tell(const matcher_t *matcher, slice_t value,
                             slice_t argument, slice_t target, apr_pool_t *pool)
{
    const char *number = number_name(matcher->op.kind);

    (void)value;
    if (matcher->op.kind == OPERATOR_UNCONDITIONAL_MATCH) {
        return "Unconditional match in SecAction.";
    }
    if (number) {
        return apr_psprintf(pool, "Operator %s matched %d at %.*s.", number,
                            operator_number(argument), (int)target.len,
                            target.p);
    }
    return apr_psprintf(pool, "%s \"%s\" at %.*s.", text_name(matcher->op.kind),
                        waf_line_escape(argument, pool), (int)target.len,
                        target.p);
}

static const matcher_kind_t text_kind = { text_run, text_tell };

const char *matcher_text_make(matcher_maker_t *maker, matcher_t *matcher)
{
    matcher->kind = &text_kind;
    matcher_take_text(maker, matcher);
    return NULL;
}
