/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forward_auth.c: see forward_auth.h.  Layer L2. */
#include "guard_private.h"
#include "forward_auth.h"

#include <pthread.h>
#include <stdlib.h>

#include <apr_strings.h>
#include <apr_thread_pool.h>
#include <http_protocol.h>

#include "../config/guard_config.h"
#include "../guard_refuse.h"
#include "../guard_request.h"
#include "auth_cache.h"
#include "routing/cookie.h"
#include "shared/shared_area.h"

#define NOTE "rproxy-guard-auth"

enum {
    SETS = 1024,
    THREADS_MAX = 16,
    WAITING_MAX = 1000
};

static auth_cache_t answers;
static int used;
static apr_thread_pool_t *threads; /* of this child; NULL: it has none */

static APR_OPTIONAL_FN_TYPE(rproxy_can_park) * can_park;
static APR_OPTIONAL_FN_TYPE(rproxy_park) * park;
static APR_OPTIONAL_FN_TYPE(rproxy_wake) * wake;
static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;

/* ---- the question ---- */

/* Of two owners: the request, and the thread that asks. */
typedef struct {
    pthread_mutex_t lock;
    rproxy_park_t *park; /* who waits; NULL: nobody */
    int owners, is_done;
    apr_pool_t *pool;
    const auth_source_t *source;
    slice_t question;
    const char *fault;
    auth_head_t head;
} job_t;

static void leave(job_t *job)
{
    int left;

    pthread_mutex_lock(&job->lock);
    left = --job->owners;
    pthread_mutex_unlock(&job->lock);
    if (!left) {
        pthread_mutex_destroy(&job->lock);
        apr_pool_destroy(job->pool);
    }
}

static job_t *make_job(const auth_source_t *source, const char *question)
{
    apr_pool_t *pool;
    job_t *job;

    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    job = apr_pcalloc(pool, sizeof(*job));
    pthread_mutex_init(&job->lock, NULL);
    job->owners = 1;
    job->pool = pool;
    job->source = source;
    job->question = slice_str(apr_pstrdup(pool, question));
    return job;
}

static void *APR_THREAD_FUNC run(apr_thread_t *thread, void *data)
{
    job_t *job = data;

    job->fault = auth_exchange(&job->source->server, job->question, &job->head,
                               job->pool);
    pthread_mutex_lock(&job->lock);
    job->is_done = 1;
    if (job->park) {
        wake(job->park);
    }
    pthread_mutex_unlock(&job->lock);
    leave(job);
    return NULL;
}

static void add_field(apr_array_header_t *parts, const char *name,
                      const char *value)
{
    if (value) {
        APR_ARRAY_PUSH(parts, const char *) = name;
        APR_ARRAY_PUSH(parts, const char *) = ": ";
        APR_ARRAY_PUSH(parts, const char *) = value;
        APR_ARRAY_PUSH(parts, const char *) = "\r\n";
    }
}

static const char *question_of(request_rec *r, const auth_source_t *source)
{
    static const char *const passed[] = { "Cookie", "Authorization",
                                          "User-Agent", "Accept", NULL };
    apr_array_header_t *parts =
        apr_array_make(r->pool, 64, sizeof(const char *));
    int i;

    APR_ARRAY_PUSH(parts, const char *) =
        apr_pstrcat(r->pool, "GET ", source->path, " HTTP/1.1\r\n", NULL);
    add_field(parts, "Host", source->host);
    add_field(parts, "Connection", "close");
    for (i = 0; passed[i]; i++) {
        add_field(parts, passed[i], apr_table_get(r->headers_in, passed[i]));
    }
    for (i = 0; i < source->by->nelts; i++) {
        const char *name = APR_ARRAY_IDX(source->by, i, auth_part_t).field;

        if (name && ap_cstr_casecmp(name, "Cookie") != 0
            && ap_cstr_casecmp(name, "Authorization") != 0) {
            add_field(parts, name, apr_table_get(r->headers_in, name));
        }
    }
    add_field(parts, "X-Forwarded-Method", r->method);
    add_field(parts, "X-Forwarded-Proto", ap_http_scheme(r));
    add_field(parts, "X-Forwarded-Host", r->hostname);
    add_field(parts, "X-Forwarded-Uri", r->unparsed_uri);
    add_field(parts, "X-Forwarded-For", r->useragent_ip);
    APR_ARRAY_PUSH(parts, const char *) = "\r\n";
    return apr_array_pstrcat(r->pool, parts, 0);
}

/* ---- the answer ---- */

static int is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307
           || status == 308;
}

static int is_kept(int status)
{
    return (status >= 200 && status < 300) || status == 401 || status == 403;
}

static int is_wanted(const auth_source_t *source, int status, slice_t name)
{
    static const char *const refused[] = { "Location", "Set-Cookie",
                                           "WWW-Authenticate" };
    int i, good = status < 300;
    int n = good ? source->headers->nelts : 3;

    for (i = 0; i < n; i++) {
        const char *one =
            good ? APR_ARRAY_IDX(source->headers, i, const char *) : refused[i];

        if (slice_eq_nocase(name, slice_str(one))) {
            return 1;
        }
    }
    return 0;
}

/* "name: value\n" of each field that is passed on; the text grows in pool.
 * *sets_cookie: it is for this client alone. */
static slice_t fields_of(const auth_source_t *source, const h1_response_t *head,
                         int *sets_cookie, apr_pool_t *pool)
{
    const char *text = "";
    size_t i;

    *sets_cookie = 0;
    for (i = 0; i < head->field_count; i++) {
        slice_t name = head->fields[i].name, value = head->fields[i].value;

        *sets_cookie |= slice_eq_nocase(name, SLICE_LIT("Set-Cookie"));
        if (is_wanted(source, head->status, name)) {
            text = apr_psprintf(pool, "%s%.*s: %.*s\n", text, (int)name.len,
                                name.p, (int)value.len, value.p);
        }
    }
    return slice_str(text);
}

static void put_fields(apr_table_t *table, slice_t text, int replace,
                       apr_pool_t *pool)
{
    char *line, *last = NULL;
    char *copy = apr_pstrmemdup(pool, text.p, text.len);

    for (line = apr_strtok(copy, "\n", &last); line;
         line = apr_strtok(NULL, "\n", &last)) {
        char *value = strchr(line, ':');

        if (!value) {
            continue;
        }
        *value = '\0';
        if (replace) {
            apr_table_setn(table, line, value + 2);
        }
        else {
            apr_table_addn(table, line, value + 2);
        }
    }
}

/* A verdict on a request, and what becomes of its fields. */
static credential_result_t judge(request_rec *r, int status, slice_t fields)
{
    credential_result_t result = { CREDENTIAL_GOOD, 0 };

    if (status >= 200 && status < 300) {
        put_fields(r->headers_in, fields, 1, r->pool);
        result.label = "auth";
        result.row = credentials_row("auth");
        if (result.row) {
            usage_take(result.row, usage_day(apr_time_sec(r->request_time)), 0);
        }
        return result;
    }
    if (status == 401 || status == 403 || is_redirect(status)) {
        result = credential_bad(status, "the service does not let it in");
        result.error = NULL;
        result.fields = apr_table_make(r->pool, 4);
        put_fields(result.fields, fields, 0, r->pool);
        return result;
    }
    result.answer = CREDENTIAL_CLOSED;
    result.status = HTTP_SERVICE_UNAVAILABLE;
    result.why = "the service gives no answer that says who may";
    return result;
}

/* ---- answers of before ---- */

static slice_t value_of(request_rec *r, const auth_part_t *part)
{
    h1_field_t cookies = { SLICE_LIT("Cookie"),
                           slice_str(apr_table_get(r->headers_in, "Cookie")) };
    slice_t value = slice_make(NULL, 0);

    if (part->of_url) {
        return slice_str(apr_pstrcat(r->pool, r->method, " ",
                                     r->hostname ? r->hostname : "", " ",
                                     r->unparsed_uri, NULL));
    }
    if (part->field) {
        return slice_str(apr_table_get(r->headers_in, part->field));
    }
    if (cookies.value.len) {
        cookie_find(&cookies, 1, slice_str(part->cookie), &value);
    }
    return value;
}

/* Part by part; one that is not there differs from an empty one. */
static auth_key_t key_of(request_rec *r, const auth_source_t *source)
{
    siphash_key_t secret = answers.secret;
    slice_t where = slice_str(source->where);
    auth_key_t key = { siphash(secret, where), ~siphash(secret, where) };
    int i;

    for (i = 0; i < source->by->nelts; i++) {
        slice_t value = value_of(r, &APR_ARRAY_IDX(source->by, i, auth_part_t));
        siphash_key_t low = { secret.low ^ key.low, secret.high };
        siphash_key_t high = { secret.low, secret.high ^ key.high };

        key.low = siphash(low, value) + !value.p;
        key.high = siphash(high, value) + !value.p;
    }
    return key;
}

static void keep(request_rec *r, const auth_source_t *source, int status,
                 slice_t fields)
{
    auth_answer_t answer = { status, fields.len, { 0 } };
    apr_time_t now = apr_time_now();

    if (answers.entry && fields.len <= AUTH_CACHE_TEXT) {
        memcpy(answer.text, fields.p, fields.len);
        auth_cache_put(&answers, key_of(r, source), now, now + source->cache,
                       &answer);
    }
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
    if (s->auth->cache && answers.entry
        && auth_cache_get(&answers, key_of(r, s->auth), r->request_time,
                          &answer)) {
        return judge(r, answer.status, slice_make(answer.text, answer.len));
    }
    apr_table_setn(r->notes, NOTE, "1");
    apr_table_setn(r->notes, RPROXY_NOTE_LATER, "1");
    result.answer = CREDENTIAL_LATER;
    return result;
}

/* ---- waiting for one ---- */

/* @return as a handler's */
static int finish(request_rec *r, job_t *job)
{
    const auth_source_t *source = job->source;
    const h1_response_t *head = &job->head.parser.response;
    int sets_cookie = 0, status = job->fault ? 0 : head->status;
    credential_result_t result;
    slice_t fields = { NULL, 0 };

    apr_table_unset(r->notes, NOTE);
    apr_table_unset(r->notes, RPROXY_NOTE_LATER);
    if (!job->fault) {
        fields = fields_of(source, head, &sets_cookie, r->pool);
    }
    if (source->cache && is_kept(status) && !sets_cookie) {
        keep(r, source, status, fields);
    }
    result = judge(r, status, fields);
    if (job->fault) {
        result.why = apr_psprintf(r->pool, "the service of %s: %s",
                                  source->where, job->fault);
    }
    leave(job);
    return credentials_finish(r, &result, "forward-auth");
}

/* The thread may still be at it. */
static int give_up(request_rec *r, job_t *job)
{
    credential_result_t result = judge(r, 0, slice_make(NULL, 0));

    leave(job);
    apr_table_unset(r->notes, NOTE);
    apr_table_unset(r->notes, RPROXY_NOTE_LATER);
    return credentials_finish(r, &result, "forward-auth");
}

static int woken(request_rec *r, rproxy_park_e event, void *data)
{
    job_t *job = data;
    int is_done;

    pthread_mutex_lock(&job->lock);
    is_done = job->is_done;
    if (is_done || event == RPROXY_PARK_GONE || event == RPROXY_PARK_TIMEOUT) {
        job->park = NULL;
    }
    pthread_mutex_unlock(&job->lock);
    if (is_done && event != RPROXY_PARK_GONE) {
        return finish(r, job);
    }
    if (event == RPROXY_PARK_GONE) {
        leave(job);
        return DONE;
    }
    return event == RPROXY_PARK_TIMEOUT ? give_up(r, job) : RPROXY_PARKED;
}

/* On a loop: another thread asks.
 * @return SUSPENDED, or what the client gets */
static int wait_parked(request_rec *r, job_t *job)
{
    int waits = 0;

    pthread_mutex_lock(&job->lock);
    if (threads && apr_thread_pool_tasks_count(threads) < WAITING_MAX) {
        job->owners++;
        if (apr_thread_pool_push(threads, run, job,
                                 APR_THREAD_TASK_PRIORITY_NORMAL, NULL)
            == APR_SUCCESS) {
            job->park = park(r, woken, job, 2 * job->source->server.timeout);
            waits = job->park != NULL;
        }
        else {
            job->owners--;
        }
    }
    pthread_mutex_unlock(&job->lock);
    if (waits) {
        return SUSPENDED;
    }
    leave(job);
    return HTTP_SERVICE_UNAVAILABLE;
}

/* Before all others. */
static int handler(request_rec *r)
{
    const credential_settings_t *s =
        &guard_settings_of(r->per_dir_config)->credentials;
    job_t *job;

    if (!apr_table_get(r->notes, NOTE)) {
        return DECLINED;
    }
    job = s->auth ? make_job(s->auth, question_of(r, s->auth)) : NULL;
    if (!job) {
        return HTTP_SERVICE_UNAVAILABLE;
    }
    if (on_loop && on_loop(r)) {
        if (can_park(r)) {
            return wait_parked(r, job);
        }
        leave(job);
        return HTTP_SERVICE_UNAVAILABLE;
    }
    job->fault =
        auth_exchange(&s->auth->server, job->question, &job->head, job->pool);
    return finish(r, job);
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
    answers.entry = NULL;
}

apr_status_t forward_auth_open(server_rec *s)
{
    can_park = APR_RETRIEVE_OPTIONAL_FN(rproxy_can_park);
    park = APR_RETRIEVE_OPTIONAL_FN(rproxy_park);
    wake = APR_RETRIEVE_OPTIONAL_FN(rproxy_wake);
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    answers.secret = limit_memory_secret();
    answers.sets = SETS;
    answers.entry = shared_area(s, "forward-auth", auth_cache_room(SETS));
    return answers.entry ? APR_SUCCESS : APR_ENOMEM;
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    threads = NULL;
    if (used
        && apr_thread_pool_create(&threads, 0, THREADS_MAX, pchild)
               != APR_SUCCESS) {
        threads = NULL;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4225) "no threads that ask the service of "
                                   "RProxyGuardForwardAuth: requests on event "
                                   "loops that need it are refused");
    }
}

void forward_auth_register(void)
{
    static const char *const behind[] = { "mod_rproxy.c", "mod_rproxy_cache.c",
                                          NULL };

    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_handler(handler, NULL, behind, APR_HOOK_REALLY_FIRST);
}
