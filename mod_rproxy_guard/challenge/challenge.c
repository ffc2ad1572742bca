/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge.c: see challenge.h.  Layer L2. */
#include "../guard_private.h"
#include "challenge.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>

#include "../config/guard_config.h"
#include "../guard_answer.h"
#include "../guard_refuse.h"
#include "../guard_request.h"
#include "../limits/limit_key.h"
#include "../shared/shared_area.h"
#include "challenge_page.h"
#include "challenge_secret.h"
#include "routing/cookie.h"
#include "rproxy_random.h"

enum {
    QUESTION_SECONDS = 600, /* slow phones */
    DIFFICULTY_USUAL = 16,
    TIME_USUAL_S = 12 * 3600
};

static const challenge_secret_t *secret;
static challenge_counts_t *counts; /* shared; each an atomic */

int challenge_open(server_rec *s, apr_pool_t *ptemp)
{
    secret = challenge_secret_open(s, ptemp);
    counts = shared_area(s, "rproxy-guard-challenge", sizeof(*counts));
    return counts != NULL;
}

static challenge_keys_t *keys(void)
{
    static __thread challenge_keys_t of_thread;

    if (of_thread.secret != secret) {
        of_thread = (challenge_keys_t){ .secret = secret };
    }
    return &of_thread;
}

static void count(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void challenge_look(challenge_counts_t *out)
{
    out->asked = __atomic_load_n(&counts->asked, __ATOMIC_RELAXED);
    out->passed = __atomic_load_n(&counts->passed, __ATOMIC_RELAXED);
    out->failed = __atomic_load_n(&counts->failed, __ATOMIC_RELAXED);
}

static int difficulty_of(int wanted)
{
    return wanted ? wanted
           : guard_global->challenge.difficulty > 0
               ? guard_global->challenge.difficulty
               : DIFFICULTY_USUAL;
}

static int64_t pass_seconds(void)
{
    apr_interval_time_t time = guard_global->challenge.time;

    return time ? apr_time_sec(time) : TIME_USUAL_S;
}

/* Who comes by a unix socket is one client. */
static network_t network_of(const request_rec *r)
{
    address_t address = { 0, 0 };

    limit_key_client(r, &address);
    return challenge_network(address);
}

/* ---- the cookie ---- */

static int is_ours(slice_t name)
{
    return slice_eq(name, SLICE_LIT(CHALLENGE_COOKIE));
}

/* All cookies but ours. */
static char *without_ours(apr_pool_t *pool, slice_t rest, slice_t *value)
{
    slice_t name, other;
    char *out = apr_palloc(pool, 2 * rest.len + 1), *p = out;

    while (cookie_next(&rest, &name, &other)) {
        if (is_ours(name)) {
            *value = other;
            continue;
        }
        if (p > out) {
            *p++ = ';';
            *p++ = ' ';
        }
        memcpy(p, name.p, name.len);
        p += name.len;
        *p++ = '=';
        memcpy(p, other.p, other.len);
        p += other.len;
    }
    *p = '\0';
    return out;
}

void challenge_take_cookie(request_rec *r)
{
    const char *field = apr_table_get(r->headers_in, "Cookie");
    slice_t value = { NULL, 0 };
    char *rest;

    if (!field || !strstr(field, CHALLENGE_COOKIE "=")) {
        return;
    }
    rest = without_ours(r->pool, slice_str(field), &value);
    if (!value.p) {
        return;
    }
    guard_request_of(r)->pass = apr_pstrmemdup(r->pool, value.p, value.len);
    if (*rest) {
        apr_table_setn(r->headers_in, "Cookie", rest);
    }
    else {
        apr_table_unset(r->headers_in, "Cookie");
    }
}

/* A verified search bot would take the page for the site's. */
static int needs_none(const guard_request_t *known)
{
    return known->is_allowed
           || (known->bot_class
               && bot_class_named(slice_str(known->bot_class)) == BOT_SEARCH);
}

int challenge_is_passed(request_rec *r, int difficulty)
{
    const guard_request_t *known = guard_request_of(r);
    challenge_token_t token;

    return needs_none(known)
           || (known->pass
               && challenge_token_read(&token, slice_str(known->pass),
                                       CHALLENGE_PASS, network_of(r),
                                       apr_time_sec(r->request_time), keys())
                      == CHALLENGE_GOOD
               && token.difficulty >= difficulty_of(difficulty));
}

/* ---- responses that are written here ---- */

/* @param text NULL: without a body */
static int respond(request_rec *r, int status, const char *type,
                   const char *text)
{
    r->status = status;
    r->content_type = NULL;
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    ap_run_insert_error_filter(r);
    if (text) {
        ap_set_content_type(r, type);
        ap_set_content_length(r, (apr_off_t)strlen(text));
        ap_rputs(text, r);
    }
    return DONE;
}

static const char *token_text(request_rec *r, challenge_kind_e kind,
                              int difficulty, int64_t seconds)
{
    int64_t now = apr_time_sec(r->request_time);
    challenge_token_t token = { kind, difficulty, now + seconds, 0 };
    const void *random = rproxy_random_bytes(sizeof(token.nonce));
    char *out = apr_palloc(r->pool, CHALLENGE_TOKEN_MAX);

    if (random) {
        memcpy(&token.nonce, random, sizeof(token.nonce));
    }
    challenge_token_write(out, &token, network_of(r), now, keys());
    return out;
}

/* ---- the page ---- */

static int wants_html(const request_rec *r)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");

    return !accept || strstr(accept, "text/html")
           || !strstr(accept, "application/json");
}

/* A flood is asked as cheaply as it is refused. */
static int send_page(request_rec *r, const char *text)
{
    guard_page_t page = { slice_str(text), SLICE_LIT(""), SLICE_LIT("") };

    if (!guard_answer_may(r, HTTP_FORBIDDEN)) {
        return respond(r, HTTP_FORBIDDEN, "text/html; charset=utf-8", text);
    }
    page.length = page.before.len;
    page.digits = apr_off_t_toa(r->pool, (apr_off_t)page.length);
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    return guard_answer(r, HTTP_FORBIDDEN, &page);
}

int challenge_answer(request_rec *r, int difficulty,
                     const guard_verdict_t *verdict)
{
    challenge_page_t page = { .difficulty = difficulty_of(difficulty),
                              .path = CHALLENGE_PATH };

    page.question =
        token_text(r, CHALLENGE_QUESTION, page.difficulty, QUESTION_SECONDS);
    page.id = guard_refuse_tell(r, verdict);
    page.has_body = r->method_number != M_GET;
    count(&counts->asked);
    if (!wants_html(r)) {
        return respond(r, HTTP_FORBIDDEN, "application/json",
                       challenge_page_json(r->pool, &page));
    }
    /* the last part of the question: nobody can know it before */
    page.nonce = strrchr(page.question, '.') + 1;
    apr_table_setn(r->err_headers_out, "Content-Security-Policy",
                   challenge_page_policy(r->pool, page.nonce));
    return send_page(r, challenge_page(r->pool, &page));
}

/* ---- the answer ---- */

static int is_good(request_rec *r, slice_t question, slice_t answer,
                   challenge_token_t *token)
{
    return challenge_token_read(token, question, CHALLENGE_QUESTION,
                                network_of(r), apr_time_sec(r->request_time),
                                keys())
               == CHALLENGE_GOOD
           && challenge_is_solved(question, answer, token->difficulty);
}

static void set_cookie(request_rec *r, int difficulty)
{
    int64_t seconds = pass_seconds();

    apr_table_addn(r->err_headers_out, "Set-Cookie",
                   apr_psprintf(r->pool,
                                CHALLENGE_COOKIE
                                "=%s; Path=/; Max-Age=%" APR_INT64_T_FMT
                                "; HttpOnly; SameSite=Lax%s",
                                token_text(r, CHALLENGE_PASS, difficulty,
                                           seconds),
                                seconds,
                                strcmp(ap_http_scheme(r), "https") == 0
                                    ? "; Secure"
                                    : ""));
}

static int take_answer(request_rec *r)
{
    const char *split = r->args ? strchr(r->args, '&') : NULL;
    challenge_token_t token;

    if (r->method_number != M_GET || !split
        || !is_good(r, slice_make(r->args, (size_t)(split - r->args)),
                    slice_str(split + 1), &token)) {
        count(&counts->failed);
        return respond(r, HTTP_FORBIDDEN, "text/plain; charset=utf-8",
                       "The check was not passed, or too long ago.\n");
    }
    count(&counts->passed);
    set_cookie(r, token.difficulty);
    return respond(r, HTTP_NO_CONTENT, NULL, NULL);
}

int challenge_begin(request_rec *r)
{
    challenge_take_cookie(r);
    return r->parsed_uri.path && strcmp(r->parsed_uri.path, CHALLENGE_PATH) == 0
               ? take_answer(r)
               : DECLINED;
}
