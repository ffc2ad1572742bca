/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_request.c: runs one request of an adopted connection through httpd's
 * own phases, on the loop or on a worker thread.  Layer L2.
 *
 * It follows ap_process_async_request, but decides before the handler where
 * that may run: an upstream's response and plain files on the loop, whatever
 * could wait on a worker. */
#include "client_private.h"

#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_core.h>

#include "../mod_rproxy.h"
#include "../rproxy_handler.h"
#include "blocking.h"
#include "renegotiation.h"

static const char *known_handlers[] = { "rproxy-status", "rproxy-metrics",
                                        "rproxy-cache", "rproxy-cache-wait",
                                        NULL };

/* The default handler reads no more of a file than the socket takes. */
static int is_plain_file(const request_rec *r)
{
    if (r->finfo.filetype != APR_REG || r->method_number != M_GET) {
        return 0;
    }
    if (r->handler) {
        return strcmp(r->handler, "default-handler") == 0;
    }
    return !r->content_type
           || strncmp(r->content_type, "application/x-httpd", 19) != 0;
}

static int may_handle_here(const request_rec *r)
{
    int i;

    if (proxied_is_ours(r) || apr_table_get(r->notes, RPROXY_NOTE_LATER)) {
        return 1;
    }
    for (i = 0; r->handler && known_handlers[i]; i++) {
        if (strcmp(r->handler, known_handlers[i]) == 0) {
            return 1;
        }
    }
    return is_plain_file(r);
}

/* The document of this error is a request of its own, and whatever serves it
 * may wait. */
static int error_document_is_local(request_rec *r, int status)
{
    const char *document;

    if (!ap_is_HTTP_VALID_RESPONSE(status) || !ap_is_HTTP_ERROR(status)) {
        return 0;
    }
    document = ap_response_code_string(r, ap_index_of_response(status));
    return document && document[0] == '/';
}

void client_finish_request(client_t *client, request_rec *r, int status)
{
    client->wait = NULL;
    if (!client->on_worker && error_document_is_local(r, status)) {
        client->status = status;
        client->r = r;
        client_hand_off(client, HANDOFF_DIE);
        return;
    }
    if (!client->on_worker && client->conn->keepalive != AP_CONN_CLOSE
        && !client_body_drop(r)) {
        client->conn->keepalive = AP_CONN_CLOSE; /* else httpd waits for it */
    }
    if (status != OK && status != DONE) {
        r->status = HTTP_OK; /* the first error, not one within another */
    }
    ap_die(status, r);
    client->unread = !client_body_at_end(r);
    if (client->unread) {
        client->conn->keepalive = AP_CONN_CLOSE;
    }
    client->r = NULL;
    client->refused = !client->on_worker && r->status >= HTTP_BAD_REQUEST;
    client->wants_room = 0;
    client->state = client->on_worker ? CLIENT_WORKER : CLIENT_FLUSH;
    ap_process_request_after_handler(r);
}

void client_handled(client_t *client, request_rec *r, int status)
{
    if (status != SUSPENDED) {
        client_finish_request(client, r, status);
    }
    else if (client->resume) {
        client->resume = 0;
        client_hand_off(client, HANDOFF_RESUME);
    }
    else if (client->wait) {
        client->state = CLIENT_REQUEST;
        client->wait->begin(client->wait_ctx);
    }
    else {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      RPLOGNO(1305) "handler \"%s\" suspended a request on an "
                                    "adopted connection: set RProxyEventLoop "
                                    "off where it "
                                    "is used",
                      r->handler ? r->handler : "");
        client_finish_request(client, r, HTTP_INTERNAL_SERVER_ERROR);
    }
}

/* What ap_invoke_handler calls the handlers by; once they have suspended the
 * request, it takes that back. */
static const char *handler_name(const request_rec *r)
{
    if (r->handler) {
        return r->handler;
    }
    return r->content_type ? apr_pstrmemdup(r->pool, r->content_type,
                                            strcspn(r->content_type, "; "))
                           : "default-handler";
}

void client_run_handler(client_t *client, request_rec *r)
{
    const char *given = r->handler;
    int status;

    if (!client->on_worker && !may_handle_here(r)) {
        client_hand_off(client, HANDOFF_RESUME);
        return;
    }
    r->handler = handler_name(r);
    status = ap_run_handler(r);
    r->handler = given;
    client_handled(client, r,
                   status == DECLINED ? HTTP_INTERNAL_SERVER_ERROR : status);
}

void client_process(client_t *client, request_rec *r)
{
    int status;

    client->in_phases = 1;
    status = ap_run_quick_handler(r, 0);
    if (status == DECLINED) {
        status = ap_process_request_internal(r);
        client->in_phases = 0;
        if (status == OK) {
            if (!client->on_worker && !may_handle_here(r)) {
                client_hand_off(client, HANDOFF_HANDLER);
                return;
            }
            status = ap_invoke_handler(r);
        }
    }
    client->in_phases = 0;
    client_handled(client, r, status);
}

/* Basic and Digest passwords are checked by hashes made to be slow. */
static int has_password(const request_rec *r)
{
    const char *value = apr_table_get(r->headers_in, "Authorization");

    return value
           && (strncasecmp(value, "Basic", 5) == 0
               || strncasecmp(value, "Digest", 6) == 0);
}

static int may_wait_in_phases(const client_t *client, const request_rec *r)
{
    return blocking_phases() || has_password(r)
           || (client->tls && renegotiation_possible(r->server));
}

/* The connection stays with HTTP/1.1: mod_http2 would serve it to its end
 * within this request.  RFC 9110 section 7.8 lets us ignore the offer. */
void client_keep_protocol(request_rec *r)
{
    const char *offers = apr_table_get(r->headers_in, "Upgrade");

    if (offers && ap_find_token(r->pool, offers, "h2c")) {
        apr_table_unset(r->headers_in, "Upgrade");
    }
}

void client_run_request(client_t *client)
{
    conn_rec *c = client->conn;
    request_rec *r;

    timer_set(&client->loop->reactor->timers, &client->timer, 0);
    client->scanned = 0;
    if (c->cs) {
        c->cs->state = CONN_STATE_HANDLER;
    }
    r = ap_read_request(c);
    METRIC_ADD(client->loop->reactor->metrics->requests, 1);
    if (!r || r->status != HTTP_OK) {
        c->keepalive = AP_CONN_CLOSE;
        client->state = CLIENT_FLUSH;
        client->linger_close = 1;
        return;
    }
    client->r = r;
    client->read_begun = 0;
    client_keep_protocol(r);
    if (may_wait_in_phases(client, r)) {
        client_hand_off(client, HANDOFF_PROCESS);
        return;
    }
    client_body_install(client, r);
    client_process(client, r);
}
