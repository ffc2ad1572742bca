/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* values.h: what is known of a request, by the names that rules have for it.
 * Layer L1 (memory of a pool).
 *
 *   ARGS      a=1, b=2      each a value with the name of a part
 *   REMOTE_ADDR 192.0.2.1   one without
 *
 * Texts are strings of strings.h; who adds a value sees to it that text and
 * name live as long.  What is full says so and stays as it is. */
#ifndef RPROXY_GUARD_VALUES_H
#define RPROXY_GUARD_VALUES_H

#include <apr_tables.h>

#include "strings.h"
#include "waf/rule/rule_words.h"

typedef struct {
    slice_t name; /* of the part; empty: none */
    int text;     /* its string */
    int number;   /* of TX: that the program has for its name; TX_NO_NAME */
} value_t;

/* A bit for each variable. */
typedef struct {
    uint64_t bits[(VARIABLE_COUNT + 63) / 64];
} variable_set_t;

static inline void variable_set_add(variable_set_t *set,
                                    rule_variable_e variable)
{
    set->bits[variable / 64] |= UINT64_C(1) << (variable % 64);
}

static inline int variable_set_has(const variable_set_t *set,
                                   rule_variable_e variable)
{
    return set->bits[variable / 64] >> (variable % 64) & 1;
}

/* The name of a value without one. */
#define VALUE_ALONE SLICE_LIT("")

typedef struct {
    strings_t *strings;
    apr_pool_t *pool;
    const variable_set_t *asked; /* values of others are not kept; NULL: all
                                    are */
    apr_array_header_t *of[VARIABLE_COUNT]; /* of value_t; NULL: none */
    int left;                               /* so many more may come */
    uint32_t changes[VARIABLE_COUNT];       /* of values that were there: set or
                                         removed */
} values_t;

/* @param most  values of all variables together */
values_t *values_make(strings_t *strings, int most, apr_pool_t *pool);

/* Room for so many of a variable that has none yet. */
void values_expect(values_t *values, rule_variable_e variable, int count);

/* @return 0: full */
int values_add(values_t *values, rule_variable_e variable, slice_t name,
               slice_t text);

/* The same with a text that is one of the strings already.  @return 0: full */
int values_put(values_t *values, rule_variable_e variable, slice_t name,
               int text);

/* One that there is once: what it was before is gone.  @return 0: full */
int values_set(values_t *values, rule_variable_e variable, slice_t name,
               slice_t text);

/* Takes a part away, or what has no name. */
void values_remove(values_t *values, rule_variable_e variable, slice_t name);

/* The first of that name, without case; NULL: none. */
const value_t *values_find(const values_t *values, rule_variable_e variable,
                           slice_t name);

static inline int values_count(const values_t *values, rule_variable_e variable)
{
    return values->of[variable] ? values->of[variable]->nelts : 0;
}

static inline const value_t *values_at(const values_t *values,
                                       rule_variable_e variable, int i)
{
    return &APR_ARRAY_IDX(values->of[variable], i, value_t);
}

#endif
