/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* structured.c: the members of a dictionary.  Layer L0.  RFC 8941 sections
 * 3.1 to 3.3 and 4.2.  Each read_ function takes its thing off the front of
 * *s and returns 1, or 0 for what the RFC calls "fail parsing". */
#include "structured.h"
#include "http1/h1_chars.h"

#define INTEGER_DIGITS 15
#define DECIMAL_DIGITS 12 /* before the point */
#define FRACTION_DIGITS 3

static int next_is(const slice_t *s, char c)
{
    return s->len && s->p[0] == c;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static int is_alpha(char c)
{
    return is_lower((char)slice_lower((unsigned char)c));
}

static void step_over(slice_t *s, size_t len)
{
    s->p += len;
    s->len -= len;
}

static void skip_spaces(slice_t *s)
{
    while (next_is(s, ' ')) {
        step_over(s, 1);
    }
}

static void skip_ows(slice_t *s)
{
    while (next_is(s, ' ') || next_is(s, '\t')) {
        step_over(s, 1);
    }
}

static slice_t take_bytes(slice_t *s, size_t len)
{
    slice_t taken = slice_make(s->p, len);

    step_over(s, len);
    return taken;
}

static int read_key(slice_t *s, slice_t *key)
{
    size_t len = 0;

    if (!s->len || !(is_lower(s->p[0]) || s->p[0] == '*')) {
        return 0;
    }
    while (len < s->len
           && (is_lower(s->p[len]) || is_digit(s->p[len])
               || memchr("_-.*", s->p[len], 4))) {
        len++;
    }
    *key = take_bytes(s, len);
    return 1;
}

static size_t count_digits(const slice_t *s)
{
    size_t count = 0;

    while (count < s->len && is_digit(s->p[count])) {
        count++;
    }
    return count;
}

static int read_number(slice_t *s, structured_t *value)
{
    int negative = next_is(s, '-');
    size_t digits, fraction, i;

    step_over(s, (size_t)negative);
    digits = count_digits(s);
    if (digits == 0 || digits > INTEGER_DIGITS) {
        return 0;
    }
    value->kind = STRUCTURED_INTEGER;
    value->number = 0;
    for (i = 0; i < digits; i++) {
        value->number = value->number * 10 + (s->p[i] - '0');
    }
    value->number = negative ? -value->number : value->number;
    step_over(s, digits);
    if (next_is(s, '.')) {
        value->kind = STRUCTURED_DECIMAL;
        step_over(s, 1);
        fraction = count_digits(s);
        step_over(s, fraction);
        return digits <= DECIMAL_DIGITS && fraction >= 1
               && fraction <= FRACTION_DIGITS;
    }
    return 1;
}

static int read_string(slice_t *s, structured_t *value)
{
    size_t i;

    for (i = 1; i < s->len && s->p[i] != '"'; i++) {
        if (s->p[i] == '\\') {
            i++;
            if (i == s->len || (s->p[i] != '"' && s->p[i] != '\\')) {
                return 0;
            }
        }
        else if (s->p[i] < ' ' || s->p[i] > '~') {
            return 0;
        }
    }
    if (i >= s->len) {
        return 0;
    }
    value->kind = STRUCTURED_STRING;
    value->text = slice_make(s->p + 1, i - 1);
    step_over(s, i + 1);
    return 1;
}

static void read_token(slice_t *s, structured_t *value)
{
    size_t len = 1;

    while (len < s->len
           && (h1_char_is(s->p[len], H1_CHAR_TOKEN) || s->p[len] == ':'
               || s->p[len] == '/')) {
        len++;
    }
    value->kind = STRUCTURED_TOKEN;
    value->text = take_bytes(s, len);
}

static int read_bytes(slice_t *s, structured_t *value)
{
    size_t i = 1;

    while (i < s->len
           && (is_alpha(s->p[i]) || is_digit(s->p[i])
               || memchr("+/=", s->p[i], 3))) {
        i++;
    }
    if (i == s->len || s->p[i] != ':') {
        return 0;
    }
    value->kind = STRUCTURED_BYTES;
    value->text = slice_make(s->p + 1, i - 1);
    step_over(s, i + 1);
    return 1;
}

static int read_boolean(slice_t *s, structured_t *value)
{
    if (s->len < 2 || (s->p[1] != '0' && s->p[1] != '1')) {
        return 0;
    }
    value->kind = STRUCTURED_BOOLEAN;
    value->number = s->p[1] - '0';
    step_over(s, 2);
    return 1;
}

static int read_bare_item(slice_t *s, structured_t *value)
{
    char first = s->len ? s->p[0] : '\0';

    if (first == '-' || is_digit(first)) {
        return read_number(s, value);
    }
    if (first == '"') {
        return read_string(s, value);
    }
    if (first == ':') {
        return read_bytes(s, value);
    }
    if (first == '?') {
        return read_boolean(s, value);
    }
    if (first == '*' || is_alpha(first)) {
        read_token(s, value);
        return 1;
    }
    return 0;
}

static int read_parameters(slice_t *s)
{
    structured_t ignored;

    while (next_is(s, ';')) {
        step_over(s, 1);
        skip_spaces(s);
        if (!read_key(s, &ignored.key)) {
            return 0;
        }
        if (next_is(s, '=')) {
            step_over(s, 1);
            if (!read_bare_item(s, &ignored)) {
                return 0;
            }
        }
    }
    return 1;
}

static int read_inner_list(slice_t *s, structured_t *value)
{
    structured_t ignored;

    step_over(s, 1);
    for (;;) {
        skip_spaces(s);
        if (next_is(s, ')')) {
            step_over(s, 1);
            value->kind = STRUCTURED_INNER_LIST;
            return 1;
        }
        if (!read_bare_item(s, &ignored) || !read_parameters(s)
            || !(next_is(s, ' ') || next_is(s, ')'))) {
            return 0;
        }
    }
}

static int read_member(slice_t *s, structured_t *member)
{
    if (!read_key(s, &member->key)) {
        return 0;
    }
    member->kind = STRUCTURED_BOOLEAN;
    member->number = 1;
    if (next_is(s, '=')) {
        step_over(s, 1);
        if (next_is(s, '(') ? !read_inner_list(s, member)
                            : !read_bare_item(s, member)) {
            return 0;
        }
    }
    return read_parameters(s);
}

int structured_next(slice_t *rest, structured_t *member)
{
    skip_spaces(rest);
    if (!rest->len) {
        return 0;
    }
    if (!read_member(rest, member)) {
        return -1;
    }
    skip_ows(rest);
    if (rest->len) {
        if (!next_is(rest, ',')) {
            return -1;
        }
        step_over(rest, 1);
        skip_ows(rest);
        if (!rest->len) {
            return -1; /* a comma at the end */
        }
    }
    return 1;
}
