/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_fold.c: see sql_fold.h.  Layer L0. */
#include "sql_fold.h"

#include "waf/transform/char_kind.h"

enum {
    ROOM = SQL_FOLD_MAX + 1, /* one more, that may fold into the last */
};

typedef struct {
    sql_token_t token[ROOM];
    int count, read;
} fold_t;

static void drop(fold_t *fold, int count)
{
    fold->count -= count;
}

/* 0: there is none. */
static char kind_at(const fold_t *fold, int from_end)
{
    return fold->count > from_end ? fold->token[fold->count - 1 - from_end].kind
                                  : 0;
}

/* Sets of kinds. */
enum {
    NUMBER = 1 << 0,
    STRING = 1 << 1,
    VARIABLE = 1 << 2,
    NAME = 1 << 3,
    FUNCTION = 1 << 4,
    OPERATOR = 1 << 5,
    LOGIC = 1 << 6,
    UNION = 1 << 7,
    WORDS = 1 << 8,  /* after which a value begins */
    SIGNS = 1 << 9,  /* the same */
    TWICE = 1 << 10, /* two are as good as one */
    NOTHING = 1 << 11,
    PLAIN = NUMBER | VARIABLE | NAME,
    VALUE = PLAIN | STRING,
    BEFORE_VALUE = OPERATOR | LOGIC | UNION | WORDS | SIGNS,
};

static const uint16_t sets[128] = {
    [SQL_NUMBER] = NUMBER,
    [SQL_STRING] = STRING | TWICE,
    [SQL_VARIABLE] = VARIABLE,
    [SQL_NAME] = NAME | TWICE,
    [SQL_FUNCTION] = FUNCTION,
    [SQL_OPERATOR] = OPERATOR | TWICE,
    [SQL_LOGIC] = LOGIC | TWICE,
    [SQL_UNION] = UNION,
    [SQL_KEYWORD] = WORDS | TWICE,
    [SQL_QUERY] = WORDS,
    [SQL_CLAUSE] = WORDS,
    [SQL_COMMAND] = WORDS,
    [SQL_OPEN] = SIGNS | TWICE,
    [SQL_COMMA] = SIGNS | TWICE,
    [SQL_SEMICOLON] = SIGNS | TWICE,
    [SQL_BRACE] = SIGNS,
    [SQL_CLOSE] = TWICE,
    [SQL_NOT] = NOTHING,
    [SQL_FILLER] = NOTHING,
};

static int is_one_of(char kind, int set)
{
    return sets[(unsigned char)kind & 127] & set;
}

static int is_sum(const sql_token_t *token)
{
    return token->text.len == 1 && strchr("+-*/%^|&~", *token->text.p);
}

/* Signs before a value. */
static int is_sign(const fold_t *fold, const sql_token_t *token)
{
    char before = kind_at(fold, 0);

    return token->kind == SQL_OPERATOR && token->text.len == 1
           && strchr("+-~!", *token->text.p)
           && (!before || is_one_of(before, BEFORE_VALUE));
}

static int is_by(const sql_token_t *token)
{
    return token->kind == SQL_KEYWORD
           && slice_eq_nocase(token->text, SLICE_LIT("by"));
}

/* Does the token vanish behind what is there already? */
static int is_swallowed(fold_t *fold, const sql_token_t *token)
{
    char before = kind_at(fold, 0), kind = token->kind;

    if (is_one_of(kind, NOTHING) || is_sign(fold, token)) {
        return 1;
    }
    if (before == SQL_HALF_CLAUSE) {
        fold->token[fold->count - 1].kind =
            is_by(token) ? SQL_CLAUSE : SQL_NAME;
        return is_by(token) || kind == SQL_NAME;
    }
    if (is_one_of(kind, LOGIC | UNION) && before == SQL_OPERATOR) {
        drop(fold, 1); /* "1+or+1", not decoded */
        return kind_at(fold, 0) == kind;
    }
    if (kind == before) {
        return is_one_of(kind, TWICE);
    }
    return 0;
}

/* "a.b", "a, b", "1 + 1" and "(a)" are one value. */
static int fold_value(fold_t *fold)
{
    char last = kind_at(fold, 0), middle = kind_at(fold, 1),
         first = kind_at(fold, 2);

    if (middle == SQL_DOT && is_one_of(last, NAME | FUNCTION)
        && is_one_of(first, NAME | FUNCTION)) {
        drop(fold, 2);
        return 1;
    }
    if (middle == SQL_COMMA && is_one_of(last, VALUE)
        && is_one_of(first, VALUE)) {
        drop(fold, 2);
        return 1;
    }
    if (middle == SQL_OPERATOR && is_one_of(last, PLAIN)
        && is_one_of(first, PLAIN) && is_sum(&fold->token[fold->count - 2])) {
        drop(fold, 2);
        return 1;
    }
    if (last == SQL_CLOSE && first == SQL_OPEN && is_one_of(middle, VALUE)
        && kind_at(fold, 3) != SQL_FUNCTION && kind_at(fold, 3) != SQL_NAME) {
        fold->token[fold->count - 3] = fold->token[fold->count - 2];
        drop(fold, 2);
        return 1;
    }
    return 0;
}

/* A function's name is one only before its bracket; a package's (DBMS_PIPE.X)
 * before its dot. */
static void settle_function(fold_t *fold, char next)
{
    sql_token_t *last = fold->token + (fold->count ? fold->count - 1 : 0);

    if (kind_at(fold, 0) == SQL_WORD_FUNCTION) {
        last->kind = next == SQL_OPEN ? SQL_FUNCTION : SQL_KEYWORD;
        if (last->kind == kind_at(fold, 1)) {
            drop(fold, 1);
        }
    }
    if (kind_at(fold, 0) == SQL_FUNCTION && next != SQL_OPEN
        && next != SQL_DOT) {
        last->kind = SQL_NAME;
        if (kind_at(fold, 1) == SQL_NAME) {
            drop(fold, 1);
        }
    }
}

/* "{d 1}" of ODBC is its value. */
static void fold_braces(fold_t *fold)
{
    int named = kind_at(fold, 2) == SQL_NAME;

    if (kind_at(fold, 0) == SQL_BRACE_END && is_one_of(kind_at(fold, 1), VALUE)
        && kind_at(fold, 2 + named) == SQL_BRACE) {
        fold->token[fold->count - 3 - named] = fold->token[fold->count - 2];
        drop(fold, 2 + named);
    }
}

static void push(fold_t *fold, const sql_token_t *token)
{
    fold->read++;
    settle_function(fold, token->kind);
    if (is_swallowed(fold, token)) {
        return;
    }
    fold->token[fold->count++] = *token;
    fold_braces(fold);
    while (fold_value(fold)) {
    }
}

static int finish(fold_t *fold, int has_comment, char *word)
{
    int i;

    settle_function(fold, 0);
    if (has_comment && fold->count < SQL_FOLD_MAX) {
        fold->token[fold->count++].kind = SQL_COMMENT;
    }
    for (i = 0; i < fold->count && i < SQL_FOLD_MAX; i++) {
        word[i] = fold->token[i].kind;
    }
    word[i] = 0;
    return fold->read > fold->count;
}

/* A name behind the string that ended says nothing, whatever follows. */
static int is_hopeless(const fold_t *fold, char quote)
{
    return quote && fold->count > 2 && fold->token[1].kind == SQL_NAME;
}

sql_fold_e sql_fold(sql_reader_t *reader, char quote,
                    char word[SQL_FOLD_MAX + 1])
{
    fold_t fold = { .count = 0 };
    sql_token_t token;
    int has_comment = 0;

    if (quote) {
        if (!sql_reader_leave(reader, quote, &token)) {
            return SQL_FOLD_INSIDE;
        }
        push(&fold, &token);
    }
    while (fold.count < ROOM && !is_hopeless(&fold, quote)
           && sql_reader_next(reader, &token)) {
        has_comment = token.kind == SQL_COMMENT;
        if (!has_comment) {
            push(&fold, &token);
        }
    }
    return finish(&fold, has_comment, word) ? SQL_FOLD_SHORTER : SQL_FOLD_WHOLE;
}
