/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_outcome.c: see login_outcome.h.  Layer L0.  RFC 6265 4.1 (cookies). */
#include "login_outcome.h"

enum {
    JOOMLA_SESSION_NAME = 32 /* hexadecimal digits */
};

#define FORM_AGAIN                      \
    {                                   \
        {                               \
            .status = { 200, 401, 403 } \
        }                               \
    }

/* clang-format off */
static const login_signs_t known[LOGIN_KINDS] = {
    [LOGIN_WORDPRESS] = {
        .success = { { .cookie = { "wordpress_logged_in_*", 21 } } },
        .failure = FORM_AGAIN },
    [LOGIN_JOOMLA] = {
        .success = { { .cookie = { "joomla_user_state", 17 } },
                     { .status = { 302, 303 }, .new_session = 1, .weak = 1 } },
        .failure = { { .status = { 200, 302, 303, 401, 403 } } } },
    [LOGIN_DRUPAL] = {
        .success = { { .location = { "*check_logged_in=1*", 19 },
                       .cookie = { "SESS*", 5 } },
                     { .location = { "*check_logged_in=1*", 19 },
                       .cookie = { "SSESS*", 6 } },
                     { .status = { 302, 303 }, .cookie = { "SESS*", 5 },
                       .weak = 1 },
                     { .status = { 302, 303 }, .cookie = { "SSESS*", 6 },
                       .weak = 1 } },
        .failure = FORM_AGAIN },
    [LOGIN_PHPMYADMIN] = {
        .success = { { .cookie = { "pmaAuth-*", 9 } } },
        .failure = FORM_AGAIN },
};
/* clang-format on */

const login_signs_t *login_outcome_signs(login_kind_e kind)
{
    return &known[kind];
}

/* ---- text ---- */

/* "*" stands for any bytes. */
static int matches(slice_t text, slice_t pattern)
{
    size_t t = 0, p = 0, star = pattern.len, from = 0;

    while (t < text.len) {
        if (p < pattern.len && pattern.p[p] == '*') {
            star = p++;
            from = t;
        }
        else if (p < pattern.len && pattern.p[p] == text.p[t]) {
            p++;
            t++;
        }
        else if (star < pattern.len) {
            p = star + 1;
            t = ++from;
        }
        else {
            return 0;
        }
    }
    while (p < pattern.len && pattern.p[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

/* What is before the next c; *rest: what is behind it. */
static slice_t until(slice_t *rest, char c)
{
    const char *end = rest->len ? memchr(rest->p, c, rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->p) : rest->len;
    slice_t part = slice_make(rest->p, len);

    len += end != NULL;
    *rest = slice_make(rest->p ? rest->p + len : NULL, rest->len - len);
    return slice_trim(part);
}

/* ---- cookies ---- */

typedef struct {
    slice_t name, value;
    int lives;
} cookie_t;

static int is_empty_value(slice_t value)
{
    return !value.len || slice_eq(value, SLICE_LIT("deleted"))
           || slice_eq(value, SLICE_LIT("%20"))
           || slice_eq(value, SLICE_LIT("+"))
           || slice_eq(value, SLICE_LIT("\"\""));
}

static cookie_t read_cookie(slice_t line)
{
    slice_t rest = line, pair = until(&rest, ';');
    cookie_t cookie = { .lives = 1 };

    cookie.name = until(&pair, '=');
    cookie.value = slice_trim(pair);
    while (rest.len) {
        slice_t value = until(&rest, ';'), name = until(&value, '=');

        if (slice_eq_nocase(name, SLICE_LIT("max-age"))
            && (!value.len || value.p[0] == '0' || value.p[0] == '-')) {
            cookie.lives = 0;
        }
    }
    cookie.lives &= !is_empty_value(cookie.value);
    return cookie;
}

static int sets_cookie(const login_answer_t *answer, slice_t pattern)
{
    size_t i;

    for (i = 0; i < answer->cookies; i++) {
        cookie_t cookie = read_cookie(answer->set_cookie[i]);

        if (cookie.lives && matches(cookie.name, pattern)) {
            return 1;
        }
    }
    return 0;
}

static int is_session_name(slice_t name)
{
    size_t i;

    for (i = 0; i < name.len; i++) {
        char c = name.p[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return 0;
        }
    }
    return name.len == JOOMLA_SESSION_NAME;
}

/* Had the client another one of that name? */
static int replaces(const login_answer_t *answer, const cookie_t *cookie)
{
    slice_t rest = answer->cookie;

    while (rest.len) {
        slice_t value = until(&rest, ';'), name = until(&value, '=');

        if (slice_eq(name, cookie->name)) {
            return !slice_eq(slice_trim(value), cookie->value);
        }
    }
    return 0;
}

static int has_new_session(const login_answer_t *answer)
{
    size_t i;

    for (i = 0; i < answer->cookies; i++) {
        cookie_t cookie = read_cookie(answer->set_cookie[i]);

        if (cookie.lives && is_session_name(cookie.name)
            && replaces(answer, &cookie)) {
            return 1;
        }
    }
    return 0;
}

/* ---- signs ---- */

static int is_set(const login_sign_t *sign)
{
    return sign->status[0] || sign->location.p || sign->cookie.p
           || sign->new_session;
}

static int has_status(const login_sign_t *sign, int status)
{
    int i;

    for (i = 0; i < LOGIN_STATUSES_MAX && sign->status[i]; i++) {
        if (sign->status[i] == status) {
            return 1;
        }
    }
    return !sign->status[0];
}

/* The first that it has, or NULL. */
static const login_sign_t *find_sign(const login_sign_t *signs,
                                     const login_answer_t *answer)
{
    int i;

    for (i = 0; i < LOGIN_SIGNS_MAX; i++) {
        const login_sign_t *sign = &signs[i];

        if (is_set(sign) && has_status(sign, answer->status)
            && (!sign->location.p
                || (answer->location.p
                    && matches(answer->location, sign->location)))
            && (!sign->cookie.p || sets_cookie(answer, sign->cookie))
            && (!sign->new_session || has_new_session(answer))) {
            return sign;
        }
    }
    return NULL;
}

login_outcome_e login_outcome(const login_signs_t *signs,
                              const login_answer_t *answer)
{
    int known_success = is_set(&signs->success[0]);
    int known_failure = is_set(&signs->failure[0]);
    const login_sign_t *sign = find_sign(signs->success, answer);

    if (sign) {
        return sign->weak ? LOGIN_LIKELY : LOGIN_SUCCESS;
    }
    if (find_sign(signs->failure, answer)) {
        return LOGIN_FAILURE;
    }
    if (answer->status >= 500 || known_success == known_failure) {
        return LOGIN_OTHER;
    }
    return known_success ? LOGIN_FAILURE : LOGIN_LIKELY;
}
