/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_inspect.c: lines of SecRule, SecAction and SecMarker, an empty line,
 * a request as text.  Promise: whatever rules and request are, the inspection
 * ends, keeps its limits, and says the same a second time, and with gates what
 * it says without. */
#include "fuzz.h"

#include "../unit/waf/crs_request.h"

enum {
    STEPS = 2000, /* of an expression */
    DETECTIONS = 50,
    VALUES = 400,
    BYTES = 100000
};

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    strcpy(fingerprint, "s&1");
    return value.len > 20;
}

int detector_script(slice_t value)
{
    return value.len > 30;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

/* From the head to the log.  @return NULL: no request, or no room for it */
static inspect_t *inspect_all(const program_t *program,
                              const request_text_t *request, apr_pool_t *pool)
{
    inspect_limits_t limits = { .bytes_max = BYTES,
                                .values_max = VALUES,
                                .detections_max = DETECTIONS,
                                .engine = WAF_ON };
    inspect_t *inspect = inspect_make(program, &limits, pool);
    body_limits_t body = { 0 };
    int phase;

    if (!request_head_values(inspect->values, &request->head)) {
        return NULL;
    }
    for (phase = 1; phase <= RULE_PHASES; phase++) {
        inspect_verdict_t verdict = inspect_run(inspect, phase);

        FUZZ_CHECK(inspect->over == INSPECT_OVER_NONE
                   || inspect->engine == WAF_OFF || phase == RULE_PHASES
                   || verdict.kind != RULE_PASS || inspect->run->is_refused
                   || inspect->run->phase != phase);
        FUZZ_CHECK(verdict.kind == RULE_PASS || verdict.by
                   || inspect->over != INSPECT_OVER_NONE);
        if (phase == 1) {
            request_mapped_values(inspect->values, &request->mapped);
            body_values(inspect->values,
                        body_processor_of(request->content_type), request->body,
                        request->content_type, &body);
        }
    }
    /* what ends a phase is told beyond the limit, too */
    FUZZ_CHECK(inspect->detections->nelts <= DETECTIONS + RULE_PHASES);
    FUZZ_CHECK(inspect->values->left >= 0);
    return inspect;
}

static void check_same(inspect_t *a, inspect_t *b)
{
    int i;

    FUZZ_CHECK(a->over == b->over);
    FUZZ_CHECK(a->detections->nelts == b->detections->nelts);
    for (i = 0; i < a->detections->nelts; i++) {
        const detection_t *x = &APR_ARRAY_IDX(a->detections, i, detection_t);
        const detection_t *y = &APR_ARRAY_IDX(b->detections, i, detection_t);

        FUZZ_CHECK(x->rule == y->rule);
        FUZZ_CHECK(slice_eq(inspect_message(a, x), inspect_message(b, y)));
        FUZZ_CHECK(slice_eq(x->data, y->data));
    }
}

/* Files are none of its business. */
static int reads_files(const char *text)
{
    return strcasestr(text, "fromfile") || strcasestr(text, "@pmf")
           || strcasestr(text, "@ipmatchf");
}

static void inspect_input(char *text, apr_pool_t *pool)
{
    char *end = strstr(text, "\n\n");
    const program_t *program;
    request_text_t request;
    rule_text_file_t file;
    inspect_t *first, *plain;

    if (!end || reads_files(text)) {
        return;
    }
    *end = '\0';
    rule_text_begin(&file, pool);
    if (rule_text_read(&file, text, "f")
        || program_make(file.list, NULL, STEPS, &program, pool)
        || request_text_read(slice_str(end + 2), &request, pool)) {
        return;
    }
    first = inspect_all(program, &request, pool);
    if (first) {
        check_same(first, inspect_all(program, &request, pool));
        plain =
            inspect_all(program_without_gates(program, pool), &request, pool);
        if (plain->over == INSPECT_OVER_NONE) {
            check_same(first, plain);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *root;
    apr_pool_t *pool;
    char *text;

    if (!root) {
        apr_initialize();
        apr_pool_create(&root, NULL);
    }
    apr_pool_create(&pool, root);
    text = apr_pstrmemdup(pool, (const char *)data, size);
    inspect_input(text, pool);
    apr_pool_destroy(pool);
    return 0;
}
