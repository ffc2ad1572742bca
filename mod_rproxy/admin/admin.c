/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin.c: the handler rproxy-admin, JSON in and JSON out.  Layer L2.
 *
 * It lets in those who may, finds the verb among those of all modules
 * (RPROXY_ADMIN_GROUP of mod_rproxy.h), and sees to it that a verb gets
 * well-formed JSON of a bounded size.  It may wait for the body, so a worker
 * thread runs it. */
#include "admin.h"

#include <ap_provider.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "../mod_rproxy.h"
#include "../rproxy_config.h"
#include "../rproxy_private.h"
#include "../status/status_write.h"
#include "admin_access.h"
#include "admin_json.h"
#include "admin_path.h"

#define HANDLER "rproxy-admin"
#define BODY_MAX 65536
#define NO_JANSSON                                                             \
    "mod_rproxy was built without jansson: install its development files "     \
    "(Debian: libjansson-dev, Fedora: jansson-devel), then build and install " \
    "the modules again"

typedef struct {
    request_rec *r;
    apr_bucket_brigade *out;
    const rproxy_admin_verb_t *verb;
    rproxy_admin_request_t request;
    int has_read; /* the body, to its end */
} call_t;

/* ---- the answer ---- */

static int respond(call_t *call, int status)
{
    request_rec *r = call->r;
    apr_off_t length = 0;

    APR_BRIGADE_INSERT_TAIL(call->out,
                            apr_bucket_immortal_create("\n", 1,
                                                       r->connection
                                                           ->bucket_alloc));
    apr_brigade_length(call->out, 1, &length);
    r->status = status;
    ap_set_content_type(r, "application/json");
    ap_set_content_length(r, length);
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->err_headers_out, "X-Content-Type-Options", "nosniff");
    APR_BRIGADE_INSERT_TAIL(call->out,
                            apr_bucket_eos_create(r->connection->bucket_alloc));
    return ap_pass_brigade(r->output_filters, call->out) == APR_SUCCESS
               ? OK
               : AP_FILTER_ERROR;
}

/* why: a sentence that may hold what the client sent. */
static int refuse(call_t *call, int status, const char *why)
{
    writer_t w = writer_make(call->out);

    if (!call->has_read && ap_request_has_body(call->r)) {
        call->r->connection->keepalive = AP_CONN_CLOSE;
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, call->r,
                  RPLOGNO(1601) "rproxy-admin: %s %s refused: %s",
                  call->r->method, call->r->uri, why);
    write_format(&w, "{\"status\": %d, \"error\": ", status);
    write_json(&w, why);
    write_text(&w, "}");
    writer_end(&w);
    return respond(call, status);
}

/* ---- verbs ---- */

static const rproxy_admin_verb_t *verbs_of(const char *group)
{
    return ap_lookup_provider(RPROXY_ADMIN_GROUP, group, RPROXY_ADMIN_VERSION);
}

static const apr_array_header_t *groups(apr_pool_t *pool)
{
    return ap_list_provider_names(pool, RPROXY_ADMIN_GROUP,
                                  RPROXY_ADMIN_VERSION);
}

static const rproxy_admin_verb_t *verb_of(const char *group, const char *name)
{
    const rproxy_admin_verb_t *verb = verbs_of(group);

    while (verb && verb->name && strcmp(verb->name, name) != 0) {
        verb++;
    }
    return verb && verb->name ? verb : NULL;
}

/* "cache/purge, cache/stats" */
static const char *all_verbs(apr_pool_t *pool)
{
    const apr_array_header_t *names = groups(pool);
    const char *text = "";
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *group =
            APR_ARRAY_IDX(names, i, ap_list_provider_names_t).provider_name;
        const rproxy_admin_verb_t *verb = verbs_of(group);
        for (; verb->name; verb++) {
            text = apr_pstrcat(pool, text, *text ? ", " : "", group, "/",
                               verb->name, NULL);
        }
    }
    return *text ? text : "none: no module that has verbs is loaded";
}

static void write_verb(writer_t *w, const char *group,
                       const rproxy_admin_verb_t *verb)
{
    write_text(w, "{\"verb\": ");
    write_json(w, apr_pstrcat(w->pool, group, "/", verb->name, NULL));
    write_format(w, ", \"methods\": [%s%s%s], \"help\": ",
                 verb->methods & RPROXY_ADMIN_GET ? "\"GET\"" : "",
                 verb->methods == (RPROXY_ADMIN_GET | RPROXY_ADMIN_POST) ? ", "
                                                                         : "",
                 verb->methods & RPROXY_ADMIN_POST ? "\"POST\"" : "");
    write_json(w, verb->help);
    write_text(w, "}");
}

/* What there is, for those who look around. */
static int list_verbs(call_t *call)
{
    const apr_array_header_t *names = groups(call->r->pool);
    writer_t w = writer_make(call->out);
    const char *comma = "";
    int i;

    write_text(&w, "{\"verbs\": [");
    for (i = 0; i < names->nelts; i++) {
        const char *group =
            APR_ARRAY_IDX(names, i, ap_list_provider_names_t).provider_name;
        const rproxy_admin_verb_t *verb = verbs_of(group);
        for (; verb->name; verb++) {
            write_text(&w, comma);
            write_verb(&w, group, verb);
            comma = ", ";
        }
    }
    write_text(&w, "]}");
    writer_end(&w);
    return respond(call, HTTP_OK);
}

/* ---- what a verb is given ---- */

static int is_json_type(const request_rec *r)
{
    const char *type = apr_table_get(r->headers_in, "Content-Type");
    size_t len = type ? strcspn(type, "; \t") : 0;

    return len == 16 && strncasecmp(type, "application/json", len) == 0;
}

static int too_large(call_t *call)
{
    return refuse(call, HTTP_REQUEST_ENTITY_TOO_LARGE,
                  "the body is larger than 64 KiB: send it in several "
                  "requests");
}

/* @return OK and *text, or the status of what went wrong */
static int read_body(request_rec *r, char **text, size_t *len)
{
    apr_bucket_brigade *bb =
        apr_brigade_create(r->pool, r->connection->bucket_alloc);
    int done = 0;

    *text = apr_palloc(r->pool, BODY_MAX + 1);
    *len = 0;
    while (!done) {
        apr_size_t n = BODY_MAX + 1 - *len;
        apr_status_t rv =
            ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES,
                           APR_BLOCK_READ, (apr_off_t)n);
        if (rv != APR_SUCCESS) {
            return ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
        }
        done =
            !APR_BRIGADE_EMPTY(bb) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb));
        rv = apr_brigade_flatten(bb, *text + *len, &n);
        if (rv != APR_SUCCESS) {
            return HTTP_BAD_REQUEST;
        }
        *len += n;
        apr_brigade_cleanup(bb);
        if (*len > BODY_MAX) {
            return HTTP_REQUEST_ENTITY_TOO_LARGE;
        }
    }
    (*text)[*len] = '\0';
    return OK;
}

static int run(call_t *call)
{
    return respond(call, call->verb->call(call->r, &call->request, call->out));
}

static int post(call_t *call)
{
    request_rec *r = call->r;
    const char *fault;
    char *text;
    int status;

    if (!is_json_type(r)) {
        return refuse(call, HTTP_UNSUPPORTED_MEDIA_TYPE,
                      "POST needs \"Content-Type: application/json\"");
    }
    status = read_body(r, &text, &call->request.len);
    if (status == HTTP_REQUEST_ENTITY_TOO_LARGE) {
        return too_large(call);
    }
    if (status != OK) {
        return status; /* the connection's, or broken framing: httpd tells */
    }
    call->has_read = 1;
    fault = admin_json_fault(text, call->request.len, r->pool);
    if (fault) {
        return refuse(call, HTTP_BAD_REQUEST, fault);
    }
    call->request.json = text;
    return run(call);
}

static int get(call_t *call)
{
    const char *fault;
    const char *text =
        admin_json_of_query(call->r->args, &fault, call->r->pool);

    if (!text) {
        return refuse(call, HTTP_BAD_REQUEST, fault);
    }
    call->request.json = text;
    call->request.len = strlen(text);
    return run(call);
}

/* ---- the handler ---- */

static int wrong_method(call_t *call, int methods)
{
    const char *allow = methods == RPROXY_ADMIN_POST  ? "POST"
                        : methods == RPROXY_ADMIN_GET ? "GET, HEAD"
                                                      : "GET, HEAD, POST";

    apr_table_setn(call->r->err_headers_out, "Allow", allow);
    return refuse(call, HTTP_METHOD_NOT_ALLOWED,
                  apr_psprintf(call->r->pool, "%s is not a method of this: %s",
                               call->r->method, allow));
}

static int find_verb(call_t *call)
{
    request_rec *r = call->r;
    admin_path_t path;

    admin_path_read(&path, slice_str(r->uri));
    if (!path.verb.len) {
        return OK;
    }
    call->request.group = apr_pstrmemdup(r->pool, path.group.p, path.group.len);
    call->request.verb = apr_pstrmemdup(r->pool, path.verb.p, path.verb.len);
    call->verb = verb_of(call->request.group, call->request.verb);
    return call->verb ? OK : HTTP_NOT_FOUND;
}

static int answer(call_t *call)
{
    request_rec *r = call->r;
    int status, method;
    const char *why =
        admin_access_refused(rproxy_settings(r)->admin, r, &status);

    why = why ? why : admin_access_browser(r, &status);
    if (why) {
        return refuse(call, status, why);
    }
    if (!admin_json_available()) {
        return refuse(call, HTTP_NOT_IMPLEMENTED, NO_JANSSON);
    }
    if (find_verb(call) != OK) {
        return refuse(call, HTTP_NOT_FOUND,
                      apr_psprintf(r->pool,
                                   "there is no verb %s/%s; there are: %s",
                                   call->request.group, call->request.verb,
                                   all_verbs(r->pool)));
    }
    method = r->method_number == M_GET    ? RPROXY_ADMIN_GET
             : r->method_number == M_POST ? RPROXY_ADMIN_POST
                                          : 0;
    if (!(method & (call->verb ? call->verb->methods : RPROXY_ADMIN_GET))) {
        return wrong_method(call, call->verb ? call->verb->methods
                                             : RPROXY_ADMIN_GET);
    }
    return !call->verb                   ? list_verbs(call)
           : method == RPROXY_ADMIN_POST ? post(call)
                                         : get(call);
}

static int handler(request_rec *r)
{
    call_t call = { .r = r };

    if (!r->handler || strcmp(r->handler, HANDLER) != 0) {
        return DECLINED;
    }
    call.out = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    call.request.method = r->method;
    return answer(&call);
}

void admin_register_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
}
