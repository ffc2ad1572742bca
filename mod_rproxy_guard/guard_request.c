/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_request.c: see guard_request.h.  Layer L2. */
#include "guard_private.h"
#include "guard_request.h"

guard_request_t *guard_request_of(request_rec *r)
{
    guard_request_t *request;

    while (r->main || r->prev) {
        r = r->main ? r->main : r->prev;
    }
    request = ap_get_module_config(r->request_config, &rproxy_guard_module);
    if (!request) {
        request = apr_pcalloc(r->pool, sizeof(*request));
        ap_set_module_config(r->request_config, &rproxy_guard_module, request);
    }
    return request;
}
