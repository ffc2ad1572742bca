/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forward_auth.c: see forward_auth.h.  Layer L2. */
#include "guard_private.h"
#include "forward_auth.h"

#include <apr_strings.h>

#include "../config/guard_config.h"
#include "../guard_request.h"
#include "../status/log_pace.h"
#include "auth_answers.h"

#define NOTE "rproxy-guard-auth"

enum {
    LINES_A_SECOND = 5
};

static int used;

static APR_OPTIONAL_FN_TYPE(rproxy_can_park) * can_park;
static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;

/* ---- a service that does not say ---- */

static log_pace_t pace; /* of this process */

/* @return 0: there have been many such lines in this second */
static int may_log(request_rec *r, const char **more)
{
    uint32_t left_out;
    int may = log_pace_take(&pace, (uint32_t)apr_time_sec(apr_time_now()),
                            LINES_A_SECOND, &left_out);

    *more = may && left_out ? apr_psprintf(r->pool,
                                           "; in a second before it was so "
                                           "with %u more",
                                           left_out)
                            : "";
    return may;
}

static credential_result_t closed(const char *why)
{
    credential_result_t result = { .answer = CREDENTIAL_CLOSED,
                                   .status = HTTP_SERVICE_UNAVAILABLE,
                                   .why = why };

    return result;
}

static credential_result_t no_answer(request_rec *r,
                                     const auth_source_t *source,
                                     const char *fault, const char *knob)
{
    const char *more;

    if (may_log(r, &more)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      RPLOGNO(4350) "RProxyGuardForwardAuth (%s): no answer of "
                                    "%s: %s; nobody is let in without%s%s%s",
                      source->where, source->upstream, fault,
                      knob ? ". What can be set: " : "", knob ? knob : "",
                      more);
    }
    return closed(
        apr_psprintf(r->pool, "the service of %s: %s", source->where, fault));
}

static credential_result_t odd_answer(request_rec *r,
                                      const auth_source_t *source, int status)
{
    const char *more;

    if (may_log(r, &more)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      RPLOGNO(4351) "RProxyGuardForwardAuth (%s): %s answers "
                                    "%d: expected 2xx, 401, 403, or 301 to 308 "
                                    "with Location; nobody is let in with it%s",
                      source->where, source->upstream, status, more);
    }
    return closed("the service gives no answer that says who may");
}

/* The request is a question for another request, and would be asked of. */
static credential_result_t asks_itself(request_rec *r,
                                       const auth_source_t *source)
{
    const char *more;

    if (may_log(r, &more)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      RPLOGNO(4352) "RProxyGuardForwardAuth (%s): the question "
                                    "for %s has come back to this server, to "
                                    "%s: expected RProxyGuardRequire none for "
                                    "the path of the service%s",
                      source->where, source->upstream, r->uri, more);
    }
    return closed("it is a question of this server to the service itself");
}

/* The service could be told only one of them. */
static credential_result_t two_paths(void)
{
    credential_result_t result =
        credential_bad(HTTP_FORBIDDEN,
                       "a slash in its path is encoded, which httpd decodes "
                       "and others may not: AllowEncodedSlashes NoDecode would "
                       "let it through");

    result.error = NULL;
    return result;
}

/* ---- the answer ---- */

static int is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307
           || status == 308;
}

static void put_fields(apr_table_t *table, slice_t text, apr_pool_t *pool)
{
    char *line, *last = NULL;
    char *copy = apr_pstrmemdup(pool, text.p, text.len);

    for (line = apr_strtok(copy, "\n", &last); line;
         line = apr_strtok(NULL, "\n", &last)) {
        char *value = strchr(line, ':');

        if (value) {
            *value = '\0';
            apr_table_addn(table, line, value + 2);
        }
    }
}

/* One that comes on several lines is a list (RFC 9110 5.3). */
static void tell_origin(request_rec *r, slice_t fields)
{
    apr_table_t *told = apr_table_make(r->pool, 4);

    put_fields(told, fields, r->pool);
    apr_table_compress(told, APR_OVERLAP_TABLES_MERGE);
    apr_table_overlap(r->headers_in, told, APR_OVERLAP_TABLES_SET);
}

static credential_result_t let_in(request_rec *r, slice_t fields)
{
    credential_result_t result = { CREDENTIAL_GOOD, 0 };

    tell_origin(r, fields);
    result.label = "auth";
    result.row = credentials_row("auth");
    credentials_count(r, result.row);
    return result;
}

/* A verdict on a request, and what becomes of its fields. */
static credential_result_t judge(request_rec *r, const auth_source_t *source,
                                 int status, slice_t fields)
{
    credential_result_t result;

    if (status >= 200 && status < 300) {
        return let_in(r, fields);
    }
    result = credential_bad(status, "the service does not let it in");
    result.error = NULL;
    result.fields = apr_table_make(r->pool, 4);
    put_fields(result.fields, fields, r->pool);
    if (status == 401 || status == 403
        || (is_redirect(status) && apr_table_get(result.fields, "Location"))) {
        return result;
    }
    return odd_answer(r, source, status);
}

credential_result_t forward_auth_check(request_rec *r,
                                       const credential_settings_t *s,
                                       const char *scope)
{
    credential_result_t result = { CREDENTIAL_CLOSED, 0 };
    auth_answer_t answer;

    if (!s->auth) {
        result.why = "there is no RProxyGuardForwardAuth for it";
        return result;
    }
    if (auth_question_is_own(r, auth_answers_secret())) {
        return asks_itself(r, s->auth);
    }
    if (auth_question_has_two_paths(r)) {
        return two_paths();
    }
    if (auth_answers_find(r, s->auth, &answer)) {
        return judge(r, s->auth, answer.status,
                     slice_make(answer.text, answer.len));
    }
    apr_table_setn(r->notes, NOTE, "1");
    apr_table_setn(r->notes, RPROXY_NOTE_LATER, "1");
    result.answer = CREDENTIAL_LATER;
    return result;
}

/* ---- waiting for one ---- */

/* What the service says for one is not what it says for all of its key. */
static int must_ask_again(const auth_waiter_t *w)
{
    const auth_said_t *said = auth_answers_said(w);

    return w->is_second && said && said->status && !said->is_kept;
}

/* @return NULL, or why not */
static const char *ask_again(request_rec *r, const auth_source_t *source,
                             auth_waiter_t *w)
{
    auth_answers_leave(w);
    return auth_answers_ask(r, source, 0, w);
}

static const auth_source_t *source_of(request_rec *r)
{
    return guard_settings_of(r->per_dir_config)->credentials.auth;
}

static int conclude(request_rec *r, credential_result_t *result)
{
    apr_table_unset(r->notes, NOTE);
    if (!guard_request_of(r)->waits) { /* for guard_delay.c */
        apr_table_unset(r->notes, RPROXY_NOTE_LATER);
    }
    return credentials_finish(r, result, "forward-auth");
}

static int refuse(request_rec *r, const char *why)
{
    credential_result_t result = no_answer(r, source_of(r), why, NULL);

    return conclude(r, &result);
}

/* The answer is there, or has been waited for too long.
 * @return as a handler's */
static int finish(request_rec *r, auth_waiter_t *w)
{
    const auth_source_t *source = source_of(r);
    const auth_said_t *said = auth_answers_said(w);
    credential_result_t result;

    if (!said) {
        result = no_answer(r, source, "it takes too long", "its timeout=");
    }
    else if (!said->status) {
        result = no_answer(r, source, said->fault, said->knob);
    }
    else {
        result = judge(r, source, said->status, said->fields);
    }
    auth_answers_leave(w);
    return conclude(r, &result);
}

/* More than a question can take. */
static apr_interval_time_t patience(const auth_source_t *source)
{
    return 2 * source->timeout + apr_time_from_sec(1);
}

static int woken(request_rec *r, rproxy_park_e event, void *data)
{
    auth_waiter_t *w = data;
    rproxy_park_t *own = w->park;
    const char *wrong;

    if (event == RPROXY_PARK_GONE) {
        auth_answers_leave(w);
        return DONE;
    }
    if (event != RPROXY_PARK_TIMEOUT && !auth_answers_said(w)) {
        return RPROXY_PARKED;
    }
    if (!must_ask_again(w)) {
        return finish(r, w);
    }
    wrong = ask_again(r, source_of(r), w);
    if (wrong) {
        return refuse(r, wrong);
    }
    return auth_answers_park_again(w, own) ? RPROXY_PARKED : finish(r, w);
}

/* @return SUSPENDED, or what the client gets */
static int wait_parked(request_rec *r, auth_waiter_t *w)
{
    if (auth_answers_park(r, woken, w, patience(source_of(r)))) {
        return SUSPENDED;
    }
    auth_answers_leave(w);
    return HTTP_SERVICE_UNAVAILABLE;
}

static int wait_here(request_rec *r, auth_waiter_t *w)
{
    const auth_source_t *source = source_of(r);
    const char *wrong;

    auth_answers_wait(w, patience(source));
    if (must_ask_again(w)) {
        wrong = ask_again(r, source, w);
        if (wrong) {
            return refuse(r, wrong);
        }
        auth_answers_wait(w, patience(source));
    }
    return finish(r, w);
}

/* Before all others. */
static int handler(request_rec *r)
{
    const auth_source_t *source = source_of(r);
    int is_on_loop;
    const char *wrong;
    auth_waiter_t *w;

    if (!apr_table_get(r->notes, NOTE)) {
        return DECLINED;
    }
    is_on_loop = on_loop && on_loop(r);
    if (!source || (is_on_loop && !can_park(r))) {
        return HTTP_SERVICE_UNAVAILABLE;
    }
    w = apr_palloc(r->pool, sizeof(*w));
    wrong = auth_answers_ask(r, source, 1, w);
    if (wrong) {
        return refuse(r, wrong);
    }
    return is_on_loop ? wait_parked(r, w) : wait_here(r, w);
}

/* ---- the server's life ---- */

void forward_auth_used(void)
{
    used = 1;
}

int forward_auth_is_used(void)
{
    return used;
}

void forward_auth_forget(void)
{
    used = 0;
}

apr_status_t forward_auth_open(server_rec *s)
{
    can_park = APR_RETRIEVE_OPTIONAL_FN(rproxy_can_park);
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    return auth_answers_open(s) ? APR_SUCCESS : APR_ENOMEM;
}

void forward_auth_register(void)
{
    static const char *const behind[] = { "mod_rproxy.c", "mod_rproxy_cache.c",
                                          NULL };

    ap_hook_handler(handler, NULL, behind, APR_HOOK_REALLY_FIRST);
}
