/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_injection.c: see sql_injection.h.  Layer L0. */
#include "sql_injection.h"

#include "sql_fold.h"

enum {
    SHAPE_MAX = 8, /* bytes, with its final 0 */
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
static const shape_t free_shapes[] = {
    /* a condition: 1 or 1=1 */
    "+D&D$", "D&(", "D&D&(", "D&D&D", "D&D)", "D&D;",
    "D&DU", "D&Dc", "D&E", "D&VB", "D&VoQ", "D&VoV", "D&n)", "D)&", "Dks&",
    "DoD&(", "DoD&D$", "DoD&D&s", "DoD&D;", "DoD&Dc", "DoD&f(", "DoD&s",
    "Dov&", "V&(E", "V&Do(", "V&DoE", "V&f(", "n&Dc", "n&DoD", "n)&(", "v&D$",
    /* a query: 1 union select */
    "(E", "D(E", "D)U", "D)oE", "DE(", "DE1", "DEf(", "DEs", "DnE1", "E(",
    "E1$", "E1)", "E1;", "E1B", "E1U", "E1c", "E1k", "E1o", "EUE", "Ef(",
    "Ek1", "Enkn(", "Enknc", "Enknk", "Enkno", "Eokn", "Es$", "Esc", "Esk",
    "Ev$", "Evc", "Evk", "U(", "UE(", "UE1", "UEf", "UEn", "UEo", "UEs", "UEv",
    "V)UE", "V,(E", "VU(", "VUE", "Vo(E", "VoE", "f(E", "nE1$", "nE1c", "nEf(",
    "nEsc", "nEvc", "vE",
    /* another statement: 1; drop */
    "D)Tks", "D;f(", "D;kv", "DTks", "V;E", "V;T", "n;f(DoD",
    /* a clause: 1 order by 2 */
    "D)B", "D)k", "DB(", "DBD", "DBf(", "DBn$", "DBn(", "DBnB", "DBnc", "DBnk",
    "Dk(", "DkDc", "DkDoD", "Dkf", "Dkn;", "Dknc", "Dks$", "Dks;", "Dkso",
    "nB1$", "nB1c", "nkDoD", "nks$", "nksc",
    /* a function: sleep(5) */
    "V,f(", "f()$", "f(D", "f(f(", "nf(D)$", "nf(f(", "vf(D",
    /* a comment that is run */
    "VVX", "VX", "X",
    /* what ends the statement: 1 -- */
    "D);", "D)c", "Dc$",
    /* a comparison: 1 in (select */
    "D)o(", "D)oD", "D)of(", "DoD;c", "DoDc", "Dos;", "Dov$", "Dov;", "Vof(",
    "nf(D)o", "vos",
};

static const shape_t quoted_shapes[] = {
    /* a condition: 1 or 1=1 */
    "s&(", "s&D$", "s&D&(", "s&D&D", "s&D&n", "s&D)", "s&D;", "s&DB", "s&DU",
    "s&E", "s&Vc", "s&Vo(", "s&VoQ", "s&VoV", "s&f(", "s&n(", "s)&", "sBn&",
    "skn&", "sks&", "soV&",
    /* a query: 1 union select */
    "s(E", "s)E", "s)U", "sE(", "sE1", "sEf(", "sU(", "sUE",
    /* another statement: 1; drop */
    "s;E", "s;T", "s;f(", "s;kv", "sTks",
    /* a clause: 1 order by 2 */
    "s)B", "s)k", "sB(", "sB1", "sBf(", "sBn$", "sBn(", "sBnB", "sBnc", "sBs",
    "sBv", "sk(", "sk1c", "skDoD", "skf(", "skn;", "sknc", "sks$", "sks;",
    "sksc",
    /* a function: sleep(5) */
    "s,(", "s,f(", "sf(",
    /* a comment that is run */
    "sX",
    /* what ends the statement: 1 -- */
    "s);", "s)c", "s,V)", "s,Vc", "s;c", "sc$",
    /* a comparison: 1 in (select */
    "s)o", "so(", "soD$", "soDc", "soD;", "soD&", "soD)", "soDo", "soDU", "soDB", "soD(",
    "soDk", "soDn(", "sos1", "soVc", "sof(", "son(",
};
/* clang-format on */

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

static int has_one_of(const char *word, int is_shorter, const shape_t *shapes,
                      size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (has_shape(word, is_shorter, shapes[i])) {
            return 1;
        }
    }
    return 0;
}

/* Most values are one name or number, and no shape but X is as short. */
static int is_too_short(const char *word)
{
    return *word != SQL_CONDITIONAL && (!*word || !word[1]);
}

static int is_code(const char *word, int is_shorter, int is_quoted)
{
    const size_t quoted_count = sizeof(quoted_shapes) / sizeof(*quoted_shapes),
                 free_count = sizeof(free_shapes) / sizeof(*free_shapes);

    if (is_too_short(word)) {
        return 0;
    }
    return is_quoted ? has_one_of(word, is_shorter, quoted_shapes, quoted_count)
                     : has_one_of(word, is_shorter, free_shapes, free_count)
                           || (*word == SQL_OPEN
                               && has_one_of(word + 1, is_shorter, free_shapes,
                                             free_count));
}

static int reads_as_code(sql_reader_t *reader, char quote, char *word)
{
    sql_fold_e fold = sql_fold(reader, quote, word);

    return fold != SQL_FOLD_INSIDE
           && is_code(word, fold == SQL_FOLD_SHORTER, quote);
}

/* In one place of a statement, as each dialect would read it. */
static int is_code_in(slice_t value, char quote, char *word)
{
    sql_reader_t reader = { value.p, value.p + value.len, 0, 0 };

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
