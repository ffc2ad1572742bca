/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive_expression.c: do the variables of a text and the expressions of
 * httpd look at the client?  Layer L0.  Variables are listed by what they may
 * hold, not by what they may not: one that httpd learns tomorrow counts as
 * looking.  Query arguments that the key leaves out do not count. */
#include "directive_args.h"

/* clang-format off */
/* Fixed by scheme, host, port, path and query, or by the server. */
static const char *const in_key[] = {
    "REQUEST_URI", "REQUEST_FILENAME", "SCRIPT_FILENAME", "QUERY_STRING",
    "PATH_INFO", "DOCUMENT_ROOT", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT",
    "HTTPS", "REQUEST_SCHEME", "CONTEXT_PREFIX", "CONTEXT_DOCUMENT_ROOT",
    "HANDLER", "SERVER_SOFTWARE", "SERVER_ADMIN", NULL
};
/* Only in expressions: both are the response's. */
static const char *const in_expressions[] = {
    "CONTENT_TYPE", "REQUEST_STATUS", NULL
};
/* clang-format on */

int directive_is_one_of(slice_t name, const char *const *names)
{
    for (; *names; names++) {
        if (slice_eq_nocase(name, slice_str(*names))) {
            return 1;
        }
    }
    return 0;
}

long directive_find(slice_t s, slice_t part)
{
    size_t i;

    for (i = 0; part.len <= s.len && i <= s.len - part.len; i++) {
        if (slice_eq_nocase(slice_make(s.p + i, part.len), part)) {
            return (long)i;
        }
    }
    return -1;
}

int directive_variables_are(slice_t text, const char *const *more)
{
    while (text.len > 1) {
        if (text.p[0] == '$' && text.p[1] == '{') {
            return 0;
        }
        if (text.p[0] == '%' && text.p[1] == '{') {
            const char *name = text.p + 2;
            const char *end = memchr(name, '}', text.len - 2);
            slice_t variable;

            if (!end) {
                return 0;
            }
            variable = slice_make(name, (size_t)(end - name));
            if (!directive_is_one_of(variable, in_key)
                && !directive_is_one_of(variable, more)) {
                return 0;
            }
        }
        text.p++;
        text.len--;
    }
    return 1;
}

/* A name before "(", spaces between them or not: req('Cookie').  Groups of a
 * regular expression behind a letter are taken for one: to be safe. */
static int calls_function(slice_t s)
{
    char before = 0;
    size_t i;

    for (i = 0; i < s.len; i++) {
        if (s.p[i] == '(' && directive_is_word_char(before)) {
            return 1;
        }
        if (s.p[i] != ' ' && s.p[i] != '\t') {
            before = s.p[i];
        }
    }
    return 0;
}

/* -R and -ipmatch: the address; -A, -F, -U: access checks; -T: any value. */
static int asks_by_operator(slice_t s)
{
    size_t i;

    for (i = 0; i + 1 < s.len; i++) {
        if (s.p[i] == '-' && memchr("RAFUi", s.p[i + 1], 5)
            && (i == 0 || !directive_is_word_char(s.p[i - 1]))
            && (s.p[i + 1] == 'i' || i + 2 == s.len
                || !directive_is_word_char(s.p[i + 2]))) {
            return 1;
        }
    }
    return 0;
}

int directive_expression_is_static(slice_t expression)
{
    return directive_variables_are(expression, in_expressions)
           && !calls_function(expression) && !asks_by_operator(expression);
}

int directive_text_is_static(slice_t text)
{
    return directive_variables_are(text, in_expressions);
}
