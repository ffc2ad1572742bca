/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_body.c: request bodies that may hold passwords, as they pass.
 * Layer L2.
 *
 * The filter holds back what comes until it is all there, or HOLD_MAX of it, so
 * that the application sees nothing of a login that is refused.  On a worker
 * thread the handler hook waits for that; on the loop nothing waits: what is
 * not there yet is looked at when the exchange asks for it.  What is behind
 * HOLD_MAX goes on as it comes, and a try that is refused cuts it off. */
#include "guard_private.h"
#include "login_request.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>

#include "../guard_act.h"
#include "../guard_request.h"
#include "login_account.h"

#define FILTER "RPROXY_GUARD_LOGIN_BODY"

enum {
    HOLD_MAX = 16384,
    READ_AT_ONCE = 8192
};

static ap_filter_rec_t *filter_record;
static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;

login_request_t *login_request_of(request_rec *r)
{
    return guard_global->logins->nelts ? guard_request_of(r)->login : NULL;
}

/* ---- tries ---- */

/* @return 0: refused, login->verdict */
static int try(login_request_t *login, slice_t user, uint32_t cost)
{
    guard_verdict_t verdict = login_account_try(login, user, cost);

    if (verdict.status && !guard_act_lets_pass(login->r, &verdict)) {
        login->verdict = verdict;
    }
    return !login->verdict.status;
}

static int try_found(login_request_t *login, const form_find_t *find)
{
    return try(login, slice_make(find->text, find->len), 1);
}

static int watch_form(login_request_t *login, form_find_t *find, slice_t bytes)
{
    while (bytes.len) {
        size_t used;

        if (form_find_add(find, bytes, &used) && !try_found(login, find)) {
            return 0;
        }
        bytes = slice_make(bytes.p + used, bytes.len - used);
    }
    return 1;
}

/* No client writes such XML; who reads it may see more calls than we do. */
static int refuse_odd(login_request_t *login)
{
    const login_rule_t *rule = login->rule;
    guard_verdict_t verdict = { .status = HTTP_FORBIDDEN,
                                .log_only = login->mode == GUARD_DETECT,
                                .rule = rule->name,
                                .where = rule->where,
                                .why = "its XML has a document type or a byte "
                                       "of 0" };

    login->calls.odd = 0;
    __atomic_fetch_add(&rule->counts->refused, 1, __ATOMIC_RELAXED);
    if (!guard_act_lets_pass(login->r, &verdict)) {
        login->verdict = verdict;
    }
    return !login->verdict.status;
}

static int watch_calls(login_request_t *login, slice_t bytes)
{
    uint32_t tries;

    xmlrpc_count_add(&login->calls, bytes);
    if (login->calls.odd && !refuse_odd(login)) {
        return 0;
    }
    tries = xmlrpc_count_tries(&login->calls);
    return tries <= login->tries
           || try(login, slice_make(NULL, 0), tries - login->tries);
}

static int watch(login_request_t *login, slice_t bytes)
{
    return login->rule->kind == LOGIN_XMLRPC
               ? watch_calls(login, bytes)
               : watch_form(login, &login->find, bytes);
}

static int watch_end(login_request_t *login)
{
    login->is_ended = 1;
    return login->rule->kind == LOGIN_XMLRPC || !form_find_end(&login->find)
           || try_found(login, &login->find);
}

/* Applications may take a field of the query for one of the form. */
static int watch_query(login_request_t *login, const char *query)
{
    form_find_t find;

    if (!query || login->rule->kind == LOGIN_XMLRPC) {
        return 1;
    }
    form_find_init(&find, FORM_URLENCODED, login->rule->user);
    return watch_form(login, &find, slice_str(query))
           && (!form_find_end(&find) || try_found(login, &find));
}

/* ---- the filter ---- */

static apr_status_t watch_buckets(login_request_t *login)
{
    apr_bucket *e;

    for (e = APR_BRIGADE_FIRST(login->fresh);
         e != APR_BRIGADE_SENTINEL(login->fresh); e = APR_BUCKET_NEXT(e)) {
        const char *data;
        apr_size_t len;
        apr_status_t rv;

        if (APR_BUCKET_IS_METADATA(e)) {
            if (APR_BUCKET_IS_EOS(e) && !login->is_ended && !watch_end(login)) {
                return APR_EGENERAL;
            }
            continue;
        }
        rv = apr_bucket_read(e, &data, &len, APR_BLOCK_READ);
        if (rv != APR_SUCCESS) {
            return rv;
        }
        login->held_bytes += (apr_off_t)len;
        if (!watch(login, slice_make(data, len))) {
            return APR_EGENERAL;
        }
    }
    return APR_SUCCESS;
}

/* Reads some more into login->held. */
static apr_status_t take_more(login_request_t *login, apr_read_type_e block,
                              apr_off_t bytes)
{
    ap_filter_t *f = login->in;
    apr_status_t rv =
        ap_get_brigade(f->next, login->fresh, AP_MODE_READBYTES, block, bytes);

    if (rv == APR_SUCCESS) {
        rv = watch_buckets(login);
    }
    if (rv == APR_SUCCESS && !APR_BRIGADE_EMPTY(login->fresh)) {
        return ap_save_brigade(f, &login->held, &login->fresh, login->r->pool);
    }
    apr_brigade_cleanup(login->fresh);
    if (rv == APR_SUCCESS && block == APR_NONBLOCK_READ) {
        return APR_EAGAIN;
    }
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv)) {
        login->failed = rv;
    }
    return rv;
}

/* @return APR_SUCCESS: what is held may go on */
static apr_status_t hold(login_request_t *login, apr_read_type_e block)
{
    apr_status_t rv = login->failed;

    while (rv == APR_SUCCESS && !login->is_ended
           && login->held_bytes < HOLD_MAX) {
        rv = take_more(login, block, READ_AT_ONCE);
    }
    return rv;
}

/* The refusal of a request whose handler is at work: its connection ends,
 * whatever that makes of it. */
static apr_status_t cut_off(login_request_t *login, request_rec *r)
{
    static const guard_action_t refuse = { .kind = GUARD_ACTION_REFUSE };
    int status;

    if (login->verdict.status && !login->is_judged) {
        if (login->verdict.action
            && login->verdict.action->kind == GUARD_ACTION_CHALLENGE) {
            login->verdict.action = &refuse;
        }
        status = guard_act(r, &login->verdict);
        apr_table_setn(r->notes, RPROXY_NOTE_BODY_STATUS,
                       apr_itoa(r->pool, status));
        login->is_judged = 1;
        r->connection->keepalive = AP_CONN_CLOSE;
    }
    apr_brigade_cleanup(login->held);
    return login->failed;
}

static apr_status_t give(login_request_t *login, apr_bucket_brigade *bb,
                         apr_off_t bytes)
{
    apr_bucket *end;
    apr_status_t rv = apr_brigade_partition(login->held, bytes, &end);

    if (rv != APR_SUCCESS && rv != APR_INCOMPLETE) {
        return rv;
    }
    if (end != APR_BRIGADE_SENTINEL(login->held) && APR_BUCKET_IS_EOS(end)) {
        end = APR_BUCKET_NEXT(end);
    }
    while (APR_BRIGADE_FIRST(login->held) != end) {
        apr_bucket *e = APR_BRIGADE_FIRST(login->held);

        APR_BUCKET_REMOVE(e);
        APR_BRIGADE_INSERT_TAIL(bb, e);
    }
    return APR_SUCCESS;
}

static apr_status_t body_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                                ap_input_mode_t mode, apr_read_type_e block,
                                apr_off_t bytes)
{
    login_request_t *login = f->ctx;
    apr_status_t rv;

    if (mode != AP_MODE_READBYTES || bytes <= 0) {
        return ap_get_brigade(f->next, bb, mode, block, bytes);
    }
    rv = hold(login, block);
    if (rv == APR_SUCCESS && APR_BRIGADE_EMPTY(login->held)) {
        rv = take_more(login, block, bytes);
    }
    return rv == APR_SUCCESS     ? give(login, bb, bytes)
           : login->failed == rv ? cut_off(login, f->r)
                                 : rv;
}

/* ---- hooks ---- */

static int is_of_error(const request_rec *r)
{
    return r->prev && r->prev->status != HTTP_OK;
}

static void begin(login_request_t *login, request_rec *r)
{
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;

    login->fresh = apr_brigade_create(r->pool, list);
    login->held = apr_brigade_create(r->pool, list);
    form_find_init(&login->find,
                   form_kind_of(
                       slice_str(apr_table_get(r->headers_in, "Content-Type"))),
                   login->rule->user);
}

/* Where an internal redirect goes on with the request, what is held goes with
 * it: its filters are new. */
static void insert_filter(request_rec *r)
{
    login_request_t *login = r->main ? NULL : login_request_of(r);

    if (!login || is_of_error(r)) {
        return;
    }
    if (!login->held) {
        begin(login, r);
    }
    login->in =
        ap_add_input_filter_handle(filter_record, login, r, r->connection);
    login_answer_insert(login, r);
}

static int has_body(const request_rec *r)
{
    return apr_table_get(r->headers_in, "Content-Length")
           || apr_table_get(r->headers_in, "Transfer-Encoding");
}

/* Before any handler. */
static int look_at_body(request_rec *r)
{
    login_request_t *login = r->main ? NULL : login_request_of(r);
    int may_wait;

    if (!login || !login->in || login->is_asked) {
        return DECLINED;
    }
    login->is_asked = 1;
    may_wait = !on_loop || !on_loop(r);
    if (watch_query(login, r->args) && has_body(r)
        && APR_STATUS_IS_EAGAIN(
            hold(login, may_wait ? APR_BLOCK_READ : APR_NONBLOCK_READ))) {
        apr_table_setn(r->notes, RPROXY_NOTE_HOLD_BODY, "1");
    }
    if (!login->verdict.status) {
        return DECLINED;
    }
    login->is_judged = 1;
    return guard_act(r, &login->verdict);
}

static void find_functions(void)
{
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
}

void login_body_register(apr_pool_t *pool)
{
    filter_record =
        ap_register_input_filter(FILTER, body_filter, NULL, AP_FTYPE_RESOURCE);
    ap_hook_optional_fn_retrieve(find_functions, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_filter(insert_filter, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_handler(look_at_body, NULL, NULL, APR_HOOK_REALLY_FIRST);
}
