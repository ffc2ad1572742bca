/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* condition.c: does a request fulfil a condition?  Layer L0. */
#include "condition.h"
#include "cookie.h"

static int hex_value(char c)
{
    unsigned char lower = slice_lower((unsigned char)c);

    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Takes the next byte of a text that is not empty.  What is not a good escape
 * stands for itself. */
static char take_byte(slice_t *rest, int decode)
{
    char byte = rest->p[0];
    size_t used = 1;

    if (decode && byte == '+') {
        byte = ' ';
    }
    else if (decode && byte == '%' && rest->len >= 3) {
        int high = hex_value(rest->p[1]), low = hex_value(rest->p[2]);

        if (high >= 0 && low >= 0) {
            byte = (char)(high * 16 + low);
            used = 3;
        }
    }
    rest->p += used;
    rest->len -= used;
    return byte;
}

/* Takes the pattern's bytes from *text.  @return 0 if they are not there */
static int take_pattern(slice_t *text, slice_t pattern, int decode)
{
    size_t i;

    for (i = 0; i < pattern.len; i++) {
        if (!text->len || take_byte(text, decode) != pattern.p[i]) {
            return 0;
        }
    }
    return 1;
}

/* @param decode  undo the escapes of a query in text */
static int text_matches(slice_t text, slice_t pattern, int decode)
{
    int any_before = 0, any_behind = 0;

    if (pattern.len && pattern.p[pattern.len - 1] == '*') {
        any_behind = 1;
        pattern.len--;
    }
    if (pattern.len && pattern.p[0] == '*') {
        any_before = 1;
        pattern.p++;
        pattern.len--;
    }
    while (1) {
        slice_t rest = text;

        if (take_pattern(&rest, pattern, decode)
            && (any_behind || rest.len == 0)) {
            return 1;
        }
        if (!any_before || text.len == 0) {
            return 0;
        }
        take_byte(&text, decode);
    }
}

/* Cuts *rest at the separator.  @return 0 at the end */
static int next_part(slice_t *rest, char separator, slice_t *part)
{
    const char *end;

    if (!rest->p) {
        return 0;
    }
    end = rest->len ? memchr(rest->p, separator, rest->len) : NULL;
    *part = *rest;
    if (end) {
        part->len = (size_t)(end - rest->p);
        *rest = slice_make(end + 1, rest->len - part->len - 1);
    }
    else {
        *rest = slice_make(NULL, 0);
    }
    return 1;
}

/* Is the value among the condition's, or has it none to be among? */
static int value_listed(const condition_t *condition, slice_t value, int decode)
{
    slice_t rest = condition->values, pattern;

    if (!rest.len) {
        return 1;
    }
    while (next_part(&rest, '|', &pattern)) {
        if (text_matches(value, pattern, decode)) {
            return 1;
        }
    }
    return 0;
}

static int method_listed(const condition_t *condition, slice_t method)
{
    slice_t rest = condition->values, name;

    while (next_part(&rest, '|', &name)) {
        if (slice_eq(name, method)) {
            return 1;
        }
    }
    return 0;
}

static int has_field(const condition_t *condition,
                     const condition_input_t *input)
{
    size_t i;

    for (i = 0; i < input->field_count; i++) {
        const h1_field_t *field = &input->fields[i];

        if (slice_eq_nocase(field->name, condition->name)
            && value_listed(condition, field->value, 0)) {
            return 1;
        }
    }
    return 0;
}

static int has_cookie(const condition_t *condition,
                      const condition_input_t *input)
{
    size_t i;

    for (i = 0; i < input->field_count; i++) {
        slice_t rest = input->fields[i].value, name, value;

        if (!slice_eq_nocase(input->fields[i].name, SLICE_LIT("Cookie"))) {
            continue;
        }
        while (cookie_next(&rest, &name, &value)) {
            if (text_matches(name, condition->name, 0)
                && value_listed(condition, value, 0)) {
                return 1;
            }
        }
    }
    return 0;
}

static int has_argument(const condition_t *condition, slice_t query)
{
    slice_t argument, name;

    if (query.len && query.p[0] == '?') {
        query.p++;
        query.len--;
    }
    while (next_part(&query, '&', &argument)) {
        slice_t value = argument;

        if (argument.len && next_part(&value, '=', &name)
            && text_matches(name, condition->name, 1)
            && value_listed(condition, value, 1)) {
            return 1;
        }
    }
    return 0;
}

static int is_met(const condition_t *condition, const condition_input_t *input)
{
    switch (condition->kind) {
    case CONDITION_METHOD:
        return method_listed(condition, input->method);
    case CONDITION_HEADER:
        return has_field(condition, input);
    case CONDITION_COOKIE:
        return has_cookie(condition, input);
    case CONDITION_QUERY:
        return has_argument(condition, input->query);
    }
    return 0;
}

int condition_holds(const condition_t *condition,
                    const condition_input_t *input)
{
    return is_met(condition, input) != condition->negated;
}

int condition_all_hold(const condition_t *conditions, size_t count,
                       const condition_input_t *input)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!condition_holds(&conditions[i], input)) {
            return 0;
        }
    }
    return 1;
}
