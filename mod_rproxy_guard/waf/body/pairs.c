/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pairs.c: see pairs.h.  Layer L0. */
#include "pairs.h"

#include "waf/transform/char_kind.h"

static slice_t cut(slice_t *rest, char at)
{
    const char *mark = rest->len ? memchr(rest->p, at, rest->len) : NULL;
    slice_t before = *rest;

    if (!mark) {
        *rest = SLICE_LIT("");
        return before;
    }
    before.len = (size_t)(mark - rest->p);
    *rest = slice_make(mark + 1, rest->len - before.len - 1);
    return before;
}

static slice_t decode(slice_t in, char **room, size_t *wrong)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    char *to = *room;
    slice_t out;

    while (p < end) {
        if (*p == '%' && char_are_hex(p + 1, end, 2)) {
            *to++ = (char)char_hex_pair(p + 1);
            p += 3;
        }
        else {
            *wrong += *p == '%';
            *to++ = *p == '+' ? ' ' : (char)*p;
            p++;
        }
    }
    out = slice_make(*room, (size_t)(to - *room));
    *room = to;
    return out;
}

/* "a&&b" has an empty one in its middle, "a&" has none behind it. */
size_t pairs_form(slice_t text, char separator, char *room, pair_fn *pair,
                  void *ctx)
{
    size_t wrong = 0;

    while (text.len) {
        slice_t value = cut(&text, separator), name = cut(&value, '=');

        name = decode(name, &room, &wrong);
        value = decode(value, &room, &wrong);
        if (!pair(ctx, name, value)) {
            break;
        }
    }
    return wrong;
}

/* Fields that were joined have ", " between them. */
static char cookie_separator(slice_t text)
{
    const char *comma = text.len ? memchr(text.p, ',', text.len) : NULL;

    return comma && comma + 1 < text.p + text.len && comma[1] == ' '
                   && !memchr(text.p, ';', text.len)
               ? ','
               : ';';
}

void pairs_cookies(slice_t text, pair_fn *pair, void *ctx)
{
    char separator = cookie_separator(text);

    while (text.len) {
        slice_t value = cut(&text, separator), name;

        while (value.len && char_is_space((unsigned char)*value.p)) {
            value.p++;
            value.len--;
        }
        name = cut(&value, '=');
        if (name.len && !pair(ctx, name, value)) {
            return;
        }
    }
}
