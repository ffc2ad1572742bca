/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_login_outcome.c: answers to logins.  Byte 0: the kind; byte 1: the
 * status; then lines: Cookie, Location, a pattern for it, and Set-Cookie as
 * often as there are more.  Promises: nothing is read that is not there; an
 * answer that a cookie shows to be good shows the same without the others. */
#include "fuzz.h"

#include "login/login_outcome.c"

enum {
    LINES_MAX = 16
};

static size_t read_lines(slice_t text, slice_t *lines)
{
    size_t n = 0;

    while (text.len && n < LINES_MAX) {
        const char *end = memchr(text.p, '\n', text.len);
        size_t len = end ? (size_t)(end - text.p) : text.len;

        lines[n++] = slice_make(text.p, len);
        len += end != NULL;
        text = slice_make(text.p + len, text.len - len);
    }
    return n;
}

static void check(const login_signs_t *signs, login_answer_t *answer)
{
    login_outcome_e all = login_outcome(signs, answer);
    const slice_t *lines = answer->set_cookie;
    size_t n = answer->cookies, i;
    int any = 0;

    answer->cookies = 0;
    any = login_outcome(signs, answer) >= LOGIN_LIKELY;
    for (i = 0; i < n; i++) {
        answer->set_cookie = &lines[i];
        answer->cookies = 1;
        any |= login_outcome(signs, answer) >= LOGIN_LIKELY;
    }
    FUZZ_CHECK(any == (all >= LOGIN_LIKELY));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t lines[LINES_MAX] = { { NULL, 0 } };
    login_signs_t form = { .success = { { .cookie = { "s*", 2 } } } };
    login_answer_t answer = { 0 };
    login_kind_e kind;
    char *copy;
    size_t n;

    if (size < 2) {
        return 0;
    }
    copy = fuzz_copy(data + 2, size - 2);
    n = read_lines(slice_make(copy, size - 2), lines);
    kind = (login_kind_e)(data[0] % LOGIN_KINDS);
    answer.status = 200 + data[1];
    answer.cookie = lines[0];
    answer.location = lines[1];
    form.success[1].location = lines[2];
    answer.set_cookie = lines + 3;
    answer.cookies = n > 3 ? n - 3 : 0;
    check(kind == LOGIN_FORM ? &form : login_outcome_signs(kind), &answer);
    free(copy);
    return 0;
}
