/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* engine.c: the WAF without httpd, for t/waf/run --offline: reads rules, then
 * requests, and says which rules would be logged.
 *
 *   engine on|detect PATH... <requests
 *
 * A path is a file of rules, a folder of *.conf, or a *.mapping of characters.
 * Each request is a line
 * "LENGTH STATUS LENGTH", then so many bytes of the request, and of the body of
 * the answer that it gets with this status if no rule refuses it.  A line of
 * the output is "STATUS ID ID ...". */
#include <stdio.h>
#include <stdlib.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "waf/body/body_values.h"
#include "waf/inspect/inspect.h"
#include "waf/inspect/request_text.h"
#include "waf/inspect/response_head.h"
#include "waf/match/matcher_private.h"
#include "waf/unicode_file.h"

#include "rule_text.h"

static const program_t *program;
static inspect_limits_t limits;
static unicode_map_t map;

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "engine: %s: %s\n", what, why);
    exit(1);
}

static void read_rules(rule_text_file_t *file, const char *path)
{
    const char *wrong;
    apr_finfo_t info;
    slice_t text;

    if (apr_stat(&info, path, APR_FINFO_TYPE, file->pool) != APR_SUCCESS) {
        fail(path, "is not there");
    }
    if (strstr(path, ".mapping")) {
        wrong = unicode_file_read(path, 20127, &map, file->pool);
    }
    else if (info.filetype == APR_DIR) {
        wrong = rule_text_folder(file, path);
    }
    else {
        wrong = matcher_read_file("", slice_str(path), &text, file->pool);
        if (!wrong) {
            wrong = rule_text_read(file,
                                   apr_pstrmemdup(file->pool, text.p, text.len),
                                   path);
        }
    }
    if (wrong) {
        fail(path, wrong);
    }
}

static void make_program(int count, const char *const *paths, apr_pool_t *pool)
{
    const rule_list_t *finished;
    rule_text_file_t file;
    const char *wrong;
    int i;

    rule_text_begin(&file, pool);
    for (i = 0; i < count; i++) {
        read_rules(&file, paths[i]);
    }
    wrong = rule_list_finish(file.list, &finished, pool);
    if (!wrong) {
        wrong = program_make(finished, map.byte ? &map : NULL, 100000, &program,
                             pool);
    }
    if (wrong) {
        fail("rules", wrong);
    }
}

static int is_over(const inspect_t *inspect, inspect_verdict_t verdict)
{
    return verdict.kind != RULE_PASS && inspect->engine == WAF_ON;
}

/* @return 1: refused with *status */
static int inspect_answer(inspect_t *inspect, slice_t body, int *status)
{
    waf_response_head_t head = { SLICE_LIT("HTTP/1.1"), *status };
    inspect_verdict_t verdict;

    head.content_type = SLICE_LIT("text/html");
    head.length = (int64_t)body.len;
    response_head_values(inspect->values, &head);
    verdict = inspect_run(inspect, 3);
    if (!is_over(inspect, verdict)) {
        response_body_values(inspect->values, body, 0);
        verdict = inspect_run(inspect, 4);
    }
    if (is_over(inspect, verdict)) {
        *status = verdict.status;
        return 1;
    }
    return 0;
}

static int inspect_request(inspect_t *inspect, const request_text_t *request)
{
    const body_limits_t body_limits = { 0 };
    inspect_verdict_t verdict;
    slice_t processor;

    request_head_values(inspect->values, &request->head);
    verdict = inspect_run(inspect, 1);
    if (is_over(inspect, verdict)) {
        return verdict.status;
    }
    request_mapped_values(inspect->values, &request->mapped);
    processor = inspect->ctl.processor;
    body_values(inspect->values,
                processor.p
                    ? apr_pstrmemdup(inspect->pool, processor.p, processor.len)
                    : body_processor_of(request->content_type),
                request->body, request->content_type, &body_limits);
    verdict = inspect_run(inspect, 2);
    return is_over(inspect, verdict) ? verdict.status : 0;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void tell(const inspect_t *inspect, int status)
{
    int count = inspect->detections->nelts, i;
    uint64_t *ids =
        apr_pcalloc(inspect->pool, sizeof(*ids) * (size_t)(count + 1));

    for (i = 0; i < count; i++) {
        ids[i] = APR_ARRAY_IDX(inspect->detections, i, detection_t).rule->id;
    }
    qsort(ids, (size_t)count, sizeof(*ids), by_value);
    printf("%d", status);
    for (i = 0; i < count; i++) {
        if (!i || ids[i] != ids[i - 1]) {
            printf(" %llu", (unsigned long long)ids[i]);
        }
    }
    if (inspect->over) {
        printf(" over:%s", inspect_over_name(inspect->over));
    }
    putchar('\n');
}

static void answer(slice_t text, int status, slice_t body, apr_pool_t *pool)
{
    inspect_t *inspect = inspect_make(program, &limits, pool);
    request_text_t request;
    const char *wrong = request_text_read(text, &request, pool);
    int refused;

    if (wrong) {
        printf("400 %s\n", wrong);
        return;
    }
    refused = inspect_request(inspect, &request);
    if (refused) {
        status = refused;
    }
    else {
        inspect_answer(inspect, body, &status);
    }
    inspect_run(inspect, 5);
    tell(inspect, status);
}

static slice_t read_bytes(size_t len, apr_pool_t *pool)
{
    char *bytes = apr_palloc(pool, len + 1);

    if (fread(bytes, 1, len, stdin) != len) {
        fail("requests", "end too early");
    }
    return slice_make(bytes, len);
}

int main(int count, const char *const *arguments)
{
    apr_pool_t *pool, *own;
    size_t length, answer_length;
    int status;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    if (count < 3) {
        fail("usage", "engine on|detect PATH... <requests");
    }
    limits.engine = strcmp(arguments[1], "on") ? WAF_DETECT : WAF_ON;
    make_program(count - 2, arguments + 2, pool);
    while (scanf("%zu %d %zu", &length, &status, &answer_length) == 3) {
        slice_t text, body;

        getchar();
        apr_pool_create(&own, pool);
        text = read_bytes(length, own);
        body = read_bytes(answer_length, own);
        answer(text, status, body, own);
        apr_pool_destroy(own);
    }
    return 0;
}
