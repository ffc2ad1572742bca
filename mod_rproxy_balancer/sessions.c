/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sessions.c: reads keys, cookies and routes, writes our cookie.  Layer L2.
 * RFC 6265. */
#include "sessions.h"

#include <apr_strings.h>
#include <http_log.h>
#include <http_protocol.h>

#include "overload/request_class.h"
#include "routing/cookie.h"
#include "sticky/sticky_route.h"

/* The same on every machine. */
static const siphash_key_t hash_key = { 0x6b65797320746f20,
                                        0x6d656d6265727320 };

/* ---- what came with the request ---- */

int sessions_find_cookie(const request_rec *r, const char *name, slice_t *value)
{
    const apr_array_header_t *fields = apr_table_elts(r->headers_in);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    int i;

    for (i = 0; i < fields->nelts; i++) {
        h1_field_t field = { slice_str(entry[i].key), slice_str(entry[i].val) };

        if (cookie_find(&field, 1, slice_str(name), value)) {
            return 1;
        }
    }
    return 0;
}

static slice_t address_of(const request_rec *r)
{
    const apr_sockaddr_t *a = r->useragent_addr;

    return a ? slice_make(a->ipaddr_ptr, (size_t)a->ipaddr_len)
             : slice_str(r->useragent_ip);
}

static slice_t expression_of(request_rec *r, const ap_expr_info_t *expr)
{
    const char *error = NULL;
    const char *value = ap_expr_str_exec(r, expr, &error);

    return slice_str(value && !error ? value : "");
}

/* What the key is made of; empty where the request has none. */
static slice_t key_text(request_rec *r, const method_conf_t *conf)
{
    slice_t value = SLICE_LIT("");
    const char *field;

    switch (conf->key) {
    case KEY_URI:
        return slice_str(r->unparsed_uri);
    case KEY_HEADER:
        field = apr_table_get(r->headers_in, conf->key_name);
        return slice_str(field ? field : "");
    case KEY_COOKIE:
        sessions_find_cookie(r, conf->key_name, &value);
        return value;
    case KEY_EXPR:
        return expression_of(r, conf->key_expr);
    default:
        return value;
    }
}

static uint64_t hash_of(request_rec *r, const method_conf_t *conf)
{
    slice_t text = key_text(r, conf);

    return siphash(hash_key, text.len ? text : address_of(r));
}

/* ---- the member of its session ---- */

static int member_of_mark(balanced_t *b, uint64_t mark)
{
    lookup_view_t *view = lookup_hold(&b->balance.lookup);
    uint32_t member = sticky_table_find(view->marks, mark);

    lookup_let_go(view);
    return member == PLAN_NONE ? -1 : (int)member;
}

static int member_of_cookie(const request_rec *r, balanced_t *b)
{
    slice_t value;

    return b->conf.sticky->cookie
                   && sessions_find_cookie(r, b->conf.sticky->cookie, &value)
               ? member_of_mark(b, sticky_cookie_read(value))
               : -1;
}

/* As mod_proxy_balancer has it: first the URL, then the cookie. */
static int member_of_route(const request_rec *r, balanced_t *b)
{
    const sticky_conf_t *conf = b->conf.sticky;
    slice_t value, route;

    if (!conf->route_cookie
        || !(sticky_route_parameter(slice_str(r->unparsed_uri),
                                    slice_str(conf->route_parameter), &value)
             || sessions_find_cookie(r, conf->route_cookie, &value))
        || !sticky_route_of(value, '.', &route)) {
        return -1;
    }
    return member_of_mark(b, sticky_mark(balanced_secret, route));
}

static int64_t now_s(void)
{
    return apr_time_sec(apr_time_now());
}

static uint32_t generation_of(const balanced_t *b, uint32_t number)
{
    return __atomic_load_n(&b->balance.member[number].generation,
                           __ATOMIC_RELAXED);
}

/* As the table knows it. */
static uint32_t learned_member(const balanced_t *b, uint32_t number)
{
    return sticky_learned_member(number, generation_of(b, number));
}

static int member_of_learned(const request_rec *r, const balanced_t *b)
{
    uint32_t member, number;
    slice_t value;

    if (!b->learned.entry
        || !sessions_find_cookie(r, b->conf.sticky->learn, &value)) {
        return -1;
    }
    member = sticky_learned_find(&b->learned, siphash(balanced_secret, value),
                                 now_s());
    number = sticky_learned_number(member);
    return number < (uint32_t)b->balance.places.count
                   && learned_member(b, number) == member
               ? (int)number
               : -1;
}

static int session_member(const request_rec *r, balanced_t *b)
{
    int member = member_of_cookie(r, b);

    if (member < 0) {
        member = member_of_route(r, b);
    }
    return member < 0 ? member_of_learned(r, b) : member;
}

static int is_spare(const request_rec *r)
{
    return apr_table_get(r->notes, RPROXY_NOTE_SPARE)
           || apr_table_get(r->connection->notes, RPROXY_NOTE_SPARE);
}

void sessions_request(request_rec *r, void *pool, balancer_request_t *request)
{
    balanced_t *b = pool;

    if (b->balance.method->wants_hash) {
        request->hash = hash_of(r, b->conf.method);
    }
    if (b->balance.queue) {
        request->class_number = request_class_of(r);
        request->is_spare = is_spare(r);
    }
    if (!b->conf.sticky->off) {
        request->session_member = session_member(r, b);
    }
    if (request->session_member >= 0) {
        request->session_generation =
            generation_of(b, (uint32_t)request->session_member);
    }
}

/* ---- what goes with the response ---- */

static void set_cookie(request_rec *r, const balanced_t *b, int member)
{
    const sticky_conf_t *conf = b->conf.sticky;
    char value[STICKY_COOKIE_LEN];
    const char *cookie;

    sticky_cookie_write(value, sticky_mark(balanced_secret,
                                           slice_str(balance_url(&b->balance,
                                                                 member))));
    cookie = apr_psprintf(r->pool, "%s=%.*s; Path=%s", conf->cookie,
                          STICKY_COOKIE_LEN, value, conf->path);
    if (conf->domain) {
        cookie = apr_pstrcat(r->pool, cookie, "; Domain=", conf->domain, NULL);
    }
    if (conf->max_age) {
        cookie = apr_psprintf(r->pool, "%s; Max-Age=%" APR_TIME_T_FMT, cookie,
                              apr_time_sec(conf->max_age));
    }
    cookie =
        apr_pstrcat(r->pool, cookie, "; HttpOnly; SameSite=Lax",
                    strcmp(ap_http_scheme(r), "https") == 0 ? "; Secure" : "",
                    NULL);
    apr_table_addn(r->headers_out, "Set-Cookie", cookie);
}

/* The value that a Set-Cookie field gives to a cookie of that name. */
static int value_set(const char *field, const char *name, slice_t *value)
{
    slice_t rest = slice_str(field), found;

    return cookie_next(&rest, &found, value)
           && slice_eq(found, slice_str(name));
}

static void learn(request_rec *r, const balanced_t *b, int member)
{
    const apr_array_header_t *fields = apr_table_elts(r->headers_out);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    const uint32_t learned = learned_member(b, (uint32_t)member);
    slice_t value;
    int i;

    if (sessions_find_cookie(r, b->conf.sticky->learn, &value) && value.len) {
        sticky_learned_note(&b->learned, siphash(balanced_secret, value),
                            learned, now_s());
    }
    for (i = 0; i < fields->nelts; i++) {
        if (ap_cstr_casecmp(entry[i].key, "Set-Cookie") == 0
            && value_set(entry[i].val, b->conf.sticky->learn, &value)
            && value.len) {
            sticky_learned_note(&b->learned, siphash(balanced_secret, value),
                                learned, now_s());
        }
    }
}

void sessions_response(request_rec *r, void *pool, int member)
{
    balanced_t *b = pool;
    const sticky_conf_t *conf = b->conf.sticky;

    if (!conf->off && conf->cookie && member_of_cookie(r, b) != member) {
        set_cookie(r, b, member);
    }
    if (!conf->off && b->learned.entry) {
        learn(r, b, member);
    }
}
