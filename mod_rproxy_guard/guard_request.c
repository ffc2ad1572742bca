/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_request.c: see guard_request.h.  Layer L2. */
#include "guard_private.h"
#include "guard_request.h"

request_rec *guard_request_head(request_rec *r)
{
    while (r->main || r->prev) {
        r = r->main ? r->main : r->prev;
    }
    return r;
}

guard_request_t *guard_request_known(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &rproxy_guard_module);
}

guard_request_t *guard_request_of(request_rec *r)
{
    guard_request_t *request;

    r = guard_request_head(r);
    request = guard_request_known(r);
    if (!request) {
        request = apr_pcalloc(r->pool, sizeof(*request));
        ap_set_module_config(r->request_config, &rproxy_guard_module, request);
    }
    return request;
}
