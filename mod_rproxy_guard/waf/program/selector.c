/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* selector.c: see selector.h.  Layer L0. */
#include "selector.h"

/* Bytes that stand for themselves in an expression. */
static int is_literal(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

/* What may make the byte before it none, or begins what may stand between them:
 * a comment, "\E". */
static int is_optional(char byte)
{
    return byte == '*' || byte == '?' || byte == '{' || byte == '('
           || byte == '\\';
}

selector_t selector_of(slice_t expression)
{
    selector_t made = { .is_at_begin = 0 };
    size_t at = 0, from;

    if (!expression.len || memchr(expression.p, '|', expression.len)) {
        return made;
    }
    made.is_at_begin = expression.p[0] == '^';
    from = at = (size_t)made.is_at_begin;
    while (at < expression.len && is_literal(expression.p[at])) {
        at++;
    }
    if (at > from && at < expression.len && is_optional(expression.p[at])) {
        at--;
    }
    made.text = slice_make(expression.p + from, at - from);
    made.is_all = made.text.len && at == expression.len;
    return made;
}

/* Letters of either case as one; what it makes one of else is told apart by who
 * looks closer. */
static int coarse(char byte)
{
    return byte | 0x20;
}

int selector_may(const selector_t *selector, slice_t name)
{
    slice_t text = selector->text;
    const char *p, *last;
    int first;

    if (!text.len) {
        return 1;
    }
    if (name.len < text.len) {
        return 0;
    }
    last = selector->is_at_begin ? name.p : name.p + (name.len - text.len);
    first = coarse(text.p[0]);
    for (p = name.p; p <= last; p++) {
        if (coarse(*p) == first
            && slice_eq_nocase(slice_make(p, text.len), text)) {
            return 1;
        }
    }
    return 0;
}
