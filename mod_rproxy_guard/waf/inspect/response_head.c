/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* response_head.c: see response_head.h.  Layer L1. */
#include "response_head.h"

#include "arguments.h"

static int set_text(values_t *values, rule_variable_e variable, slice_t text)
{
    return !text.p || values_set(values, variable, VALUE_ALONE, text);
}

int response_head_values(values_t *values, const waf_response_head_t *head)
{
    int fits, i;

    fits =
        set_text(values, VARIABLE_RESPONSE_PROTOCOL, head->protocol)
        && set_text(values, VARIABLE_STATUS_LINE, head->status_line)
        && set_text(values, VARIABLE_RESPONSE_CONTENT_TYPE, head->content_type)
        && arguments_say_number(values, VARIABLE_RESPONSE_STATUS, head->status)
        && arguments_say_number(values, VARIABLE_RESPONSE_CONTENT_LENGTH,
                                head->length);
    for (i = 0; fits && i < head->field_count; i++) {
        const waf_field_t *field = &head->field[i];

        fits = values_add(values, VARIABLE_RESPONSE_HEADERS, field->name,
                          field->value)
               && values_add(values, VARIABLE_RESPONSE_HEADERS_NAMES,
                             field->name, field->name);
    }
    return fits;
}

int response_body_values(values_t *values, slice_t body, int is_cut)
{
    return set_text(values, VARIABLE_RESPONSE_BODY, body.p ? body : VALUE_ALONE)
           && (!is_cut
               || set_text(values, VARIABLE_OUTBOUND_DATA_ERROR,
                           SLICE_LIT("1")));
}
