/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* arguments.c: see arguments.h.  Layer L1. */
#include "arguments.h"

#include <apr_strings.h>

#include "waf/body/pairs.h"

arguments_t arguments_of(values_t *values, arguments_e from, int most)
{
    arguments_t arguments = { values, from, most > 0 ? most : ARGUMENTS_MOST, 0,
                              0 };

    return arguments;
}

/* The value and its name under two variables. */
static int put_both(values_t *values, rule_variable_e variable,
                    rule_variable_e variable_of_names, slice_t name,
                    int name_text, int text)
{
    return values_put(values, variable, name, text)
           && values_put(values, variable_of_names, name, name_text);
}

int arguments_add(void *ctx, slice_t name, slice_t value)
{
    arguments_t *to = ctx;
    values_t *values = to->values;
    int text, name_text, fits;

    if (values_count(values, VARIABLE_ARGS) >= to->most) {
        to->is_over = 1;
        return 0;
    }
    text = strings_add(values->strings, value);
    name_text = strings_add(values->strings, name);
    fits = put_both(values, VARIABLE_ARGS, VARIABLE_ARGS_NAMES, name, name_text,
                    text);
    if (fits && to->from == ARGUMENTS_GET) {
        fits = put_both(values, VARIABLE_ARGS_GET, VARIABLE_ARGS_GET_NAMES,
                        name, name_text, text);
    }
    else if (fits && to->from == ARGUMENTS_POST) {
        fits = put_both(values, VARIABLE_ARGS_POST, VARIABLE_ARGS_POST_NAMES,
                        name, name_text, text);
    }
    to->is_full = !fits;
    return fits;
}

void arguments_add_form(arguments_t *arguments, slice_t text, char separator)
{
    apr_pool_t *pool = arguments->values->pool;
    size_t wrong;

    if (text.len == 0) {
        return;
    }
    wrong = pairs_form(text, separator ? separator : '&',
                       apr_palloc(pool, text.len), arguments_add, arguments);
    if (wrong
        && !values_set(arguments->values, VARIABLE_URLENCODED_ERROR,
                       VALUE_ALONE, SLICE_LIT("1"))) {
        arguments->is_full = 1;
    }
}

static int64_t combined_size(const values_t *values)
{
    int64_t sum = 0;
    int i, n = values_count(values, VARIABLE_ARGS);

    for (i = 0; i < n; i++) {
        const value_t *value = values_at(values, VARIABLE_ARGS, i);

        sum += (int64_t)(value->name.len
                         + strings_text(values->strings, value->text).len);
    }
    return sum;
}

int arguments_end(const arguments_t *arguments)
{
    values_t *values = arguments->values;

    return arguments_say_number(values, VARIABLE_ARGS_COMBINED_SIZE,
                                combined_size(values))
           && (!arguments->is_over
               || arguments_say_error(values,
                                      SLICE_LIT("SecArgumentsLimit exceeded")))
           && !arguments->is_full;
}

int arguments_say_number(values_t *values, rule_variable_e variable,
                         int64_t number)
{
    char digits[24], *end = digits + sizeof(digits), *p = end;
    uint64_t left = number > 0 ? (uint64_t)number : 0;

    do {
        *--p = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    return values_set(values, variable, VALUE_ALONE,
                      slice_make(apr_pmemdup(values->pool, p,
                                             (size_t)(end - p)),
                                 (size_t)(end - p)));
}

int arguments_say_error(values_t *values, slice_t message)
{
    const value_t *before =
        values_find(values, VARIABLE_REQBODY_ERROR, VALUE_ALONE);

    if (before
        && slice_eq(strings_text(values->strings, before->text),
                    SLICE_LIT("1"))) {
        return 1;
    }
    return values_set(values, VARIABLE_REQBODY_ERROR, VALUE_ALONE,
                      SLICE_LIT("1"))
           && values_set(values, VARIABLE_REQBODY_PROCESSOR_ERROR, VALUE_ALONE,
                         SLICE_LIT("1"))
           && values_set(values, VARIABLE_REQBODY_ERROR_MSG, VALUE_ALONE,
                         message);
}
