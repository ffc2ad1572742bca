/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* detection.c: what becomes of a request that a chain has matched, and what is
 * to be said about it.  Layer L1. */
#include "inspect_private.h"

enum {
    STATUS_REFUSED = 403,
    STATUS_REDIRECTED = 302
};

static int is_refusal(rule_verdict_e verdict)
{
    return verdict == RULE_DENY || verdict == RULE_DROP
           || verdict == RULE_REDIRECT || verdict == RULE_BLOCK;
}

static inspect_told_t told_of(const inspect_t *inspect,
                              const program_rule_t *last, slice_t argument)
{
    const matched_t *matched = &inspect->run->matched;
    inspect_told_t told = {
        .matcher = last->matcher,
        .variable = matched->target.variable,
        .counts = matched->target.counts,
        .part = matched->target.name,
        .value = strings_text(inspect->strings, matched->text),
        .argument = argument,
    };

    return told;
}

/* A name that there is no room for is cut, which is no limit of the inspection
 * any more. */
slice_t inspect_message(inspect_t *inspect, const detection_t *found)
{
    const inspect_told_t *told = &found->told;
    target_t target = { .variable = told->variable,
                        .counts = told->counts,
                        .name = told->part };
    inspect_over_e over = inspect->over;
    slice_t name;

    if (!told->matcher) {
        return SLICE_LIT("Unconditional match in SecAction.");
    }
    name = targets_name(inspect, &target);
    inspect->over = over;
    return slice_str(matcher_tell(told->matcher, found->last->op.negated,
                                  told->value, told->argument, name,
                                  inspect->pool));
}

static int status_of(const rule_t *rule)
{
    if (rule->status) {
        return rule->status;
    }
    return rule->verdict == RULE_REDIRECT ? STATUS_REDIRECTED : STATUS_REFUSED;
}

/* What an exception of the rule would have to name: of a chain, the value that
 * its first rule matched first. */
static void tell_value(inspect_t *inspect, const program_rule_t *last,
                       detection_t *made)
{
    const inspect_run_t *run = inspect->run;
    int is_chain = last != run->rule && run->matches->nelts;
    const matched_t *matched =
        is_chain ? (const matched_t *)run->matches->elts : &run->matched;

    made->has_others = is_chain && run->first_matches != 1;
    made->variable = matched->target.variable;
    made->part = matched->target.name;
    made->value = strings_text(inspect->strings, matched->text);
    made->counts = matched->target.counts;
}

static detection_t *describe(inspect_t *inspect, const program_rule_t *last,
                             slice_t argument)
{
    const program_rule_t *starter = inspect->run->rule;
    const rule_t *rule = starter->rule;
    detection_t *made = apr_pcalloc(inspect->pool, sizeof(*made));

    made->rule = rule;
    made->last = last->rule;
    made->phase = inspect->run->phase;
    made->told = told_of(inspect, last, argument);
    tell_value(inspect, last, made);
    inspect->run->rule = NULL;
    made->msg = expand_text(inspect, &rule->msg);
    made->data = expand_text(inspect, &rule->logdata);
    inspect->run->rule = starter;
    return made;
}

/* @param would  the verdict would be this, but nothing is refused */
static void decide(inspect_t *inspect, detection_t *made, int would)
{
    inspect_run_t *run = inspect->run;
    const rule_t *rule = made->rule;

    if (is_refusal(rule->verdict) && run->verdict.kind == RULE_PASS) {
        run->verdict.kind =
            rule->verdict == RULE_BLOCK ? RULE_DENY : rule->verdict;
        run->verdict.status = status_of(rule);
        run->verdict.redirect = expand_text(inspect, &rule->redirect);
        run->verdict.by = made;
    }
    if (would) {
        return;
    }
    made->verdict = rule->verdict;
    made->status = status_of(rule);
    made->redirect = run->verdict.redirect;
    run->is_intercepted = 1;
    if (is_refusal(rule->verdict)) {
        run->is_refused = 1;
    }
    else {
        run->allow = rule->verdict;
    }
}

void detection_make(inspect_t *inspect, const program_rule_t *last,
                    slice_t argument)
{
    const rule_t *rule = inspect->run->rule->rule;
    int warns = inspect->run->phase == RULE_PHASES || inspect->engine != WAF_ON
                || rule->verdict == RULE_PASS;
    detection_t *made;

    inspect->audit_marks += rule->logs_audit;
    if (!rule->logs && (warns && !is_refusal(rule->verdict))) {
        return;
    }
    if (inspect->detections->nelts >= inspect->limits.detections_max) {
        inspect_say_over(inspect, INSPECT_OVER_DETECTIONS);
        if (warns) {
            return;
        }
    }
    made = describe(inspect, last, argument);
    if (rule->verdict != RULE_PASS && inspect->run->phase < RULE_PHASES) {
        decide(inspect, made, warns);
    }
    if (rule->logs) {
        APR_ARRAY_PUSH(inspect->detections, detection_t) = *made;
    }
}
