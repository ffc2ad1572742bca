/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_build.c: see rule.h.  Layer L1. */
#include "rule.h"

#include <apr_strings.h>

/* What is collected while a rule is built. */
typedef struct {
    rule_t *rule;
    rule_default_t own; /* what becomes of a match, and the transformations */
    int says_verdict, says_audit;
    apr_array_header_t *tags, *setvars, *ctls, *transforms;
    apr_pool_t *pool;
    const char *wrong;
} building_t;

/* ---- values ---- */

static int read_phase(slice_t text)
{
    static const slice_t words[] = { SLICE_LIT("request"),
                                     SLICE_LIT("response"),
                                     SLICE_LIT("logging") };
    static const int phases[] = { 2, 4, 5 };
    int i;

    for (i = 0; i < 3; i++) {
        if (slice_eq_nocase(text, words[i])) {
            return phases[i];
        }
    }
    return text.len == 1 && text.p[0] >= '1' && text.p[0] <= '5'
               ? text.p[0] - '0'
               : 0;
}

static int read_severity(slice_t text)
{
    static const char *const words[] = { "EMERGENCY", "ALERT",   "CRITICAL",
                                         "ERROR",     "WARNING", "NOTICE",
                                         "INFO",      "DEBUG" };
    int i;

    for (i = 0; i < 8; i++) {
        if (slice_eq_nocase(text, slice_str(words[i]))) {
            return i;
        }
    }
    return text.len == 1 && text.p[0] >= '0' && text.p[0] <= '7'
               ? text.p[0] - '0'
               : -1;
}

static uint64_t take_number(building_t *b, const rule_action_t *action,
                            uint64_t most)
{
    uint64_t first = 0, last = 0;

    if (!rule_ids_parse(action->argument, &first, &last) || first != last
        || first > most) {
        b->wrong = apr_psprintf(b->pool,
                                "%s:%.*s is no number up to %" APR_UINT64_T_FMT,
                                rule_action_name(action->kind),
                                (int)action->argument.len, action->argument.p,
                                (apr_uint64_t)most);
    }
    return first;
}

static rule_verdict_e read_allow(building_t *b, slice_t text)
{
    if (slice_eq_nocase(text, SLICE_LIT("phase"))) {
        return RULE_ALLOW_PHASE;
    }
    if (slice_eq_nocase(text, SLICE_LIT("request"))) {
        return RULE_ALLOW_REQUEST;
    }
    if (text.len) {
        b->wrong = apr_psprintf(b->pool,
                                "allow:%.*s: there are allow, allow:phase and "
                                "allow:request",
                                (int)text.len, text.p);
    }
    return RULE_ALLOW;
}

/* ---- one action each ---- */

static void set_verdict(building_t *b, rule_verdict_e verdict)
{
    b->own.verdict = verdict;
    b->says_verdict = 1;
}

static int take_verdict(building_t *b, const rule_action_t *a)
{
    switch (a->kind) {
    case ACTION_PASS:
        set_verdict(b, RULE_PASS);
        return 1;
    case ACTION_BLOCK:
        set_verdict(b, RULE_BLOCK);
        return 1;
    case ACTION_DENY:
        set_verdict(b, RULE_DENY);
        return 1;
    case ACTION_DROP:
        set_verdict(b, RULE_DROP);
        return 1;
    case ACTION_ALLOW:
        set_verdict(b, read_allow(b, a->argument));
        return 1;
    case ACTION_REDIRECT:
        set_verdict(b, RULE_REDIRECT);
        b->own.redirect = rule_text_parse(a->argument, b->pool);
        return 1;
    case ACTION_STATUS:
        b->own.status = (int)take_number(b, a, 599);
        return 1;
    default:
        return 0;
    }
}

static int take_log(building_t *b, const rule_action_t *a)
{
    switch (a->kind) {
    case ACTION_LOG:
    case ACTION_NOLOG:
        b->own.logs = a->kind == ACTION_LOG;
        if (!b->says_audit) {
            b->own.logs_audit = b->own.logs;
        }
        return 1;
    case ACTION_AUDITLOG:
    case ACTION_NOAUDITLOG:
        b->own.logs_audit = a->kind == ACTION_AUDITLOG;
        b->says_audit = 1;
        return 1;
    case ACTION_MSG:
        b->rule->msg = rule_text_parse(a->argument, b->pool);
        b->rule->msg_text = a->argument;
        return 1;
    case ACTION_LOGDATA:
        b->rule->logdata = rule_text_parse(a->argument, b->pool);
        return 1;
    case ACTION_REV:
        b->rule->rev = a->argument;
        return 1;
    case ACTION_VER:
        b->rule->ver = a->argument;
        return 1;
    case ACTION_MATURITY:
        b->rule->maturity = a->argument;
        return 1;
    case ACTION_ACCURACY:
        b->rule->accuracy = a->argument;
        return 1;
    case ACTION_TAG:
        APR_ARRAY_PUSH(b->tags, slice_t) = a->argument;
        return 1;
    default:
        return 0;
    }
}

static void take_severity(building_t *b, slice_t text)
{
    b->rule->severity = read_severity(text);
    if (b->rule->severity < 0) {
        b->wrong = apr_psprintf(b->pool,
                                "severity:%.*s is neither 0 to 7 nor a word "
                                "as CRITICAL",
                                (int)text.len, text.p);
    }
}

static void take_transform(building_t *b, slice_t name)
{
    int found;

    if (slice_eq_nocase(name, SLICE_LIT("none"))) {
        b->transforms->nelts = 0;
        return;
    }
    found = transform_find(name);
    if (found < 0) {
        b->wrong = apr_psprintf(b->pool, "there is no transformation t:%.*s",
                                (int)name.len, name.p);
        return;
    }
    APR_ARRAY_PUSH(b->transforms, transform_e) = (transform_e)found;
}

static void take_effect(building_t *b, const rule_action_t *a)
{
    rule_setvar_t setvar = { 0 };
    rule_ctl_t ctl = { 0 };

    switch (a->kind) {
    case ACTION_SETVAR:
        b->wrong = rule_setvar_parse(a->argument, &setvar, b->pool);
        APR_ARRAY_PUSH(b->setvars, rule_setvar_t) = setvar;
        break;
    case ACTION_CTL:
        b->wrong = rule_ctl_parse(a->argument, &ctl, b->pool);
        APR_ARRAY_PUSH(b->ctls, rule_ctl_t) = ctl;
        break;
    case ACTION_SKIP_AFTER:
        b->rule->skip_after = a->argument;
        break;
    case ACTION_SKIP:
        b->rule->skip = (int)take_number(b, a, 100000);
        break;
    default: /* says nothing here: initcol, expirevar, setenv ... */
        break;
    }
}

static void take(building_t *b, const rule_action_t *a)
{
    if (take_verdict(b, a) || take_log(b, a)) {
        return;
    }
    switch (a->kind) {
    case ACTION_ID:
        b->rule->id = take_number(b, a, UINT32_MAX);
        break;
    case ACTION_PHASE:
        break; /* read before all others */
    case ACTION_CAPTURE:
        b->rule->captures = 1;
        break;
    case ACTION_MULTI_MATCH:
        b->rule->multi_match = 1;
        break;
    case ACTION_CHAIN:
        b->rule->is_chained = 1;
        break;
    case ACTION_SEVERITY:
        take_severity(b, a->argument);
        break;
    case ACTION_T:
        take_transform(b, a->argument);
        break;
    default:
        take_effect(b, a);
        break;
    }
}

static void take_all(building_t *b, const apr_array_header_t *actions)
{
    int i;

    for (i = 0; i < actions->nelts && !b->wrong; i++) {
        take(b, &APR_ARRAY_IDX(actions, i, rule_action_t));
    }
}

/* ---- the whole ---- */

static const char *find_phase(const apr_array_header_t *actions, int *phase,
                              apr_pool_t *pool)
{
    int i;

    for (i = 0; i < actions->nelts; i++) {
        const rule_action_t *a = &APR_ARRAY_IDX(actions, i, rule_action_t);

        if (a->kind == ACTION_PHASE) {
            *phase = read_phase(a->argument);
            if (!*phase) {
                return apr_psprintf(pool,
                                    "phase:%.*s is neither 1 to 5 nor "
                                    "request, response or logging",
                                    (int)a->argument.len, a->argument.p);
            }
        }
    }
    return NULL;
}

static building_t begin(rule_t *rule, const rule_default_t *from,
                        apr_pool_t *pool)
{
    building_t b = { .rule = rule, .own = *from, .pool = pool };
    int i;

    b.tags = apr_array_make(pool, 8, sizeof(slice_t));
    b.setvars = apr_array_make(pool, 4, sizeof(rule_setvar_t));
    b.ctls = apr_array_make(pool, 1, sizeof(rule_ctl_t));
    b.transforms = apr_array_make(pool, 8, sizeof(transform_e));
    for (i = 0; i < from->transform_count; i++) {
        APR_ARRAY_PUSH(b.transforms, transform_e) = from->transform[i];
    }
    return b;
}

static void finish(building_t *b, const rule_default_t *phase_default)
{
    rule_t *rule = b->rule;

    rule->verdict = b->own.verdict;
    rule->status = b->own.status;
    rule->redirect = b->own.redirect;
    if (rule->verdict == RULE_BLOCK) {
        rule->verdict = phase_default->verdict;
        rule->redirect = phase_default->redirect;
    }
    rule->logs = b->own.logs;
    rule->logs_audit = b->own.logs_audit;
    rule->tag = (slice_t *)b->tags->elts;
    rule->tag_count = b->tags->nelts;
    rule->setvar = (rule_setvar_t *)b->setvars->elts;
    rule->setvar_count = b->setvars->nelts;
    rule->ctl = (rule_ctl_t *)b->ctls->elts;
    rule->ctl_count = b->ctls->nelts;
    rule->transform = (transform_e *)b->transforms->elts;
    rule->transform_count = b->transforms->nelts;
}

/* A link does what its chain's first rule says, and has no id. */
static const char *check_link(const building_t *b, const rule_t *starter)
{
    if (!starter) {
        return b->rule->id ? NULL : "a rule needs an id, as id:100001";
    }
    if (b->says_verdict && b->own.verdict != RULE_PASS
        && b->own.verdict != RULE_BLOCK) {
        return "only the first rule of a chain may deny, drop, redirect or "
               "allow";
    }
    return NULL;
}

const char *rule_build(const apr_array_header_t *actions,
                       const rule_default_t *defaults, const rule_t *starter,
                       rule_t *rule, apr_pool_t *pool)
{
    const rule_default_t *phase_default;
    const char *wrong;
    building_t b;

    rule->phase = starter ? starter->phase : RULE_PHASE_DEFAULT;
    rule->severity = -1;
    wrong = find_phase(actions, &rule->phase, pool);
    if (wrong) {
        return wrong;
    }
    if (starter && rule->phase != starter->phase) {
        return "a link of a chain has the phase of its first rule: leave it "
               "out";
    }
    phase_default = &defaults[rule->phase - 1];
    b = begin(rule, phase_default, pool);
    take_all(&b, actions);
    if (b.wrong) {
        return b.wrong;
    }
    wrong = check_link(&b, starter);
    finish(&b, phase_default);
    return wrong;
}

rule_default_t rule_default(void)
{
    rule_default_t made = { .verdict = RULE_PASS, .logs = 1, .logs_audit = 1 };

    return made;
}

const char *rule_default_build(const apr_array_header_t *actions,
                               rule_default_t *made, int *phase,
                               apr_pool_t *pool)
{
    rule_t unused = { 0 };
    rule_default_t none = rule_default();
    const char *wrong;
    building_t b = begin(&unused, &none, pool);
    int i;

    *phase = 0;
    wrong = find_phase(actions, phase, pool);
    if (wrong) {
        return wrong;
    }
    if (!*phase) {
        return "a phase is missing, as phase:2";
    }
    take_all(&b, actions);
    if (b.wrong) {
        return b.wrong;
    }
    if (!b.says_verdict || b.own.verdict == RULE_BLOCK) {
        return "SecDefaultAction needs one of pass, deny, drop, redirect and "
               "allow";
    }
    *made = b.own;
    if (b.transforms->nelts
        > (int)(sizeof(made->transform) / sizeof(*made->transform))) {
        return "SecDefaultAction has more than 16 transformations";
    }
    made->transform_count = b.transforms->nelts;
    for (i = 0; i < b.transforms->nelts; i++) {
        made->transform[i] = APR_ARRAY_IDX(b.transforms, i, transform_e);
    }
    return NULL;
}
