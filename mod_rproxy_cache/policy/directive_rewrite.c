/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive_rewrite.c: do rewrite rules look at the client?  Layer L0.
 * GET and HEAD share what is stored, so a condition on the method must not
 * tell them apart. */
#include "directive_args.h"

/* clang-format off */
/* Only in conditions: the first two are looked at closer. */
static const char *const in_conditions[] = {
    "REQUEST_METHOD", "THE_REQUEST", "IS_SUBREQ", "API_VERSION",
    "ENV:REDIRECT_STATUS", NULL
};
static const char *const in_targets[] = { "ENV:REDIRECT_STATUS", NULL };

/* These change nothing by themselves.  What E sets is the application's to
 * see, as it sees the fields of the request; directives that look at it are
 * found where they stand. */
static const char *const env_flags[] = {
    "E", "env", "NC", "nocase", "NS", "nosubreq", "NE", "noescape", NULL
};
/* Those that stop, change or answer. */
static const char *const rule_flags[] = {
    "L", "last", "END", "R", "redirect", "F", "forbidden", "G", "gone", "QSA",
    "qsappend", "QSD", "qsdiscard", "QSL", "qslast", "PT", "passthrough", "P",
    "proxy", "S", "skip", "C", "chain", "N", "next", "B", "BNP", "BNE",
    "backrefnoplus", "BCTLS", "T", "type", "H", "handler", "DPI",
    "discardpath", "UnsafeAllow3F", "UnsafePrefixStat", NULL
};
/* clang-format on */

static int has(slice_t s, const char *part)
{
    return directive_find(s, slice_str(part)) >= 0;
}

/* mod_rewrite's own way to cut a line: "\ " does not end a word, and inside
 * quotes nothing is escaped.  @return 1, 0 at the end, -1 unclosed quote */
static int rewrite_word_next(slice_t *rest, slice_t *word)
{
    size_t i = 0;
    char quote = 0;

    *rest = slice_trim(*rest);
    if (!rest->len) {
        return 0;
    }
    if (rest->p[0] == '"' || rest->p[0] == '\'') {
        quote = rest->p[0];
        rest->p++;
        rest->len--;
    }
    for (; i < rest->len; i++) {
        int is_space = rest->p[i] == ' ' || rest->p[i] == '\t';

        if (quote ? rest->p[i] == quote : is_space) {
            break;
        }
        if (rest->p[i] == '\\' && i + 1 < rest->len
            && (rest->p[i + 1] == ' ' || rest->p[i + 1] == '\t')) {
            i++;
        }
    }
    *word = slice_make(rest->p, i);
    if (quote && i == rest->len) {
        return -1;
    }
    rest->p += i + (quote != 0);
    rest->len -= i + (quote != 0);
    return 1;
}

/* Part of a method's name: "G", "EAD".  What it matches is not followed up. */
static int is_piece_of_method(slice_t word)
{
    return directive_find(SLICE_LIT("GET"), word) >= 0
           || directive_find(SLICE_LIT("HEAD"), word) >= 0;
}

/* Only names of methods, and GET and HEAD both or neither of them. */
static int methods_are_alike(slice_t pattern)
{
    int has_get = 0, has_head = 0;

    while (pattern.len) {
        size_t i = 0;
        slice_t word;

        while (i < pattern.len && directive_is_word_char(pattern.p[i])) {
            i++;
        }
        word = slice_make(pattern.p, i);
        if (i == 0 && !memchr("^$()|!=", pattern.p[0], 7)) {
            return 0;
        }
        if (slice_eq_nocase(word, SLICE_LIT("GET"))) {
            has_get = 1;
        }
        else if (slice_eq_nocase(word, SLICE_LIT("HEAD"))) {
            has_head = 1;
        }
        else if (i && is_piece_of_method(word)) {
            return 0;
        }
        i += i == 0;
        pattern.p += i;
        pattern.len -= i;
    }
    return has_get == has_head;
}

/* What stands before the path: a method of any kind, or names of methods. */
static int request_starts_alike(slice_t pattern)
{
    size_t i;

    if (pattern.len < 2 || pattern.p[0] != '^') {
        return has(pattern, "GET") == has(pattern, "HEAD");
    }
    for (i = 0; i < pattern.len && !memchr("\\ /", pattern.p[i], 3); i++) {
    }
    pattern.len = i;
    if (has(pattern, "^.*") || has(pattern, "^.+")) {
        return 1;
    }
    if (i > 1 && pattern.p[1] == '[') {
        return has(pattern, "]+") || has(pattern, "]{3,");
    }
    return methods_are_alike(pattern);
}

/* The request line also has the method and the protocol's version. */
static int request_lines_are_alike(slice_t pattern)
{
    long version = directive_find(pattern, SLICE_LIT("HTTP"));

    if (version >= 0 && (size_t)version + 5 < pattern.len) {
        return 0;
    }
    if (pattern.len && pattern.p[0] == '!') {
        pattern.p++;
        pattern.len--;
    }
    return request_starts_alike(pattern);
}

directive_reason_e directive_condition(slice_t args)
{
    slice_t test, pattern;

    if (rewrite_word_next(&args, &test) != 1
        || rewrite_word_next(&args, &pattern) != 1) {
        return DIRECTIVE_UNREADABLE;
    }
    if (slice_eq_nocase(test, SLICE_LIT("expr"))) {
        return directive_expression_is_static(pattern) ? DIRECTIVE_FINE
                                                       : DIRECTIVE_CONDITION;
    }
    if (!directive_variables_are(test, in_conditions)
        || slice_eq(pattern, SLICE_LIT("-F"))
        || slice_eq(pattern, SLICE_LIT("!-F"))
        || slice_eq(pattern, SLICE_LIT("-U"))
        || slice_eq(pattern, SLICE_LIT("!-U"))) {
        return DIRECTIVE_CONDITION;
    }
    if ((has(test, "%{REQUEST_METHOD}") && !methods_are_alike(pattern))
        || (has(test, "%{THE_REQUEST}") && !request_lines_are_alike(pattern))) {
        return DIRECTIVE_METHOD;
    }
    return DIRECTIVE_FINE;
}

/* Next of "[A,B=c,"D=e,f"]", brackets taken off. */
static int flag_next(slice_t *rest, slice_t *flag)
{
    int quoted = 0;
    size_t i;

    if (!rest->len) {
        return 0;
    }
    for (i = 0; i < rest->len && (quoted || rest->p[i] != ','); i++) {
        quoted ^= rest->p[i] == '"';
    }
    *flag = slice_trim(slice_make(rest->p, i));
    i += i < rest->len;
    rest->p += i;
    rest->len -= i;
    return 1;
}

static directive_reason_e rule_flag(slice_t flag, int *only_sets_env)
{
    const char *equals = memchr(flag.p, '=', flag.len);
    slice_t name = flag;

    if (equals) {
        name = slice_trim(slice_make(flag.p, (size_t)(equals - flag.p)));
    }
    if (directive_is_one_of(name, env_flags) || !flag.len) {
        return DIRECTIVE_FINE;
    }
    *only_sets_env = 0;
    if (slice_eq_nocase(name, SLICE_LIT("CO"))
        || slice_eq_nocase(name, SLICE_LIT("cookie"))) {
        return DIRECTIVE_COOKIE;
    }
    if (!directive_is_one_of(name, rule_flags)) {
        return DIRECTIVE_UNREADABLE;
    }
    return directive_variables_are(flag, in_targets) ? DIRECTIVE_FINE
                                                     : DIRECTIVE_VALUE;
}

directive_reason_e directive_rule(slice_t args, int *only_sets_env)
{
    directive_reason_e reason = DIRECTIVE_FINE;
    slice_t pattern, target, flags, flag;

    *only_sets_env = 0;
    if (rewrite_word_next(&args, &pattern) != 1
        || rewrite_word_next(&args, &target) != 1) {
        return DIRECTIVE_UNREADABLE;
    }
    flags = slice_trim(args);
    if (!directive_variables_are(target, in_targets)) {
        return DIRECTIVE_VALUE;
    }
    *only_sets_env = slice_eq(target, SLICE_LIT("-"));
    if (!flags.len) {
        return DIRECTIVE_FINE;
    }
    if (flags.len < 2 || flags.p[0] != '[' || flags.p[flags.len - 1] != ']') {
        *only_sets_env = 0;
        return DIRECTIVE_UNREADABLE;
    }
    flags = slice_make(flags.p + 1, flags.len - 2);
    while (reason == DIRECTIVE_FINE && flag_next(&flags, &flag)) {
        reason = rule_flag(flag, only_sets_env);
    }
    return reason;
}
