/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain_verb.c: explain: a request that somebody wrote down, and what each
 * check says of it.  Layer L2. */
#include "guard_verbs.h"

#include "explain/explain.h"
#include "written_request.h"

#ifdef HAVE_JANSSON

static int call_explain(request_rec *r, const rproxy_admin_request_t *request,
                        apr_bucket_brigade *bb)
{
    written_request_t *q = apr_pcalloc(r->pool, sizeof(*q));
    stand_in_order_t order = { NULL };
    const char *fault = written_request_read(request, q, r->pool);
    writer_t w;

    fault = fault ? fault : written_request_order(q, &order, r->pool);
    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    w = writer_make(bb);
    explain(r, &order, &w);
    writer_end(&w);
    return HTTP_OK;
}

const rproxy_admin_verb_t explain_verbs[] = {
    { "explain", RPROXY_ADMIN_POST,
      "what each check of the guard says of a request", call_explain },
    { NULL, 0, NULL, NULL }
};

#else

const rproxy_admin_verb_t explain_verbs[] = { { NULL, 0, NULL, NULL } };

#endif
