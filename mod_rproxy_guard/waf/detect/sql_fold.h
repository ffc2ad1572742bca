/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_fold.h: the tokens of a value as a short word of kinds, in which what
 * makes no difference is left out: signs, brackets round a value, sums, lists,
 * names of several words.  Layer L0. */
#ifndef RPROXY_GUARD_SQL_FOLD_H
#define RPROXY_GUARD_SQL_FOLD_H

#include "sql_tokens.h"

enum {
    SQL_FOLD_MAX = 7, /* kinds in a word */
};

typedef enum {
    SQL_FOLD_INSIDE,  /* the value does not leave its quotes: no word */
    SQL_FOLD_WHOLE,   /* nothing was left out */
    SQL_FOLD_SHORTER, /* something was */
} sql_fold_e;

/* @param quote  in which the value stands: ', " or 0
 * @param word   the kinds, with a final 0 */
sql_fold_e sql_fold(sql_reader_t *reader, char quote,
                    char word[SQL_FOLD_MAX + 1]);

#endif
