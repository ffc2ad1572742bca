/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* expand.c: texts with %{...} in them, as an inspection knows them.  Layer L1.
 *
 * What has one part, which is the rule in setvar, is not copied. */
#include "inspect_private.h"

#include <apr_strings.h>

enum {
    FEW_PARTS = 32
};

char *expand_room(inspect_t *inspect, size_t bytes)
{
    if (bytes > inspect->run->text_left) {
        inspect_say_over(inspect, INSPECT_OVER_BYTES);
        return NULL;
    }
    inspect->run->text_left -= bytes;
    return apr_palloc(inspect->pool, bytes ? bytes : 1);
}

slice_t expand_number(inspect_t *inspect, apr_int64_t number)
{
    static const char digits[] = "0123456789";
    char *text;

    if (number >= 0 && number < 10) {
        return slice_make(digits + number, 1);
    }
    text = expand_room(inspect, 24);
    if (!text) {
        return SLICE_LIT("0");
    }
    return slice_make(text, (size_t)apr_snprintf(text, 24, "%" APR_INT64_T_FMT,
                                                 number));
}

slice_t expand_variable(inspect_t *inspect, rule_variable_e variable,
                        slice_t name)
{
    const value_t *value = NULL;
    target_t target;

    if (matched_knows(variable)) {
        if (!matched_count(inspect, variable)) {
            return slice_make(NULL, 0);
        }
        target = matched_at(inspect, variable, name, 0);
        return strings_text(inspect->strings, target.text);
    }
    if (variable == VARIABLE_TX && name.len) {
        value = tx_find(inspect, name);
    }
    else if (name.len || !rule_variable_has_parts(variable)) {
        value = values_find(inspect->values, variable, name);
    }
    else if (values_count(inspect->values, variable)) {
        value = values_at(inspect->values, variable, 0);
    }
    return value ? strings_text(inspect->strings, value->text)
                 : slice_make(NULL, 0);
}

static slice_t part_text(inspect_t *inspect, const rule_text_part_t *part)
{
    return part->variable < 0
               ? part->text
               : expand_variable(inspect, (rule_variable_e)part->variable,
                                 part->text);
}

slice_t expand_known(inspect_t *inspect, const rule_text_t *text, int number)
{
    const value_t *value;

    if (number == TX_NO_NAME) {
        return expand_text(inspect, text);
    }
    value = tx_at(inspect, number);
    return value ? strings_text(inspect->strings, value->text) : VALUE_ALONE;
}

slice_t expand_text(inspect_t *inspect, const rule_text_t *text)
{
    slice_t few[FEW_PARTS], *part = few, joined = VALUE_ALONE;
    int count = text->count, i;
    size_t length = 0;
    char *p;

    if (count == 1) {
        joined = part_text(inspect, &text->part[0]);
        return joined.p ? joined : VALUE_ALONE;
    }
    if (count > FEW_PARTS) {
        part = apr_palloc(inspect->pool, sizeof(*part) * (size_t)count);
    }
    for (i = 0; i < count; i++) {
        part[i] = part_text(inspect, &text->part[i]);
        length += part[i].len;
    }
    p = length ? expand_room(inspect, length) : NULL;
    if (!p) {
        return joined;
    }
    joined = slice_make(p, length);
    for (i = 0; i < count; i++) {
        if (part[i].len) {
            memcpy(p, part[i].p, part[i].len);
            p += part[i].len;
        }
    }
    return joined;
}
