/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_detect.c: @detectSQLi and @detectXSS.  Layer L1. */
#include "matcher_private.h"

#include <apr_strings.h>

#include "waf/detect/detector.h"

static match_e run_sql(const matcher_t *matcher, const matcher_run_t *on)
{
    char fingerprint[DETECTOR_FINGERPRINT];

    (void)matcher;
    if (!detector_sql(on->value, fingerprint)) {
        return MATCH_NO;
    }
    if (on->captures) {
        matcher_capture(on, slice_str(apr_pstrdup(on->pool, fingerprint)));
    }
    return MATCH_YES;
}

static const char *tell_sql(const matcher_t *matcher, slice_t value,
                            slice_t argument, slice_t target, apr_pool_t *pool)
{
    char fingerprint[DETECTOR_FINGERPRINT];

    (void)matcher, (void)argument, (void)target;
    detector_sql(value, fingerprint);
    return apr_psprintf(pool,
                        "detected SQLi using libinjection with fingerprint "
                        "'%s'",
                        fingerprint);
}

static match_e run_script(const matcher_t *matcher, const matcher_run_t *on)
{
    (void)matcher;
    if (!detector_script(on->value)) {
        return MATCH_NO;
    }
    matcher_capture(on, on->value);
    return MATCH_YES;
}

static const char *tell_script(const matcher_t *matcher, slice_t value,
                               slice_t argument, slice_t target,
                               apr_pool_t *pool)
{
    (void)matcher, (void)value, (void)argument, (void)target, (void)pool;
    return "detected XSS using libinjection.";
}

static const matcher_kind_t sql = { run_sql, tell_sql };
static const matcher_kind_t script = { run_script, tell_script };

const char *matcher_detect_make(matcher_maker_t *maker, matcher_t *matcher)
{
    pattern_condition_t *condition = &matcher->condition;
    int is_script = matcher->op.kind == OPERATOR_DETECT_XSS;

    (void)maker;
    matcher->kind = is_script ? &script : &sql;
    condition->gate_count = detector_bytes(is_script, &condition->gates[0]);
    return NULL;
}
