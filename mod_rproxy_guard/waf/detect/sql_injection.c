/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_injection.c: see sql_injection.h.  Layer L0. */
#include "sql_injection.h"

#include "sql_fold.h"
#include "waf/transform/char_kind.h"

enum {
    SHAPE_MAX = 8,   /* bytes, with its final 0 */
    PLAIN_MAX = 256, /* bytes of a value: folding ends after some tokens */
};

/* A shape of code: kinds at the beginning of the folded word.
 *   D  data: a number, a string, a variable
 *   V  a value: data or a name
 *   Q  what may stand behind a value: data or a function
 *   $  the end
 *   +  first: something was left out
 * All else is itself. */
typedef char shape_t[SHAPE_MAX];

/* clang-format off */
/* By the first kind. */
static const shape_t free_data[] = {
    "+D&D$", "D&(", "D&D&(", "D&D&D", "D&D)", "D&D;", "D&DU", "D&Dc", "D&E",
    "D&VB", "D&VoQ", "D&VoV", "D&n)", "D)&", "Dks&", "DoD&(", "DoD&D$",
    "DoD&D&s", "DoD&D;", "DoD&Dc", "DoD&f(", "DoD&s", "Dov&", "D(E", "D)U",
    "D)oE", "DE(", "DE1", "DEf(", "DEs", "DnE1", "D)Tks", "D;f(", "D;kv",
    "DTks", "D)B", "D)k", "DB(", "DBD", "DBf(", "DBn$", "DBn(", "DBnB", "DBnc",
    "DBnk", "Dk(", "DkDc", "DkDoD", "Dkf", "Dkn;", "Dknc", "Dks$", "Dks;",
    "Dkso", "D);", "D)c", "Dc$", "D)o(", "D)oD", "D)of(", "DoD;c", "DoDc",
    "Dos;", "Dov$", "Dov;",
};
static const shape_t free_value[] = {
    "V&(E", "V&Do(", "V&DoE", "V&f(", "V)UE", "V,(E", "VU(", "VUE", "Vo(E",
    "VoE", "V;E", "V;T", "V,f(", "VVX", "VX", "Vof(",
};
static const shape_t free_name[] = {
    "n&Dc", "n&DoD", "n)&(", "nE1$", "nE1c", "nEf(", "nEsc", "nEvc", "n;f(DoD",
    "nB1$", "nB1c", "nkDoD", "nks$", "nksc", "nf(D)$", "nf(f(", "nf(D)o",
};
static const shape_t free_variable[] = {
    "v&D$", "vE", "vf(D", "vos",
};
static const shape_t free_bracket[] = {
    "(E",
};
static const shape_t free_query[] = {
    "E(", "E1$", "E1)", "E1;", "E1B", "E1U", "E1c", "E1k", "E1o", "EUE", "Ef(",
    "Ek1", "Enkn(", "Enknc", "Enknk", "Enkno", "Eokn", "Es$", "Esc", "Esk",
    "Ev$", "Evc", "Evk",
};
static const shape_t free_union[] = {
    "U(", "UE(", "UE1", "UEf", "UEn", "UEo", "UEs", "UEv",
};
static const shape_t free_function[] = {
    "f(E", "f()$", "f(D", "f(f(",
};
static const shape_t free_conditional[] = {
    "X",
};

/* All begin with the string that the quote ends: by the second kind. */
static const shape_t quoted_logic[] = {
    "s&(", "s&D$", "s&D&(", "s&D&D", "s&D&n", "s&D)", "s&D;", "s&DB", "s&DU",
    "s&E", "s&Vc", "s&Vo(", "s&VoQ", "s&VoV", "s&f(", "s&n(",
};
static const shape_t quoted_close[] = {
    "s)&", "s)E", "s)U", "s)B", "s)k", "s);", "s)c", "s)o",
};
static const shape_t quoted_clause[] = {
    "sBn&", "sB(", "sB1", "sBf(", "sBn$", "sBn(", "sBnB", "sBnc", "sBs", "sBv",
};
static const shape_t quoted_keyword[] = {
    "skn&", "sks&", "sk(", "sk1c", "skDoD", "skf(", "skn;", "sknc", "sks$",
    "sks;", "sksc",
};
static const shape_t quoted_operator[] = {
    "soV&", "so(", "soD$", "soDc", "soD;", "soD&", "soD)", "soDo", "soDU",
    "soDB", "soD(", "soDk", "soDn(", "sos1", "soVc", "sof(", "son(",
};
static const shape_t quoted_bracket[] = {
    "s(E",
};
static const shape_t quoted_query[] = {
    "sE(", "sE1", "sEf(",
};
static const shape_t quoted_union[] = {
    "sU(", "sUE",
};
static const shape_t quoted_semicolon[] = {
    "s;E", "s;T", "s;f(", "s;kv", "s;c",
};
static const shape_t quoted_command[] = {
    "sTks",
};
static const shape_t quoted_comma[] = {
    "s,(", "s,f(", "s,V)", "s,Vc",
};
static const shape_t quoted_function[] = {
    "sf(",
};
static const shape_t quoted_conditional[] = {
    "sX",
};
static const shape_t quoted_comment[] = {
    "sc$",
};
/* clang-format on */

/* Those with one kind at one place. */
typedef struct {
    const shape_t *shapes;
    size_t count;
    char kind;
} group_t;

#define GROUP(kind, shapes)                              \
    {                                                    \
        shapes, sizeof(shapes) / sizeof(*(shapes)), kind \
    }

static const group_t free_groups[] = {
    GROUP('D', free_data),        GROUP('V', free_value),
    GROUP('n', free_name),        GROUP('v', free_variable),
    GROUP('(', free_bracket),     GROUP('E', free_query),
    GROUP('U', free_union),       GROUP('f', free_function),
    GROUP('X', free_conditional),
};

static const group_t quoted_groups[] = {
    GROUP('&', quoted_logic),       GROUP(')', quoted_close),
    GROUP('B', quoted_clause),      GROUP('k', quoted_keyword),
    GROUP('o', quoted_operator),    GROUP('(', quoted_bracket),
    GROUP('E', quoted_query),       GROUP('U', quoted_union),
    GROUP(';', quoted_semicolon),   GROUP('T', quoted_command),
    GROUP(',', quoted_comma),       GROUP('f', quoted_function),
    GROUP('X', quoted_conditional), GROUP('c', quoted_comment),
};

enum {
    DATA = 1,
    VALUE_OR_NAME = 2,
    DATA_OR_FUNCTION = 4,
    END = 8,
};

static const unsigned char classes_of_kind[128] = {
    [SQL_NUMBER] = DATA | VALUE_OR_NAME | DATA_OR_FUNCTION,
    [SQL_STRING] = DATA | VALUE_OR_NAME | DATA_OR_FUNCTION,
    [SQL_VARIABLE] = DATA | VALUE_OR_NAME | DATA_OR_FUNCTION,
    [SQL_NAME] = VALUE_OR_NAME,
    [SQL_FUNCTION] = DATA_OR_FUNCTION,
    [0] = END,
};

static const unsigned char classes_of_shape[128] = {
    ['D'] = DATA,
    ['V'] = VALUE_OR_NAME,
    ['Q'] = DATA_OR_FUNCTION,
    ['$'] = END,
};

static inline int is_kind(char kind, char wanted)
{
    return kind == wanted
           || (classes_of_kind[kind & 127] & classes_of_shape[wanted & 127]);
}

static inline int has_shape(const char *word, int is_shorter, const char *shape)
{
    if (*shape == '+') {
        if (!is_shorter) {
            return 0;
        }
        shape++;
    }
    while (*shape && is_kind(*word, *shape)) {
        word += *word != 0;
        shape++;
    }
    return !*shape;
}

/* More kinds than the word has, and not its end. */
static inline int is_longer(const char *shape, size_t length)
{
    return *shape != '+' && shape[length] && shape[length] != '$';
}

/* @param at  of the kind that the groups are by */
static int has_one_of(const char *word, int is_shorter, size_t at,
                      const group_t *group, size_t count)
{
    size_t length = strlen(word), i;

    for (; count--; group++) {
        for (i = is_kind(word[at], group->kind) ? 0 : group->count;
             i < group->count; i++) {
            if (!is_longer(group->shapes[i], length)
                && has_shape(word, is_shorter, group->shapes[i])) {
                return 1;
            }
        }
    }
    return 0;
}

/* Most values are one name or number, and no shape but X is as short. */
static int is_too_short(const char *word)
{
    return *word != SQL_CONDITIONAL && (!*word || !word[1]);
}

static int is_free_code(const char *word, int is_shorter)
{
    return has_one_of(word, is_shorter, 0, free_groups,
                      sizeof(free_groups) / sizeof(*free_groups));
}

static int is_code(const char *word, int is_shorter, int is_quoted)
{
    if (is_too_short(word)) {
        return 0;
    }
    return is_quoted
               ? has_one_of(word, is_shorter, 1, quoted_groups,
                            sizeof(quoted_groups) / sizeof(*quoted_groups))
               : is_free_code(word, is_shorter)
                     || (*word == SQL_OPEN
                         && is_free_code(word + 1, is_shorter));
}

static int reads_as_code(sql_reader_t *reader, char quote, char *word)
{
    sql_fold_e fold = sql_fold(reader, quote, word);

    return fold != SQL_FOLD_INSIDE
           && is_code(word, fold == SQL_FOLD_SHORTER, quote);
}

/* Kinds that no shape is made of alone, nor anything they fold to. */
static int is_plain_kind(char kind)
{
    return kind == SQL_NAME || kind == SQL_NUMBER || kind == SQL_DOT
           || kind == SQL_COMMA || kind == SQL_COLON || kind == SQL_KEYWORD
           || kind == SQL_OTHER;
}

/* Most values are nothing but words and numbers: not worth folding. */
static int is_plain(slice_t value)
{
    sql_reader_t reader = { value.p, value.p + value.len, 0, 0 };
    sql_token_t token;

    while (sql_reader_next(&reader, &token)) {
        if (!is_plain_kind(token.kind)) {
            return 0;
        }
    }
    return !reader.has_comments;
}

/* In one place of a statement, as each dialect would read it. */
static int is_code_in(slice_t value, char quote, char *word)
{
    sql_reader_t reader = { value.p, value.p + value.len, 0, 0 };

    if (!quote && value.len <= PLAIN_MAX && is_plain(value)) {
        return 0;
    }
    if (reads_as_code(&reader, quote, word)) {
        return 1;
    }
    if (!reader.has_comments) {
        return 0;
    }
    reader.p = value.p;
    reader.is_mysql = 1;
    return reads_as_code(&reader, quote, word);
}

int sql_injection_found(slice_t value, char fingerprint[8])
{
    if (value.len
        && (is_code_in(value, 0, fingerprint)
            || (memchr(value.p, '\'', value.len)
                && is_code_in(value, '\'', fingerprint))
            || (memchr(value.p, '"', value.len)
                && is_code_in(value, '"', fingerprint)))) {
        return 1;
    }
    *fingerprint = 0;
    return 0;
}

byte_set_t sql_injection_bytes(void)
{
    byte_set_t set = { { 0 } };
    int c;

    for (c = 0; c < 256; c++) {
        if (!char_is_alnum((unsigned char)c) && c != '_') {
            byte_set_add(&set, (unsigned char)c);
        }
    }
    return set;
}
