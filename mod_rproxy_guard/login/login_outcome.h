/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_outcome.h: did the password fit?  As the head of the response to a
 * login form shows it.  Layer L0.
 *
 *   WordPress   fits: a cookie wordpress_logged_in_*; else the form again, 200
 *   Joomla      fits: a cookie joomla_user_state, or a redirect with a new
 *               session in the place of the one that the client had; else the
 *               form again, or a redirect to it
 *   Drupal      fits: a redirect with a session cookie, since Drupal 8.8 to an
 *               address with "check_logged_in=1"; else the form, 200
 *   phpMyAdmin  fits: a cookie pmaAuth-*; else the form, 200
 *   form        what the directive says
 *
 * A cookie that is deleted is none. */
#ifndef RPROXY_GUARD_LOGIN_OUTCOME_H
#define RPROXY_GUARD_LOGIN_OUTCOME_H

#include "http1/h1_slice.h"

typedef enum {
    LOGIN_OTHER, /* an error, a request that was no login */
    LOGIN_FAILURE,
    LOGIN_LIKELY, /* not wrong; but other requests get such answers, too */
    LOGIN_SUCCESS
} login_outcome_e;

typedef enum {
    LOGIN_WORDPRESS,
    LOGIN_XMLRPC,
    LOGIN_JOOMLA,
    LOGIN_DRUPAL,
    LOGIN_PHPMYADMIN,
    LOGIN_FORM,
    LOGIN_KINDS
} login_kind_e;

enum {
    LOGIN_STATUSES_MAX = 8,
    LOGIN_SIGNS_MAX = 4
};

/* All of those that are set must be so; none set: never. */
typedef struct {
    int status[LOGIN_STATUSES_MAX]; /* ends with 0; of these one */
    slice_t location;               /* "*" stands for any bytes */
    slice_t cookie;                 /* name; "*" likewise */
    int new_session;
    int weak; /* of LOGIN_LIKELY */
} login_sign_t;

typedef struct {
    login_sign_t success[LOGIN_SIGNS_MAX]; /* any of them */
    login_sign_t failure[LOGIN_SIGNS_MAX];
} login_signs_t;

/* Head of a response. */
typedef struct {
    int status;
    slice_t location;          /* .p NULL: none */
    const slice_t *set_cookie; /* [cookies] */
    size_t cookies;
    slice_t cookie; /* Cookie of the request */
} login_answer_t;

/* What is known of a kind; of LOGIN_FORM and LOGIN_XMLRPC nothing. */
const login_signs_t *login_outcome_signs(login_kind_e kind);

/* success goes before failure.  Where only one of them is set, every answer
 * below 500 without its sign is the other, LOGIN_LIKELY at most. */
login_outcome_e login_outcome(const login_signs_t *signs,
                              const login_answer_t *answer);

#endif
