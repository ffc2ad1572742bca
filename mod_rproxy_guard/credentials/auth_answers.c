/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_answers.c: see auth_answers.h.  Layer L2. */
#include "guard_private.h"
#include "auth_answers.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <apr_strings.h>

#include "../limits/limit_memory.h"
#include "shared/shared_area.h"

enum {
    SETS = 1024,
    PLACES = 256 /* a power of two */
};

/* A question.  Its owners: who waits, and the question itself until it is
 * answered. */
typedef struct auth_asked_t {
    apr_pool_t *pool; /* unmanaged */
    const auth_source_t *source;
    auth_key_t key;
    pthread_cond_t answered;
    int owners, is_done;
    auth_said_t said; /* when it is done */
    auth_waiter_t *waiters;
    struct auth_asked_t *next, **before; /* at its place; before NULL: none */
} asked_t;

static auth_cache_t kept;

/* Of this process; no lock is held while anything else is called that could
 * take one, but for a wake-up. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static asked_t *place[PLACES];

static APR_OPTIONAL_FN_TYPE(rproxy_ask) * ask_upstream;
static APR_OPTIONAL_FN_TYPE(rproxy_park) * park;
static APR_OPTIONAL_FN_TYPE(rproxy_wake) * wake;

int auth_answers_open(server_rec *s)
{
    ask_upstream = APR_RETRIEVE_OPTIONAL_FN(rproxy_ask);
    park = APR_RETRIEVE_OPTIONAL_FN(rproxy_park);
    wake = APR_RETRIEVE_OPTIONAL_FN(rproxy_wake);
    kept.secret = limit_memory_secret();
    kept.sets = SETS;
    kept.entry = shared_area(s, "forward-auth", auth_cache_room(SETS));
    return kept.entry != NULL;
}

siphash_key_t auth_answers_secret(void)
{
    return kept.secret;
}

int auth_answers_find(request_rec *r, const auth_source_t *source,
                      auth_answer_t *answer)
{
    return source->cache
           && auth_cache_get(&kept, auth_question_key(r, source, kept.secret),
                             apr_time_now(), answer);
}

/* ---- a question's life ---- */

static asked_t *make_asked(const auth_source_t *source)
{
    pthread_condattr_t attributes;
    apr_pool_t *pool;
    asked_t *asked;

    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    asked = apr_pcalloc(pool, sizeof(*asked));
    asked->pool = pool;
    asked->source = source;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&asked->answered, &attributes);
    pthread_condattr_destroy(&attributes);
    return asked;
}

static void free_asked(asked_t *asked)
{
    pthread_cond_destroy(&asked->answered);
    apr_pool_destroy(asked->pool);
}

static void join_locked(asked_t *asked, auth_waiter_t *w)
{
    w->asked = asked;
    w->park = NULL;
    w->next = asked->waiters;
    w->before = &asked->waiters;
    if (w->next) {
        w->next->before = &w->next;
    }
    asked->waiters = w;
    asked->owners++;
}

void auth_answers_leave(auth_waiter_t *w)
{
    asked_t *asked = w->asked;
    int left;

    pthread_mutex_lock(&lock);
    *w->before = w->next;
    if (w->next) {
        w->next->before = w->before;
    }
    left = --asked->owners;
    pthread_mutex_unlock(&lock);
    w->asked = NULL;
    if (!left) {
        free_asked(asked);
    }
}

/* ---- the answer ---- */

static int is_keepable(int status)
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

static void take_fields(asked_t *asked, const rproxy_answer_t *answer)
{
    apr_array_header_t *parts =
        apr_array_make(asked->pool, 16, sizeof(const char *));
    int sets_cookie = 0;
    size_t i;

    for (i = 0; i < answer->field_count; i++) {
        slice_t name = answer->fields[i].name, value = answer->fields[i].value;

        sets_cookie |= slice_eq_nocase(name, SLICE_LIT("Set-Cookie"));
        if (is_wanted(asked->source, answer->status, name)) {
            APR_ARRAY_PUSH(parts, const char *) =
                apr_psprintf(asked->pool, "%.*s: %.*s\n", (int)name.len, name.p,
                             (int)value.len, value.p);
        }
    }
    asked->said.fields = slice_str(apr_array_pstrcat(asked->pool, parts, 0));
    asked->said.is_kept =
        asked->source->cache && !sets_cookie && is_keepable(answer->status);
}

static void keep(const asked_t *asked)
{
    auth_answer_t answer = { asked->said.status,
                             asked->said.fields.len,
                             { 0 } };
    apr_time_t now = apr_time_now();

    if (asked->said.is_kept && answer.len <= AUTH_CACHE_TEXT) {
        memcpy(answer.text, asked->said.fields.p, answer.len);
        auth_cache_put(&kept, asked->key, now, now + asked->source->cache,
                       &answer);
    }
}

static const char *knob_of(const char *outcome)
{
    static const char *const knobs[][2] = {
        { "total_timeout", "its timeout=" },
        { "connect_timeout", "RProxyTimeout connect=, and its timeout=" },
        { "first_byte_timeout", "RProxyTimeout first-byte=" },
        { "between_timeout", "RProxyTimeout between=" },
        { "send_timeout", "RProxyTimeout send=" },
        { "invalid_response", "RProxyResponseLimit, where it is too long" },
        { "overload", "max-connections= of the members" },
        { "no_member", "the members of the upstream" },
        { "connect_failed", "the members of the upstream" },
        { "reset", "RProxyRetry" },
        { NULL, NULL },
    };
    int i;

    for (i = 0; knobs[i][0] && strcmp(knobs[i][0], outcome) != 0; i++) {
    }
    return knobs[i][1];
}

static void done_locked(asked_t *asked)
{
    const auth_waiter_t *w;

    asked->is_done = 1;
    (*asked->source->under_way)--;
    if (asked->before) {
        *asked->before = asked->next;
        if (asked->next) {
            asked->next->before = asked->before;
        }
    }
    for (w = asked->waiters; w; w = w->next) {
        if (w->park) {
            wake(w->park);
        }
    }
    pthread_cond_broadcast(&asked->answered);
}

/* Whoever joins in this moment finds it under way, or kept. */
static void end_question(asked_t *asked)
{
    int left;

    keep(asked);
    pthread_mutex_lock(&lock);
    done_locked(asked);
    left = --asked->owners;
    pthread_mutex_unlock(&lock);
    if (!left) {
        free_asked(asked);
    }
}

static void answered(void *ctx, const rproxy_answer_t *answer)
{
    asked_t *asked = ctx;

    asked->said.status = answer->status;
    if (answer->status) {
        take_fields(asked, answer);
    }
    else {
        asked->said.fault =
            apr_pstrcat(asked->pool, answer->outcome, answer->why ? ": " : "",
                        answer->why ? answer->why : "", NULL);
        asked->said.knob = knob_of(answer->outcome);
    }
    end_question(asked);
}

/* ---- asking ---- */

static asked_t *find_locked(auth_key_t key)
{
    asked_t *asked = place[key.low & (PLACES - 1)];

    while (asked
           && (asked->key.low != key.low || asked->key.high != key.high)) {
        asked = asked->next;
    }
    return asked;
}

static void enter_locked(asked_t *asked)
{
    asked_t **first = &place[asked->key.low & (PLACES - 1)];

    asked->next = *first;
    asked->before = first;
    if (*first) {
        (*first)->before = &asked->next;
    }
    *first = asked;
}

/* Kept since the request was looked at first: nobody has to be asked. */
static int is_known(asked_t *asked)
{
    auth_answer_t *answer = apr_palloc(asked->pool, sizeof(*answer));

    if (!auth_cache_get(&kept, asked->key, apr_time_now(), answer)) {
        return 0;
    }
    asked->said.status = answer->status;
    asked->said.fields = slice_make(answer->text, answer->len);
    asked->said.is_kept = asked->is_done = 1;
    return 1;
}

/* @return 1: *w waits for another one's question, or for none */
static int join(asked_t *asked, int may_join, auth_waiter_t *w)
{
    asked_t *other = may_join ? find_locked(asked->key) : NULL;

    if (other) {
        join_locked(other, w);
        w->is_second = 1;
        return 1;
    }
    join_locked(asked, w);
    w->is_second = 0;
    if (may_join) {
        if (is_known(asked)) {
            return 1;
        }
        enter_locked(asked);
    }
    asked->owners++;
    (*asked->source->under_way)++;
    return 0;
}

const char *auth_answers_ask(request_rec *r, const auth_source_t *source,
                             int may_join, auth_waiter_t *w)
{
    asked_t *asked = make_asked(source);
    rproxy_question_t question;
    int joined, busy;

    if (!asked) {
        return "there is no memory";
    }
    asked->key = auth_question_key(r, source, kept.secret);
    pthread_mutex_lock(&lock);
    busy = *source->under_way >= source->waiting;
    joined = join(asked, may_join && source->cache, w);
    pthread_mutex_unlock(&lock);
    if (joined) {
        if (w->asked != asked) {
            free_asked(asked);
        }
        return NULL;
    }
    auth_question_make(r, source, kept.secret, &question);
    if (busy || !ask_upstream(r, &question, answered, asked)) {
        asked->said.fault = busy ? "too many questions are under way"
                                 : "there is no event loop";
        asked->said.knob = busy ? "its waiting=" : NULL;
        end_question(asked);
    }
    return NULL;
}

/* ---- waiting ---- */

/* What goes on behind an answer may wait: fn's caller gives it to a thread,
 * who runs the handlers does not. */
int auth_answers_park(request_rec *r, rproxy_park_fn *fn, auth_waiter_t *w,
                      apr_interval_time_t timeout)
{
    pthread_mutex_lock(&lock);
    w->park = park(r, fn, w, timeout);
    if (w->park && w->asked->is_done) {
        wake(w->park);
    }
    pthread_mutex_unlock(&lock);
    return w->park != NULL;
}

int auth_answers_park_again(auth_waiter_t *w, rproxy_park_t *own)
{
    pthread_mutex_lock(&lock);
    if (!w->asked->is_done) {
        w->park = own;
    }
    pthread_mutex_unlock(&lock);
    return w->park != NULL;
}

void auth_answers_wait(auth_waiter_t *w, apr_interval_time_t timeout)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1 + (time_t)apr_time_sec(timeout);
    pthread_mutex_lock(&lock);
    while (!w->asked->is_done
           && pthread_cond_timedwait(&w->asked->answered, &lock, &until)
                  != ETIMEDOUT) {
    }
    pthread_mutex_unlock(&lock);
}

const auth_said_t *auth_answers_said(const auth_waiter_t *w)
{
    int is_done;

    pthread_mutex_lock(&lock);
    is_done = w->asked->is_done;
    pthread_mutex_unlock(&lock);
    return is_done ? &w->asked->said : NULL;
}
