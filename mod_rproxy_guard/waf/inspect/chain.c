/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* chain.c: a rule and its links over the values of a request.  Layer L1.
 *
 * Each value that matches counts: setvar and ctl of a rule run once for each,
 * and the last link says its verdict as often, up to one that ends the phase.
 */
#include "inspect_private.h"

/* ---- a match ---- */

static void note_severity(inspect_run_t *run)
{
    int severity = run->rule->rule->severity;

    if (severity > 0 && severity < run->highest_severity) {
        run->highest_severity = severity;
    }
}

static void match(inspect_t *inspect, const program_rule_t *rule,
                  const matched_t *matched, slice_t argument)
{
    inspect_run_t *run = inspect->run;

    run->matched = *matched;
    run->has_matched = 1;
    if (run->matches->nelts < inspect->limits.values_max) {
        APR_ARRAY_PUSH(run->matches, matched_t) = *matched;
    }
    if (!rule->link) {
        note_severity(run);
    }
    effects_run(inspect, rule);
    if (!rule->link) {
        detection_make(inspect, rule, argument);
    }
}

/* @param text  the value, transformed.  @return 1: it matches */
static int try_text(inspect_t *inspect, const program_rule_t *rule,
                    const target_t *target, int text)
{
    const rule_text_t *expands = matcher_argument(rule->matcher);
    matched_t matched = { *target, text };
    slice_t argument = rule->rule->op.argument;
    captures_t captures;
    match_e found;

    captures.count = 0; /* its groups need not be cleared */
    inspect_note_work(inspect, inspect_work_of(
                                   strings_text(inspect->strings, text).len));
    if (expands) {
        argument = expand_known(inspect, expands, rule->argument);
    }
    found = matcher_run(rule->matcher, inspect->strings, text, argument,
                        &inspect->run->time,
                        rule->rule->captures ? &captures : NULL);
    if (found == MATCH_LIMIT) {
        inspect_say_match_limit(inspect);
    }
    if (found == MATCH_YES && captures.count) {
        tx_set_captures(inspect, &captures);
    }
    if ((found == MATCH_YES) == (rule->rule->op.negated != 0)) {
        return 0;
    }
    match(inspect, rule, &matched, argument);
    return 1;
}

/* ---- a value ---- */

/* Transformations that ModSecurity takes to have changed a value even where
 * they did not. */
static int says_changed(transform_e transform)
{
    switch (transform) {
    case TRANSFORM_BASE64_DECODE:
    case TRANSFORM_BASE64_ENCODE:
    case TRANSFORM_CMD_LINE:
    case TRANSFORM_HEX_DECODE:
    case TRANSFORM_HEX_ENCODE:
    case TRANSFORM_LENGTH:
    case TRANSFORM_MD5:
    case TRANSFORM_SHA1:
        return 1;
    default:
        return 0;
    }
}

/* Before each transformation that has something new to look at, and behind the
 * last if that did something.  @return 1: it matches */
static int try_steps(inspect_t *inspect, const program_rule_t *rule,
                     const target_t *target)
{
    const transform_chains_t *chains = inspect->program->plan.chains;
    int count = rule->rule->transform_count, text = target->text;
    int node[64], matches = 0, changed = 1, i;

    count = count < 64 ? count : 64;
    node[count] = 0;
    for (i = count, node[count - 1] = rule->chain; i-- > 1;) {
        node[i - 1] = transform_chains_node(chains, node[i])->parent;
    }
    for (i = 0; i < count && !inspect->run->is_intercepted; i++) {
        int next = strings_transformed(inspect->strings, target->text, node[i]);

        if (changed) {
            matches |= try_text(inspect, rule, target, text);
        }
        if (next == STRINGS_FULL) {
            inspect_say_over(inspect, INSPECT_OVER_BYTES);
            return matches;
        }
        changed = next != text || says_changed(rule->rule->transform[i]);
        text = next;
    }
    if (changed && !inspect->run->is_intercepted) {
        matches |= try_text(inspect, rule, target, text);
    }
    return matches;
}

static int try_target(inspect_t *inspect, const program_rule_t *rule,
                      const target_t *target)
{
    int text;

    if (rule->rule->multi_match) {
        return rule->rule->transform_count && try_steps(inspect, rule, target);
    }
    text = target->text;
    if (rule->chain) {
        text = strings_transformed(inspect->strings, text, rule->chain);
    }
    if (text == STRINGS_FULL) {
        inspect_say_over(inspect, INSPECT_OVER_BYTES);
        return 0;
    }
    return try_text(inspect, rule, target, text);
}

/* ---- a rule ---- */

/* SecAction looks at the client's address, and takes all. */
static void run_action(inspect_t *inspect, const program_rule_t *rule)
{
    matched_t matched = { .target = { .variable = VARIABLE_REMOTE_ADDR } };
    const value_t *client =
        values_find(inspect->values, VARIABLE_REMOTE_ADDR, VALUE_ALONE);

    if (client) {
        matched.target.text = matched.text = client->text;
    }
    match(inspect, rule, &matched, VALUE_ALONE);
}

/* @return 1: a value matches */
static int run_rule(inspect_t *inspect, const program_rule_t *rule)
{
    inspect_run_t *run = inspect->run;
    int matches = 0, i;

    if (!rule->matcher) {
        run_action(inspect, rule);
        return 1;
    }
    targets_of(inspect, rule);
    inspect_note_work(inspect, (size_t)run->targets->nelts / 4);
    for (i = 0; i < run->targets->nelts && !run->is_intercepted
                && !run->is_out_of_time;
         i++) {
        const target_t *target = &APR_ARRAY_IDX(run->targets, i, target_t);

        if (!targets_excepted(inspect, rule, target)) {
            matches |= try_target(inspect, rule, target);
        }
    }
    return matches;
}

int chain_run(inspect_t *inspect, const program_rule_t *starter)
{
    inspect_run_t *run = inspect->run;
    const program_rule_t *rule;
    int skip_to = -1;

    run->rule = starter;
    run->matches->nelts = 0;
    for (rule = starter; rule && !run->is_intercepted; rule = rule->link) {
        if (!run_rule(inspect, rule)) {
            return -1;
        }
        if (rule == starter) {
            run->first_matches = run->matches->nelts;
        }
        if (skip_to < 0) {
            skip_to = rule->skip_to;
        }
    }
    return skip_to;
}
