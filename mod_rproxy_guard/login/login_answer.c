/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_answer.c: responses to logins, by any handler, before other filters
 * change them.  Layer L2.
 *
 * A response that no filter of the content sees (an error of httpd's own) is
 * looked at when the request is logged. */
#include "guard_private.h"
#include "login_request.h"

#include <http_protocol.h>
#include <http_request.h>

#include "login_account.h"

#define FILTER "RPROXY_GUARD_LOGIN"

enum {
    COOKIES_MAX = 32,
    SCANNED_AT_ONCE = 65536
};

static ap_filter_rec_t *filter_record;

/* ---- what it says ---- */

typedef struct {
    slice_t line[COOKIES_MAX];
    size_t count;
} cookies_t;

static int add_cookie(void *ctx, const char *name, const char *value)
{
    cookies_t *cookies = ctx;

    if (cookies->count < COOKIES_MAX) {
        cookies->line[cookies->count++] = slice_str(value);
    }
    return 1;
}

static const char *field_of(const request_rec *r, const char *name)
{
    const char *value = apr_table_get(r->headers_out, name);

    return value ? value : apr_table_get(r->err_headers_out, name);
}

static login_outcome_e outcome_of(const login_request_t *login,
                                  const request_rec *r)
{
    cookies_t cookies = { .count = 0 };
    login_answer_t answer = { .status = r->status };

    apr_table_do(add_cookie, &cookies, r->headers_out, "Set-Cookie", NULL);
    apr_table_do(add_cookie, &cookies, r->err_headers_out, "Set-Cookie", NULL);
    answer.set_cookie = cookies.line;
    answer.cookies = cookies.count;
    answer.location = slice_str(field_of(r, "Location"));
    answer.cookie = slice_str(apr_table_get(login->r->headers_in, "Cookie"));
    return login_outcome(&login->rule->signs, &answer);
}

/* ---- what follows ---- */

static void count(uint64_t *counter, uint32_t n)
{
    __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static void tell_failure(const login_request_t *login, uint32_t tries)
{
    count(&login->rule->counts->failures, tries);
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, login->r,
                  RPLOGNO(4100) "login %s: %u wrong passwords",
                  login->rule->name, tries);
}

static void judge_form(login_request_t *login, const request_rec *r)
{
    login->is_judged = 1;
    switch (outcome_of(login, r)) {
    case LOGIN_SUCCESS:
        count(&login->rule->counts->successes, 1);
        login_account_give_back(login, login->tries);
        if (login->tries == 1) { /* of two names, whose was it? */
            login_account_remember(login);
        }
        break;
    case LOGIN_LIKELY:
        count(&login->rule->counts->successes, 1);
        login_account_give_back(login, login->tries);
        break;
    case LOGIN_FAILURE:
        tell_failure(login, login->tries);
        break;
    default:
        login_account_give_back(login, login->tries);
    }
}

/* An answer that cannot be read has nothing but wrong passwords. */
static void judge_calls(login_request_t *login, const request_rec *r)
{
    uint32_t wrong = login->faults.wrong;

    login->is_judged = 1;
    if (field_of(r, "Content-Encoding") || r->status == HTTP_UNAUTHORIZED
        || r->status == HTTP_FORBIDDEN) {
        wrong = login->tries;
    }
    else if (r->status >= HTTP_BAD_REQUEST) {
        wrong = 0;
    }
    wrong = wrong < login->tries ? wrong : login->tries;
    login_account_give_back(login, login->tries - wrong);
    if (wrong) {
        tell_failure(login, wrong);
    }
    else if (r->status == HTTP_OK) {
        count(&login->rule->counts->successes, 1);
    }
}

/* ---- the filter ---- */

/* Looks at the first bucket and moves it.  @return its bytes */
static apr_status_t look_at_first(login_request_t *login, const request_rec *r,
                                  apr_bucket_brigade *bb, apr_size_t *len)
{
    apr_bucket *e = APR_BRIGADE_FIRST(bb);
    const char *data;
    apr_status_t rv = APR_SUCCESS;

    *len = 0;
    if (APR_BUCKET_IS_EOS(e) && !login->is_judged) {
        judge_calls(login, r);
    }
    if (!APR_BUCKET_IS_METADATA(e)) {
        rv = apr_bucket_read(e, &data, len, APR_BLOCK_READ);
        if (rv == APR_SUCCESS) {
            xmlrpc_faults_add(&login->faults, slice_make(data, *len));
        }
    }
    APR_BUCKET_REMOVE(e);
    APR_BRIGADE_INSERT_TAIL(login->out, e);
    return rv;
}

/* What a script writes is passed on as it comes. */
static apr_status_t pass_calls(ap_filter_t *f, apr_bucket_brigade *bb)
{
    login_request_t *login = f->ctx;
    apr_size_t scanned = 0, len;
    apr_status_t rv = APR_SUCCESS;

    while (rv == APR_SUCCESS && !APR_BRIGADE_EMPTY(bb)) {
        rv = look_at_first(login, f->r, bb, &len);
        scanned += len;
        if (rv == APR_SUCCESS
            && (APR_BRIGADE_EMPTY(bb) || scanned >= SCANNED_AT_ONCE)) {
            rv = ap_pass_brigade(f->next, login->out);
            apr_brigade_cleanup(login->out);
            scanned = 0;
        }
    }
    return rv;
}

static apr_status_t answer_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    login_request_t *login = f->ctx;

    if (login->rule->kind == LOGIN_XMLRPC && login->tries
        && !login->is_judged) {
        return pass_calls(f, bb);
    }
    if (login->tries && !login->is_judged) {
        judge_form(login, f->r);
    }
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, bb);
}

void login_answer_insert(login_request_t *login, request_rec *r)
{
    login->out = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    ap_add_output_filter_handle(filter_record, login, r, r->connection);
}

/* ---- what no filter saw ---- */

/* Who went away before the answer has tried a password all the same. */
static int log_transaction(request_rec *r)
{
    login_request_t *login = login_request_of(r);

    if (!login || !login->tries || login->is_judged || r->connection->aborted) {
        return DECLINED;
    }
    while (r->next) {
        r = r->next;
    }
    if (login->rule->kind == LOGIN_XMLRPC) {
        judge_calls(login, r);
    }
    else {
        judge_form(login, r);
    }
    return DECLINED;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    APR_OPTIONAL_FN_TYPE(rproxy_quick_filter) *quick =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_quick_filter);

    if (quick) {
        quick(FILTER);
    }
    return OK;
}

void login_answer_register(apr_pool_t *pool)
{
    filter_record = ap_register_output_filter(FILTER, answer_filter, NULL,
                                              AP_FTYPE_RESOURCE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_FIRST);
}
