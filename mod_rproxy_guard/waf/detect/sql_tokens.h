/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_tokens.h: the words of SQL, as MySQL, PostgreSQL, SQL Server, Oracle and
 * SQLite write them, all at once.  Layer L0. */
#ifndef RPROXY_GUARD_SQL_TOKENS_H
#define RPROXY_GUARD_SQL_TOKENS_H

#include "http1/h1_slice.h"

/* Letters of the fingerprint. */
typedef enum {
    SQL_STRING = 's',
    SQL_NUMBER = '1',
    SQL_VARIABLE = 'v',      /* @x, @@x, and the words that stand for a value */
    SQL_NAME = 'n',          /* of a column or table, or any other word */
    SQL_FUNCTION = 'f',      /* a name that is known as one */
    SQL_OPERATOR = 'o',      /* +, =, LIKE, IN, BETWEEN, IS */
    SQL_LOGIC = '&',         /* AND, OR, && */
    SQL_NOT = '!',           /* always folded away */
    SQL_WORD_FUNCTION = 'F', /* a function, or a keyword: IF, LEFT */
    SQL_UNION = 'U',         /* UNION, INTERSECT, EXCEPT */
    SQL_QUERY = 'E',         /* SELECT, INSERT, UPDATE, DELETE, EXEC: a verb */
    SQL_COMMAND = 'T',       /* DROP, CREATE, DECLARE, SHUTDOWN: other verbs */
    SQL_KEYWORD = 'k',       /* FROM, WHERE, INTO */
    SQL_CLAUSE = 'B',        /* ORDER BY, GROUP BY, HAVING, LIMIT */
    SQL_HALF_CLAUSE = 'b',   /* ORDER or GROUP, "by" not read yet */
    SQL_FILLER = 'd',        /* ALL, DISTINCT: always folded away */
    SQL_COMMENT = 'c',
    SQL_CONDITIONAL = 'X', /* a comment of MySQL that is run */
    SQL_OPEN = '(',
    SQL_CLOSE = ')',
    SQL_COMMA = ',',
    SQL_DOT = '.',
    SQL_COLON = ':',
    SQL_SEMICOLON = ';',
    SQL_BRACE = '{',
    SQL_BRACE_END = '}',
    SQL_BACKSLASH = '\\',
    SQL_OTHER = '?',
} sql_kind_e;

typedef struct {
    char kind; /* sql_kind_e */
    slice_t text;
} sql_token_t;

typedef struct {
    const char *p, *end;
    int is_mysql;     /* "#" is a comment, "--" only before white space */
    int has_comments; /* that another dialect reads otherwise */
} sql_reader_t;

/* The first token of a value that stands in a string: what is before the quote
 * that ends it.
 * @param quote  ' or "
 * @return 0: it does not end */
int sql_reader_leave(sql_reader_t *reader, char quote, sql_token_t *token);

/* @return 0: the end */
int sql_reader_next(sql_reader_t *reader, sql_token_t *token);

/* What a word is (sql_words.c); SQL_NAME: nothing special. */
char sql_word_kind(slice_t word);

#endif
