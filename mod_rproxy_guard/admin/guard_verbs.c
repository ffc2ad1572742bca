/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_verbs.c: see guard_verbs.h.  Layer L2. */
#include "guard_verbs.h"

#include <ap_provider.h>

enum {
    VERBS_MAX = 64
};

static const rproxy_admin_verb_t *const parts[] = { attack_verbs,  ban_verbs,
                                                    explain_verbs, list_verbs,
                                                    look_verbs,    usage_verbs,
                                                    waf_verbs,     NULL };

int guard_verbs_refuse(apr_bucket_brigade *bb, int status, const char *why)
{
    writer_t w = writer_make(bb);

    write_format(&w, "{\"status\": %d, \"error\": ", status);
    write_json(&w, why);
    write_text(&w, "}");
    writer_end(&w);
    return status;
}

int guard_verbs_report(request_rec *r, const guard_report_t *report,
                       apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);

    write_text(&w, "{");
    report->json(r, &w);
    write_text(&w, "}");
    writer_end(&w);
    return HTTP_OK;
}

void guard_verbs_register(apr_pool_t *pool)
{
    static rproxy_admin_verb_t verbs[VERBS_MAX + 1];
    int i, n = 0;

    for (i = 0; parts[i]; i++) {
        const rproxy_admin_verb_t *verb;

        for (verb = parts[i]; verb->name && n < VERBS_MAX; verb++) {
            verbs[n++] = *verb;
        }
    }
    ap_register_provider(pool, RPROXY_ADMIN_GROUP, "guard",
                         RPROXY_ADMIN_VERSION, verbs);
}
