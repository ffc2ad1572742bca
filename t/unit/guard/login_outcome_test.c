/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* login_outcome_test.c: what answers say of a password. */
#include "unit.h"

#include "login/login_outcome.c"

#define OLD "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1"
#define NEW "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=2; path=/; HttpOnly"

static const struct {
    const char *name;
    login_kind_e kind;
    int status;
    const char *set_cookie, *cookie;
    login_outcome_e outcome;
    const char *location;
} cases[] = {
    { "WordPress: fits", LOGIN_WORDPRESS, 302,
      "wordpress_logged_in_0a=admin%7C1; path=/; HttpOnly", "", LOGIN_SUCCESS },
    { "WordPress: fits, within a page", LOGIN_WORDPRESS, 200,
      "wordpress_logged_in_0a=admin%7C1; path=/", "", LOGIN_SUCCESS },
    { "WordPress: the form again", LOGIN_WORDPRESS, 200,
      "wordpress_test_cookie=a", "", LOGIN_FAILURE },
    { "WordPress: a deleted cookie", LOGIN_WORDPRESS, 200,
      "wordpress_logged_in_0a=%20; expires=a; Max-Age=0", "", LOGIN_FAILURE },
    { "WordPress: a mail was sent", LOGIN_WORDPRESS, 302, "", "", LOGIN_OTHER },
    { "WordPress: broken", LOGIN_WORDPRESS, 500, "", "", LOGIN_OTHER },
    { "Joomla: fits", LOGIN_JOOMLA, 303, "joomla_user_state=logged_in", "",
      LOGIN_SUCCESS },
    { "Joomla: a new session", LOGIN_JOOMLA, 303, NEW, "a=b; " OLD,
      LOGIN_LIKELY },
    { "Joomla: a first session", LOGIN_JOOMLA, 303, NEW, "", LOGIN_FAILURE },
    { "Joomla: the same session", LOGIN_JOOMLA, 303, OLD, OLD, LOGIN_FAILURE },
    { "Joomla: the form again", LOGIN_JOOMLA, 200, "", OLD, LOGIN_FAILURE },
    { "Drupal: fits", LOGIN_DRUPAL, 303, "SSESS0a=b; secure", "", LOGIN_SUCCESS,
      "/user/1?check_logged_in=1" },
    { "Drupal: fits, without TLS", LOGIN_DRUPAL, 302, "SESS0a=b", "",
      LOGIN_SUCCESS, "/node?a=b&check_logged_in=1" },
    { "Drupal 7: fits, or another form", LOGIN_DRUPAL, 302, "SESS0a=b", "",
      LOGIN_LIKELY, "/user/1" },
    { "Drupal: a redirect alone", LOGIN_DRUPAL, 302, "", "", LOGIN_OTHER,
      "/user/1?check_logged_in=1" },
    { "Drupal: the form again", LOGIN_DRUPAL, 200, "SESS0a=b", "",
      LOGIN_FAILURE },
    { "Drupal: blocked", LOGIN_DRUPAL, 403, "", "", LOGIN_FAILURE },
    { "phpMyAdmin: fits", LOGIN_PHPMYADMIN, 302, "pmaAuth-1=a", "",
      LOGIN_SUCCESS },
    { "phpMyAdmin: the form again", LOGIN_PHPMYADMIN, 200,
      "pmaAuth-1=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT", "",
      LOGIN_FAILURE },
};

static void check_case(void **state)
{
    size_t i = (size_t)(*state);
    slice_t lines[2] = { SLICE_LIT("x=y"), slice_str(cases[i].set_cookie) };
    login_answer_t answer = { .status = cases[i].status,
                              .set_cookie = lines,
                              .cookies = 2,
                              .location = slice_str(cases[i].location),
                              .cookie = slice_str(cases[i].cookie) };

    assert_int_equal(login_outcome(login_outcome_signs(cases[i].kind), &answer),
                     cases[i].outcome);
}

static login_outcome_e form(int status, const char *location, int both)
{
    login_signs_t signs = { .success = {
                                { .status = { 302, 303 },
                                  .location = SLICE_LIT("/home*") } } };
    login_answer_t answer = { .status = status,
                              .location = slice_str(location) };

    if (both) {
        signs.failure[0].location = SLICE_LIT("*/login?*wrong*");
    }
    return login_outcome(&signs, &answer);
}

static void forms(void **state)
{
    assert_int_equal(form(302, "/home/1", 0), LOGIN_SUCCESS);
    assert_int_equal(form(301, "/home/1", 0), LOGIN_FAILURE);
    assert_int_equal(form(302, "/login", 0), LOGIN_FAILURE);
    assert_int_equal(form(200, NULL, 0), LOGIN_FAILURE);
    assert_int_equal(form(503, NULL, 0), LOGIN_OTHER);
    assert_int_equal(form(302, "http://a/login?a=wrong&b", 1), LOGIN_FAILURE);
    assert_int_equal(form(302, "http://a/login?", 1), LOGIN_OTHER);
    assert_int_equal(form(302, "", 1), LOGIN_OTHER);
}

static void only_failure(void **state)
{
    login_signs_t signs = { .failure = { { .status = { 200 } } } };
    login_answer_t answer = { .status = 200 };

    assert_int_equal(login_outcome(&signs, &answer), LOGIN_FAILURE);
    answer.status = 302;
    assert_int_equal(login_outcome(&signs, &answer), LOGIN_LIKELY);
    answer.status = 502;
    assert_int_equal(login_outcome(&signs, &answer), LOGIN_OTHER);
}

static void patterns(void **state)
{
    assert_true(matches(SLICE_LIT("abc"), SLICE_LIT("a*c")));
    assert_true(matches(SLICE_LIT("abcbc"), SLICE_LIT("a*bc")));
    assert_true(matches(SLICE_LIT("a"), SLICE_LIT("a**")));
    assert_true(matches(SLICE_LIT(""), SLICE_LIT("*")));
    assert_false(matches(SLICE_LIT("abcd"), SLICE_LIT("a*c")));
    assert_false(matches(SLICE_LIT("ab"), SLICE_LIT("a")));
    assert_false(matches(SLICE_LIT("a"), SLICE_LIT("ab")));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, (void *)i);
    }
    unit_add("forms", forms, NULL);
    unit_add("only failures are known", only_failure, NULL);
    unit_add("patterns", patterns, NULL);
    return unit_run("login_outcome");
}
