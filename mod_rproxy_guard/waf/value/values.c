/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* values.c: see values.h.  Layer L1. */
#include "values.h"

values_t *values_make(strings_t *strings, int most, apr_pool_t *pool)
{
    values_t *values = apr_pcalloc(pool, sizeof(*values));

    values->strings = strings;
    values->pool = pool;
    values->left = most;
    return values;
}

static value_t *find(const values_t *values, rule_variable_e variable,
                     slice_t name)
{
    int i, n = values_count(values, variable);

    for (i = 0; i < n; i++) {
        value_t *value = &APR_ARRAY_IDX(values->of[variable], i, value_t);

        if (slice_eq_nocase(value->name, name)) {
            return value;
        }
    }
    return NULL;
}

static int is_asked(const values_t *values, rule_variable_e variable)
{
    return !values->asked || variable_set_has(values->asked, variable);
}

void values_expect(values_t *values, rule_variable_e variable, int count)
{
    apr_array_header_t *array = apr_palloc(values->pool, sizeof(*array));

    array->pool = values->pool;
    array->elt_size = sizeof(value_t);
    array->nelts = 0;
    array->nalloc = count;
    array->elts = apr_palloc(values->pool, (size_t)count * sizeof(value_t));
    values->of[variable] = array;
}

static void put_last(apr_array_header_t *array, const value_t *value)
{
    if (array->nelts == array->nalloc) {
        APR_ARRAY_PUSH(array, value_t) = *value;
        return;
    }
    ((value_t *)array->elts)[array->nelts++] = *value;
}

int values_put(values_t *values, rule_variable_e variable, slice_t name,
               int text)
{
    value_t value = { .name = name, .text = text };

    if (values->left <= 0 || text == STRINGS_FULL) {
        return 0;
    }
    if (!is_asked(values, variable)) {
        return 1;
    }
    if (!values->of[variable]) {
        values_expect(values, variable, name.len ? 8 : 1);
    }
    put_last(values->of[variable], &value);
    values->left--;
    return 1;
}

int values_add(values_t *values, rule_variable_e variable, slice_t name,
               slice_t text)
{
    return is_asked(values, variable)
               ? values_put(values, variable, name,
                            strings_add(values->strings, text))
               : values->left > 0;
}

int values_set(values_t *values, rule_variable_e variable, slice_t name,
               slice_t text)
{
    value_t *value = find(values, variable, name);
    int number;

    if (!value) {
        return values_add(values, variable, name, text);
    }
    number = strings_add(values->strings, text);
    if (number == STRINGS_FULL) {
        return 0;
    }
    value->text = number;
    values->changes[variable]++;
    return 1;
}

void values_remove(values_t *values, rule_variable_e variable, slice_t name)
{
    value_t *value = find(values, variable, name), *last;

    if (value) {
        last = (value_t *)values->of[variable]->elts
               + values->of[variable]->nelts - 1;
        memmove(value, value + 1, (size_t)(last - value) * sizeof(*value));
        values->of[variable]->nelts--;
        values->left++;
        values->changes[variable]++;
    }
}

const value_t *values_find(const values_t *values, rule_variable_e variable,
                           slice_t name)
{
    return find(values, variable, name);
}
