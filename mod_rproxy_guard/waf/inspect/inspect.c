/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect.c: the phases of a request under a program.  Layer L1. */
#include "inspect_private.h"

enum {
    BYTES_MAX = 16 * 1024 * 1024,
    VALUES_MAX = 20000,
    DETECTIONS_MAX = 1000,
    TIME_MAX_US = 100000,
    TX_OTHERS = 16, /* names that rules make of what they matched */
    SEVERITY_NONE = 255
};

const char *inspect_over_name(inspect_over_e over)
{
    static const char *const names[] = {
#define X(id, name) name,
        INSPECT_OVERS(X)
#undef X
    };

    return names[over];
}

static inspect_limits_t with_defaults(const inspect_limits_t *limits)
{
    inspect_limits_t made = *limits;

    made.bytes_max = made.bytes_max ? made.bytes_max : BYTES_MAX;
    made.values_max = made.values_max ? made.values_max : VALUES_MAX;
    made.detections_max =
        made.detections_max ? made.detections_max : DETECTIONS_MAX;
    made.time_max = made.time_max ? made.time_max : TIME_MAX_US;
    return made;
}

static inspect_run_t *run_make(const inspect_t *inspect)
{
    inspect_run_t *run = apr_pcalloc(inspect->pool, sizeof(*run));

    run->tx.place =
        apr_pcalloc(inspect->pool,
                    sizeof(*run->tx.place)
                        * (size_t)tx_names_count(inspect->program->tx_names));
    run->exceptions = apr_array_make(inspect->pool, 2, sizeof(exception_t));
    run->targets = apr_array_make(inspect->pool, 64, sizeof(target_t));
    run->matches = apr_array_make(inspect->pool, 4, sizeof(matched_t));
    run->highest_severity = SEVERITY_NONE;
    run->text_left = inspect->limits.bytes_max;
    run->started = inspect->limits.now ? inspect->limits.now() : 0;
    if (inspect->limits.time_max > 0) {
        run->time.max_ns = (uint64_t)inspect->limits.time_max * 1000;
    }
    return run;
}

inspect_t *inspect_make(const program_t *program,
                        const inspect_limits_t *limits, apr_pool_t *pool)
{
    inspect_t *inspect = apr_pcalloc(pool, sizeof(*inspect));

    inspect->program = program;
    inspect->limits = with_defaults(limits);
    inspect->pool = pool;
    inspect->strings =
        strings_make(&program->plan, inspect->limits.bytes_max, pool);
    inspect->values =
        values_make(inspect->strings, inspect->limits.values_max, pool);
    inspect->values->asked = &program->asked;
    values_expect(inspect->values, VARIABLE_TX,
                  tx_names_count(program->tx_names) + TX_OTHERS);
    inspect->detections = apr_array_make(pool, 4, sizeof(detection_t));
    inspect->engine = limits->engine;
    inspect->ctl.request_body_access = -1;
    inspect->ctl.response_body_access = -1;
    inspect->ctl.force_request_body = -1;
    inspect->ctl.request_body_limit = -1;
    inspect->ctl.response_body_limit = -1;
    inspect->run = run_make(inspect);
    return inspect;
}

/* Of an allow, or a refusal in a phase before. */
static int is_left_out(inspect_run_t *run, int phase)
{
    if (phase == RULE_PHASES) {
        return 0;
    }
    if (run->is_refused || run->allow == RULE_ALLOW
        || (run->allow == RULE_ALLOW_REQUEST && phase < 3)) {
        return 1;
    }
    run->allow = RULE_PASS;
    return 0;
}

/* A response's phases have a time of their own. */
static void begin_phase(inspect_run_t *run, int phase)
{
    if (run->phase <= INSPECT_LAST_OF_REQUEST
        && phase > INSPECT_LAST_OF_REQUEST) {
        run->time.spent_ns = 0;
    }
    run->phase = phase;
    run->is_intercepted = 0;
    work_time_begin(&run->time);
}

/* A limit that is met is a refusal if no rule said one. */
static void close_over(inspect_t *inspect)
{
    inspect_verdict_t *verdict = &inspect->run->verdict;

    if (inspect->over != INSPECT_OVER_NONE && verdict->kind == RULE_PASS) {
        verdict->kind = RULE_DENY;
    }
}

inspect_verdict_t inspect_run(inspect_t *inspect, int phase)
{
    inspect_run_t *run = inspect->run;

    memset(&run->verdict, 0, sizeof(run->verdict));
    if (phase <= run->phase || inspect->engine == WAF_OFF
        || is_left_out(run, phase)) {
        return run->verdict;
    }
    begin_phase(run, phase);
    rules_run(inspect, phase);
    work_time_end(&run->time);
    close_over(inspect);
    return run->verdict;
}

void inspect_say_match_limit(inspect_t *inspect)
{
    const slice_t exceeded = SLICE_LIT("MSC_PCRE_LIMITS_EXCEEDED");

    if (!inspect->unfinished) {
        inspect->unfinished = inspect->run->rule->rule->id;
    }
    if (inspect->run->phase <= INSPECT_LAST_OF_REQUEST) {
        inspect_say_over(inspect, work_time_left_ns(&inspect->run->time)
                                      ? INSPECT_OVER_MATCH
                                      : INSPECT_OVER_TIME);
    }
    tx_set(inspect, tx_number(inspect, exceeded), exceeded, SLICE_LIT("1"));
}

void inspect_full(inspect_t *inspect)
{
    inspect_say_over(inspect, inspect->values->left <= 0 ? INSPECT_OVER_VALUES
                                                         : INSPECT_OVER_BYTES);
}

slice_t inspect_tx(const inspect_t *inspect, slice_t name)
{
    const value_t *value = tx_find(inspect, name);

    return value ? strings_text(inspect->strings, value->text) : VALUE_ALONE;
}
