/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_tokens.c: see sql_tokens.h.  Layer L0. */
#include "sql_tokens.h"

#include "waf/transform/char_kind.h"

enum {
    NO_BREAK = 0xa0, /* white space to MySQL in Latin-1 */
};

static int is_white(unsigned char c)
{
    return c <= ' ' || c == NO_BREAK || c == 0x7f;
}

static int is_word(unsigned char c)
{
    return char_is_alnum(c) || c == '_' || c == '$' || c == '#'
           || (c >= 0x80 && c != NO_BREAK);
}

static int at(const sql_reader_t *reader, size_t i)
{
    return (size_t)(reader->end - reader->p) > i ? (unsigned char)reader->p[i]
                                                 : -1;
}

static int take(sql_reader_t *reader, sql_token_t *token, char kind, size_t len)
{
    size_t left = (size_t)(reader->end - reader->p);

    token->kind = kind;
    token->text = slice_make(reader->p, len < left ? len : left);
    reader->p += token->text.len;
    return 1;
}

/* How long is the text before and with the quote that ends it?  A quote behind
 * a backslash or before another does not. */
static size_t quoted(const char *p, const char *end, char quote)
{
    const char *from = p;

    for (; p < end; p++) {
        if (*p == '\\' && quote != '`' && end - p > 1) {
            p++;
        }
        else if (*p == quote) {
            if (end - p < 2 || p[1] != quote) {
                return (size_t)(p + 1 - from);
            }
            p++;
        }
    }
    return (size_t)(end - from);
}

int sql_reader_leave(sql_reader_t *reader, char quote, sql_token_t *token)
{
    size_t len = quoted(reader->p, reader->end, quote);

    if (!len || reader->p[len - 1] != quote) {
        return 0;
    }
    take(reader, token, SQL_STRING, len);
    token->text.len--;
    return 1;
}

/* A string with a prefix of some bytes (N'x'); the token has only its text. */
static int take_string(sql_reader_t *reader, sql_token_t *token, size_t prefix)
{
    const char *open = reader->p + prefix;

    return take(reader, token, *open == '`' ? SQL_NAME : SQL_STRING,
                prefix + 1 + quoted(open + 1, reader->end, *open));
}

/* Up to the given bytes, or the end. */
static int take_until(sql_reader_t *reader, sql_token_t *token, size_t from,
                      slice_t mark, char kind)
{
    size_t left = (size_t)(reader->end - reader->p), i;

    for (i = from; i + mark.len <= left; i++) {
        if (!memcmp(reader->p + i, mark.p, mark.len)) {
            return take(reader, token, kind, i + mark.len);
        }
    }
    return take(reader, token, kind, left);
}

/* Oracle's q'[x]'. */
static int take_oracle(sql_reader_t *reader, sql_token_t *token, size_t prefix)
{
    static const char opens[] = "([{<", closes[] = ")]}>";
    const char open = (char)at(reader, prefix + 1);
    const char *known = strchr(opens, open);
    char mark[2] = { open, '\'' };

    if (known && open) {
        mark[0] = closes[known - opens];
    }
    return take_until(reader, token, prefix + 2, slice_make(mark, 2),
                      SQL_STRING);
}

/* The letters before a quote that make it a string still: N'x', X'41', _utf8'x'
 * and Oracle's NQ'[x]'. */
static int is_prefix(slice_t word)
{
    return (word.len == 1 && strchr("nNxXbBeEqQ", *word.p))
           || (word.len == 2 && slice_eq_nocase(word, SLICE_LIT("nq")))
           || (word.len > 2 && *word.p == '_');
}

static int take_word(sql_reader_t *reader, sql_token_t *token)
{
    size_t len = 1;
    slice_t word;
    int next;

    while (at(reader, len) >= 0 && is_word((unsigned char)at(reader, len))
           && !(at(reader, len) == '#' && reader->is_mysql)) {
        reader->has_comments |= at(reader, len++) == '#';
    }
    word = slice_make(reader->p, len);
    next = at(reader, len);
    if (next == '\'' && is_prefix(word)) {
        return (word.p[len - 1] | 0x20) == 'q'
                   ? take_oracle(reader, token, len)
                   : take_string(reader, token, len);
    }
    if (next == '&' && len == 1 && (*word.p | 0x20) == 'u'
        && at(reader, 2) == '\'') {
        return take_string(reader, token, 2);
    }
    return take(reader, token, sql_word_kind(word), len);
}

static size_t digits(const sql_reader_t *reader, size_t from)
{
    while (at(reader, from) >= 0
           && char_is_digit((unsigned char)at(reader, from))) {
        from++;
    }
    return from;
}

static int take_number(sql_reader_t *reader, sql_token_t *token)
{
    size_t len = 0, more;

    if (at(reader, 0) == '0' && (at(reader, 1) | 0x20) == 'b') {
        for (len = 2; (at(reader, len) | 1) == '1';) {
            len++;
        }
        return take(reader, token, SQL_NUMBER, len);
    }
    if (at(reader, 0) == '0' && (at(reader, 1) | 0x20) == 'x') {
        for (len = 2; at(reader, len) >= 0
                      && char_hex((unsigned char)at(reader, len)) >= 0;) {
            len++;
        }
        return take(reader, token, SQL_NUMBER, len);
    }
    len = digits(reader, 0);
    if (at(reader, len) == '.') {
        len = digits(reader, len + 1);
    }
    if ((at(reader, len) | 0x20) == 'e') {
        more = len + 1
               + (at(reader, len + 1) == '-' || at(reader, len + 1) == '+');
        if (digits(reader, more) > more) {
            len = digits(reader, more);
        }
        else if (reader->p[len - 1] == '.') {
            len++; /* "1.e" is a number to MySQL */
        }
    }
    return take(reader, token, SQL_NUMBER, len);
}

static int take_line(sql_reader_t *reader, sql_token_t *token)
{
    return take_until(reader, token, 1, SLICE_LIT("\n"), SQL_COMMENT);
}

/* "--" is a comment; to MySQL, if something white follows. */
static int take_dash(sql_reader_t *reader, sql_token_t *token)
{
    int next = at(reader, 2);

    if (at(reader, 1) != '-') {
        return take(reader, token, SQL_OPERATOR, 1);
    }
    if (next >= 0 && !is_white((unsigned char)next)) {
        reader->has_comments = 1;
        if (reader->is_mysql) {
            return take(reader, token, SQL_OPERATOR, 1);
        }
    }
    return take_line(reader, token);
}

static int take_slash(sql_reader_t *reader, sql_token_t *token)
{
    if (at(reader, 1) != '*') {
        return take(reader, token, SQL_OPERATOR, 1);
    }
    take_until(reader, token, 2, SLICE_LIT("*/"),
               at(reader, 2) == '!' ? SQL_CONDITIONAL : SQL_COMMENT);
    return 1;
}

static int take_hash(sql_reader_t *reader, sql_token_t *token)
{
    reader->has_comments = 1;
    return reader->is_mysql ? take_line(reader, token)
                            : take(reader, token, SQL_OPERATOR, 1);
}

/* @x, @@x, @`x`, @'x'. */
static int take_variable(sql_reader_t *reader, sql_token_t *token)
{
    size_t len = 1 + (at(reader, 1) == '@');
    int next = at(reader, len);

    if (next == '`' || next == '\'' || next == '"') {
        take_string(reader, token, len);
        token->kind = SQL_VARIABLE;
        return 1;
    }
    while (at(reader, len) >= 0
           && (is_word((unsigned char)at(reader, len))
               || at(reader, len) == '.')) {
        len++;
    }
    return take(reader, token, SQL_VARIABLE, len);
}

/* $1, $$x$$, $a$x$a$. */
static int take_dollar(sql_reader_t *reader, sql_token_t *token)
{
    size_t len = 1;

    while (at(reader, len) >= 0
           && (char_is_alnum((unsigned char)at(reader, len))
               || at(reader, len) == '_')) {
        len++;
    }
    if (at(reader, len) == '$') {
        return take_until(reader, token, len + 1,
                          slice_make(reader->p, len + 1), SQL_STRING);
    }
    len = digits(reader, 1);
    return len > 1 ? take(reader, token, SQL_NUMBER, len)
                   : take_word(reader, token);
}

/* Operators of two bytes and more count as one. */
static int take_operator(sql_reader_t *reader, sql_token_t *token)
{
    static const char *const longer[] = {
        "<=>", "<=", ">=", "<>", "!=", "==", "<<", ">>", "||", "&&",
        ":=",  "!<", "!>", "^=", "*=", "+=", "-=", "/=", "%="
    };
    size_t left = (size_t)(reader->end - reader->p), i;

    for (i = 0; i < sizeof(longer) / sizeof(*longer); i++) {
        size_t len = strlen(longer[i]);

        if (len <= left && !memcmp(reader->p, longer[i], len)) {
            return take(reader, token,
                        *longer[i] == '&' || *longer[i] == '|' ? SQL_LOGIC
                                                               : SQL_OPERATOR,
                        len);
        }
    }
    return take(reader, token, SQL_OPERATOR, 1);
}

/* What stands for itself, and what begins with a byte that is no letter. */
static int take_mark(sql_reader_t *reader, sql_token_t *token, int byte)
{
    switch (byte) {
    case '\'':
    case '"':
    case '`':
        return take_string(reader, token, 0);
    case '-':
        return take_dash(reader, token);
    case '/':
        return take_slash(reader, token);
    case '#':
        return take_hash(reader, token);
    case '@':
        return take_variable(reader, token);
    case '$':
        return take_dollar(reader, token);
    case '[':
        return take_until(reader, token, 1, SLICE_LIT("]"), SQL_NAME);
    case '\\':
        return at(reader, 1) == 'N' ? take(reader, token, SQL_NUMBER, 2)
                                    : take(reader, token, SQL_BACKSLASH, 1);
    case '(':
    case ')':
    case ',':
    case ';':
    case '{':
    case '}':
        return take(reader, token, (char)byte, 1);
    default:
        return strchr("<>=!|&:*+%^~", byte) ? take_operator(reader, token)
                                            : take(reader, token, SQL_OTHER, 1);
    }
}

int sql_reader_next(sql_reader_t *reader, sql_token_t *token)
{
    int byte;

    while (reader->p < reader->end && is_white((unsigned char)*reader->p)) {
        reader->p++;
    }
    if ((byte = at(reader, 0)) < 0) {
        return 0;
    }
    if (char_is_digit((unsigned char)byte)
        || (byte == '.' && at(reader, 1) >= 0
            && char_is_digit((unsigned char)at(reader, 1)))) {
        return take_number(reader, token);
    }
    if (byte == '.' || (byte == ':' && at(reader, 1) != '=')) {
        return take(reader, token, (char)byte, 1);
    }
    if (byte != '$' && byte != '#' && is_word((unsigned char)byte)) {
        return take_word(reader, token);
    }
    return take_mark(reader, token, byte);
}
