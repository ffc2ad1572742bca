/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive_args.c: words, and what the arguments of single directives tell.
 * Layer L0. */
#include "directive_args.h"

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'
           || c == '\v';
}

int directive_word_next(slice_t *rest, slice_t *word)
{
    size_t i = 0;
    char quote;

    while (rest->len && is_space(rest->p[0])) {
        rest->p++;
        rest->len--;
    }
    if (!rest->len) {
        return 0;
    }
    quote = rest->p[0];
    if (quote != '"' && quote != '\'') {
        while (i < rest->len && !is_space(rest->p[i])) {
            i++;
        }
        *word = slice_make(rest->p, i);
        rest->p += i;
        rest->len -= i;
        return 1;
    }
    for (i = 1; i < rest->len && rest->p[i] != quote; i++) {
        if (rest->p[i] == '\\' && i + 1 < rest->len
            && (rest->p[i + 1] == quote || rest->p[i + 1] == '\\')) {
            i++;
        }
    }
    if (i >= rest->len) {
        return -1;
    }
    *word = slice_make(rest->p + 1, i - 1);
    rest->p += i + 1;
    rest->len -= i + 1;
    return 1;
}

static int word_begins(slice_t word, const char *with)
{
    slice_t start = slice_str(with);

    return word.len >= start.len
           && slice_eq_nocase(slice_make(word.p, start.len), start);
}

static slice_t first_word(slice_t args)
{
    slice_t word = { "", 0 };

    return directive_word_next(&args, &word) == 1 ? word : slice_make("", 0);
}

static int first_word_is(slice_t args, const char *text)
{
    return slice_eq_nocase(first_word(args), slice_str(text));
}

/* "all granted", "all denied" */
directive_reason_e directive_require(slice_t args)
{
    slice_t who = first_word(args), word, rest = args;

    if (directive_word_next(&rest, &word) == 1
        && slice_eq_nocase(word, SLICE_LIT("all"))
        && directive_word_next(&rest, &word) == 1
        && (slice_eq_nocase(word, SLICE_LIT("granted"))
            || slice_eq_nocase(word, SLICE_LIT("denied")))
        && directive_word_next(&rest, &word) == 0) {
        return DIRECTIVE_FINE;
    }
    if (word_begins(who, "valid-user") || word_begins(who, "user")
        || word_begins(who, "group")) {
        return DIRECTIVE_LOGIN;
    }
    return DIRECTIVE_ACCESS;
}

/* "from all" */
directive_reason_e directive_allow(slice_t args)
{
    slice_t word;

    if (directive_word_next(&args, &word) == 1
        && slice_eq_nocase(word, SLICE_LIT("from"))
        && directive_word_next(&args, &word) == 1
        && slice_eq_nocase(word, SLICE_LIT("all"))
        && directive_word_next(&args, &word) == 0) {
        return DIRECTIVE_FINE;
    }
    return DIRECTIVE_ACCESS;
}

/* A format specifier of mod_headers, other than "%%". */
static int has_specifier(slice_t word)
{
    size_t i;

    for (i = 0; i < word.len; i++) {
        if (word.p[i] == '%') {
            if (i + 1 == word.len || word.p[i + 1] != '%') {
                return 1;
            }
            i++;
        }
    }
    return 0;
}

static directive_reason_e read_header_word(slice_t word)
{
    if (word_begins(word, "expr=")) {
        return directive_expression_is_static(
                   slice_make(word.p + 5, word.len - 5))
                   ? DIRECTIVE_FINE
                   : DIRECTIVE_CONDITION;
    }
    if (word_begins(word, "env=")) {
        return DIRECTIVE_CONDITION;
    }
    if (slice_eq_nocase(word, SLICE_LIT("early"))
        || slice_eq_nocase(word, SLICE_LIT("echo")) || has_specifier(word)
        || directive_find(word, SLICE_LIT("${")) >= 0) {
        return DIRECTIVE_VALUE;
    }
    return DIRECTIVE_FINE;
}

directive_reason_e directive_header(slice_t args)
{
    directive_reason_e reason = DIRECTIVE_FINE;
    slice_t word;
    int more;

    while ((more = directive_word_next(&args, &word)) == 1
           && reason == DIRECTIVE_FINE) {
        reason = read_header_word(word);
    }
    return more < 0 ? DIRECTIVE_UNREADABLE : reason;
}

directive_reason_e directive_text(slice_t args)
{
    if (directive_find(args, SLICE_LIT("expr=")) >= 0
        && !directive_expression_is_static(args)) {
        return DIRECTIVE_VALUE;
    }
    return directive_text_is_static(args) ? DIRECTIVE_FINE : DIRECTIVE_VALUE;
}

directive_reason_e directive_unless_word(slice_t args, const char *word,
                                         directive_reason_e otherwise)
{
    return first_word_is(args, word) ? DIRECTIVE_FINE : otherwise;
}

directive_reason_e directive_if(slice_t args)
{
    return directive_expression_is_static(args) ? DIRECTIVE_FINE
                                                : DIRECTIVE_CONDITION;
}

/* Names of certificates as logins. */
directive_reason_e directive_ssl_options(slice_t args)
{
    return directive_find(args, SLICE_LIT("FakeBasicAuth")) >= 0
               ? DIRECTIVE_CERTIFICATE
               : DIRECTIVE_FINE;
}
