/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* crs_request.h: whole requests under the whole Core Rule Set, without httpd:
 * for tests and benchmarks. */
#ifndef T_UNIT_WAF_CRS_REQUEST_H
#define T_UNIT_WAF_CRS_REQUEST_H

#include "inspect_parts.h"
#include "rule_text.h"

/* As crs-setup.conf and Debian's modsecurity.conf would have it.
 * @return NULL, or what is wrong */
static inline const char *crs_program(const char *folder, int paranoia,
                                      const program_t **program,
                                      apr_pool_t *pool)
{
    rule_text_file_t file;
    const char *wrong = NULL;
    int phase;

    rule_text_begin(&file, pool);
    for (phase = 1; phase <= 2 && !wrong; phase++) {
        wrong =
            rule_list_default(file.list,
                              apr_psprintf(pool, "phase:%d,log,auditlog,pass",
                                           phase),
                              pool);
    }
    if (!wrong) {
        wrong =
            rule_text_read(&file,
                           apr_psprintf(pool,
                                        "SecAction "
                                        "\"id:900990,phase:1,nolog,pass,t:none,"
                                        "setvar:tx.crs_setup_version=334,"
                                        "setvar:tx.paranoia_level=%d\"\n"
                                        "SecRule REQUEST_HEADERS:Content-Type "
                                        "\"^application/json\" \"id:200001,"
                                        "phase:1,t:none,t:lowercase,pass,nolog,"
                                        "ctl:requestBodyProcessor=JSON\"\n",
                                        paranoia),
                           "setup");
    }
    if (!wrong) {
        wrong = rule_text_folder(&file, folder);
    }
    return wrong ? wrong : program_make(file.list, NULL, 0, program, pool);
}

/* All that is done for a request, from its text to its log.
 * @return NULL: the text is none */
static inline inspect_t *crs_inspect(const program_t *program,
                                     waf_engine_e engine, slice_t text,
                                     inspect_verdict_t *verdict,
                                     apr_pool_t *pool)
{
    inspect_limits_t limits = { .engine = engine };
    inspect_t *inspect = inspect_make(program, &limits, pool);
    body_limits_t body = { 0 };
    request_text_t request;
    const char *processor;

    if (request_text_read(text, &request, pool)
        || !request_head_values(inspect->values, &request.head)) {
        return NULL;
    }
    *verdict = inspect_run(inspect, 1);
    if (verdict->kind == RULE_PASS || engine != WAF_ON) {
        request_mapped_values(inspect->values, &request.mapped);
        processor = inspect->ctl.processor.p
                        ? apr_pstrmemdup(pool, inspect->ctl.processor.p,
                                         inspect->ctl.processor.len)
                        : body_processor_of(request.content_type);
        body.is_forced = inspect->ctl.force_request_body == 1;
        body_values(inspect->values, processor, request.body,
                    request.content_type, &body);
        *verdict = inspect_run(inspect, 2);
    }
    inspect_run(inspect, 5);
    return inspect;
}

#endif
