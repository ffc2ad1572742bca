/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary_admin.c: the verbs of the group "canary".  Layer L2. */
#include <ap_provider.h>
#include <apr_strings.h>

#include "admin/json_read.h"
#include "canaries.h"
#include "status/status_write.h"

static int refuse(writer_t *w, int status, const char *why)
{
    write_format(w, "{\"status\": %d, \"error\": ", status);
    write_json(w, why);
    write_text(w, "}");
    writer_end(w);
    return status;
}

/* {"upstream": "name"}; it may be left out.
 * @return NULL and *name, or what is wrong */
static const char *read_upstream(apr_pool_t *p,
                                 const rproxy_admin_request_t *request,
                                 const char **name)
{
#ifdef HAVE_JANSSON
    static const char *const names[] = { "upstream", NULL };
    const char *fault;
    json_t *value = json_read_load(request->json, request->len, &fault, p);

    if (!value) {
        return fault;
    }
    fault = json_read_names(value, names, p);
    fault = fault ? fault : json_read_text(value, "upstream", name, p);
    json_decref(value);
    return fault;
#else
    return "mod_rproxy_balancer was built without jansson";
#endif
}

/* Without a name: the only one. */
static const char *find(apr_pool_t *p, const rproxy_admin_request_t *request,
                        const canaried_t **canary, int *status)
{
    const char *name = NULL;
    const char *fault = read_upstream(p, request, &name);

    *status = HTTP_BAD_REQUEST;
    *canary = name ? canaries_find(name) : NULL;
    if (fault) {
        return fault;
    }
    if (!canaries_list || !canaries_list->nelts) {
        *status = HTTP_NOT_FOUND;
        return "no upstream has RProxyCanary";
    }
    if (name) {
        *status = HTTP_NOT_FOUND;
        return *canary ? NULL
                       : apr_psprintf(p,
                                      "upstream \"%.100s\" has no "
                                      "RProxyCanary",
                                      name);
    }
    *canary = APR_ARRAY_IDX(canaries_list, 0, const canaried_t *);
    return canaries_list->nelts == 1
               ? NULL
               : "several upstreams have RProxyCanary: say which one by "
                 "\"upstream\"";
}

static int call_status(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    const char *name = NULL, *fault = read_upstream(r->pool, request, &name);
    int i, n = 0;

    if (fault) {
        return refuse(&w, HTTP_BAD_REQUEST, fault);
    }
    write_text(&w, "{\"canaries\": [");
    for (i = 0; canaries_list && i < canaries_list->nelts; i++) {
        const canaried_t *canary =
            APR_ARRAY_IDX(canaries_list, i, const canaried_t *);

        if (!name || strcmp(canary->control, name) == 0) {
            write_text(&w, n++ ? ", " : "");
            canary_report_json(&w, canary);
        }
    }
    write_text(&w, "]}");
    writer_end(&w);
    return HTTP_OK;
}

static int call_order(request_rec *r, const rproxy_admin_request_t *request,
                      canary_order_e order, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    const canaried_t *canary;
    int status;
    const char *fault = find(r->pool, request, &canary, &status);

    if (fault) {
        return refuse(&w, status, fault);
    }
    fault = canaries_order(canary, order);
    if (fault) {
        return refuse(&w, HTTP_CONFLICT, fault);
    }
    canary_report_json(&w, canary);
    writer_end(&w);
    return HTTP_OK;
}

#define ORDER(name, order)                                        \
    static int call_##name(request_rec *r,                        \
                           const rproxy_admin_request_t *request, \
                           apr_bucket_brigade *bb)                \
    {                                                             \
        return call_order(r, request, order, bb);                 \
    }
ORDER(start, CANARY_ORDER_START)
ORDER(pause, CANARY_ORDER_PAUSE)
ORDER(promote, CANARY_ORDER_PROMOTE)
ORDER(rollback, CANARY_ORDER_ROLLBACK)
#undef ORDER

void canary_admin_register(apr_pool_t *pool)
{
    static const rproxy_admin_verb_t verbs[] = {
        { "status", RPROXY_ADMIN_GET,
          "shares, states and figures of new versions", call_status },
        { "start", RPROXY_ADMIN_POST,
          "begin at the first step, or go on after a pause", call_start },
        { "pause", RPROXY_ADMIN_POST,
          "no step up until started; a bad version is rolled back still",
          call_pause },
        { "promote", RPROXY_ADMIN_POST, "all clients to the new version",
          call_promote },
        { "rollback", RPROXY_ADMIN_POST, "no client to the new version",
          call_rollback },
        { NULL }
    };

    ap_register_provider(pool, RPROXY_ADMIN_GROUP, "canary",
                         RPROXY_ADMIN_VERSION, verbs);
}
