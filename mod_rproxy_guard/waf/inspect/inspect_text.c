/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect_text.c: see inspect_text.h.  Layer L1. */
#include "inspect_text.h"

#include <apr_strings.h>

static int reads_body_of(const inspect_t *inspect, int reads_body)
{
    int said = inspect->ctl.request_body_access;

    return said >= 0 ? said : reads_body;
}

static const char *processor_of(const inspect_t *inspect,
                                const request_text_t *request)
{
    slice_t said = inspect->ctl.processor;

    return said.p ? apr_pstrmemdup(inspect->pool, said.p, said.len)
                  : body_processor_of(request->content_type);
}

static int add_body(inspect_t *inspect, const request_text_t *request,
                    body_limits_t limits)
{
    limits.is_forced = inspect->ctl.force_request_body > 0;
    return body_values(inspect->values, processor_of(inspect, request),
                       request->body, request->content_type, &limits);
}

inspect_verdict_t inspect_text_run(inspect_t *inspect,
                                   const request_text_t *request,
                                   int reads_body, const body_limits_t *limits,
                                   int *phase)
{
    inspect_verdict_t verdict, later;

    if (!request_head_values(inspect->values, &request->head)) {
        inspect_full(inspect);
    }
    *phase = 1;
    verdict = inspect_run(inspect, 1);
    if (verdict.kind != RULE_PASS && inspect->engine == WAF_ON) {
        return verdict;
    }
    if (!request_mapped_values(inspect->values, &request->mapped)
        || (request->body.len && reads_body_of(inspect, reads_body)
            && !add_body(inspect, request, *limits))) {
        inspect_full(inspect);
    }
    later = inspect_run(inspect, 2);
    if (verdict.kind != RULE_PASS) {
        return verdict;
    }
    *phase = 2;
    return later;
}
