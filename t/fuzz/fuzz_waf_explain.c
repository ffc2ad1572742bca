/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_explain.c: lines of SecRule and SecAction, an empty line, a request
 * as text, which the rules look at; exceptions are made of what they find, and
 * put before them.  Promises: hits have printable texts; what an exception says
 * it silences does not come again. */
#include "fuzz.h"

#include "../unit/waf/inspect_parts.h"
#include "../unit/waf/rule_text.h"

#include "routing/siphash.c"
#define processor_of text_processor_of
#define add_body add_text_body
#include "waf/inspect/inspect_text.c"
#undef processor_of
#undef add_body
#define verdict_of hit_verdict_of
#include "waf/seen/hit_make.c"
#undef verdict_of
#include "waf/seen/hit_ring.c"
#include "waf/suggest/suggest.c"
#include "waf/suggest/suggest_write.c"

enum {
    STEPS = 2000, /* of an expression */
    DETECTIONS = 40
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

static void check_text(const char *text)
{
    for (; *text; text++) {
        FUZZ_CHECK(*text >= 0x20 && *text < 0x7f);
    }
}

/* @return how many hits; -1: a limit was met, not all is known */
static int look(const program_t *program, const request_text_t *request,
                hit_t *hits, apr_pool_t *pool)
{
    inspect_limits_t limits = { .bytes_max = 200000,
                                .values_max = 500,
                                .detections_max = DETECTIONS,
                                .engine = WAF_DETECT };
    inspect_t *inspect = inspect_make(program, &limits, pool);
    body_limits_t body = { 0 };
    int phase, i;

    inspect_text_run(inspect, request, 1, &body, &phase);
    FUZZ_CHECK(phase == 1 || phase == 2);
    FUZZ_CHECK(inspect->detections->nelts <= DETECTIONS);
    for (i = 0; i < inspect->detections->nelts; i++) {
        hits[i] = hit_make(inspect,
                           &APR_ARRAY_IDX(inspect->detections, i, detection_t),
                           request->head.server_name, request->head.uri_raw, 1);
        check_text(hits[i].path);
        check_text(hits[i].part);
        check_text(hits[i].text);
    }
    return inspect->over || inspect->engine != WAF_DETECT
               ? -1
               : inspect->detections->nelts;
}

static const program_t *program_of(const char *exceptions, const char *rules,
                                   apr_pool_t *pool)
{
    const program_t *program;
    rule_text_file_t file;

    rule_text_begin(&file, pool);
    FUZZ_CHECK(!rule_text_read(&file, exceptions, "own"));
    return rule_text_read(&file, rules, "f")
                   || program_make(file.list, NULL, STEPS, &program, pool)
               ? NULL
               : program;
}

static void check(const char *rules, const request_text_t *request,
                  apr_pool_t *pool)
{
    const suggest_options_t options = { .first_id = UINT64_C(1) << 60 };
    const program_t *program = program_of("", rules, pool);
    hit_t hits[DETECTIONS], again[DETECTIONS];
    const char *own = "";
    suggest_result_t result;
    int count, i, k;

    count = program ? look(program, request, hits, pool) : 0;
    result = suggest_make(hits, count > 0 ? count : 0, &options, pool);
    for (i = 0; i < result.list->nelts; i++) {
        own = apr_pstrcat(pool, own,
                          APR_ARRAY_IDX(result.list, i, suggestion_t).text,
                          "\n", NULL);
    }
    program = result.list->nelts ? program_of(own, rules, pool) : NULL;
    count = program ? look(program, request, again, pool) : 0;
    for (i = 0; i < result.list->nelts; i++) {
        for (k = 0; k < count; k++) {
            FUZZ_CHECK(
                !suggest_silences(APR_ARRAY_IDX(result.list, i, suggestion_t)
                                      .rule,
                                  &again[k]));
        }
    }
}

/* Files are none of its business. */
static int reads_files(const char *text)
{
    return strcasestr(text, "fromfile") || strcasestr(text, "@pmf")
           || strcasestr(text, "@ipmatchf");
}

static void explain_input(char *text, apr_pool_t *pool)
{
    char *end = strstr(text, "\n\n");
    request_text_t request;

    if (!end || reads_files(text)) {
        return;
    }
    *end = '\0';
    if (!request_text_read(slice_str(end + 2), &request, pool)) {
        check(text, &request, pool);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *root;
    apr_pool_t *pool;

    if (!root) {
        apr_initialize();
        apr_pool_create(&root, NULL);
    }
    apr_pool_create(&pool, root);
    explain_input(apr_pstrmemdup(pool, (const char *)data, size), pool);
    apr_pool_destroy(pool);
    return 0;
}
