/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress_text.c: pieces of addresses, forms and tag lists.  Layer L0. */
#include "wordpress_text.h"

#define ID_DIGITS 18

const char *const wordpress_post_parameters[] = { "p", "page_id",
                                                  "attachment_id", NULL };

slice_t wordpress_after(slice_t text, const char *part)
{
    slice_t s = slice_str(part);
    size_t i;

    for (i = 0; s.len <= text.len && i <= text.len - s.len; i++) {
        if (slice_eq(slice_make(text.p + i, s.len), s)) {
            return slice_make(text.p + i + s.len, text.len - i - s.len);
        }
    }
    return slice_make(NULL, 0);
}

int wordpress_has(slice_t text, const char *part)
{
    return wordpress_after(text, part).p != NULL;
}

slice_t wordpress_until(slice_t text, const char *bytes)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        if (memchr(bytes, text.p[i], strlen(bytes))) {
            break;
        }
    }
    return slice_make(text.p, i);
}

int wordpress_ends(slice_t text, const char *end)
{
    slice_t s = slice_str(end);

    return text.len >= s.len
           && slice_eq(slice_make(text.p + text.len - s.len, s.len), s);
}

int wordpress_is_one_of(slice_t text, const char *const *names)
{
    for (; *names; names++) {
        slice_t name = slice_str(*names);

        if (name.p[name.len - 1] == '*') {
            name.len--;
            if (text.len >= name.len
                && slice_eq(slice_make(text.p, name.len), name)) {
                return 1;
            }
        }
        else if (slice_eq(text, name)) {
            return 1;
        }
    }
    return 0;
}

uint64_t wordpress_number(slice_t text)
{
    uint64_t number = 0;
    size_t i;

    for (i = 0; i < text.len && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
        if (i == ID_DIGITS) {
            return 0;
        }
        number = number * 10 + (uint64_t)(text.p[i] - '0');
    }
    return number;
}

slice_t wordpress_parameter(slice_t form, const char *name)
{
    slice_t wanted = slice_str(name);

    while (form.len) {
        slice_t pair = wordpress_until(form, "&");
        size_t step = pair.len + (pair.len < form.len);

        if (pair.len > wanted.len && pair.p[wanted.len] == '='
            && slice_eq(slice_make(pair.p, wanted.len), wanted)) {
            return slice_make(pair.p + wanted.len + 1,
                              pair.len - wanted.len - 1);
        }
        form.p += step;
        form.len -= step;
    }
    return slice_make(NULL, 0);
}

uint64_t wordpress_id(slice_t form, const char *const *names)
{
    uint64_t id = 0;

    for (; *names && !id; names++) {
        id = wordpress_number(wordpress_parameter(form, *names));
    }
    return id;
}

slice_t wordpress_route(slice_t path, slice_t query)
{
    slice_t route = wordpress_after(path, "/wp-json");

    if (route.p && (!route.len || route.p[0] == '/')) {
        return route;
    }
    return wordpress_parameter(query, "rest_route");
}

/* Bytes of the slash at the beginning, or 0. */
static size_t slash_len(slice_t s)
{
    if (s.len && s.p[0] == '/') {
        return 1;
    }
    return s.len >= 3 && slice_eq_nocase(slice_make(s.p, 3), SLICE_LIT("%2F"))
               ? 3
               : 0;
}

int wordpress_segment_next(slice_t *route, slice_t *segment)
{
    size_t len = 0, slash;

    *segment = slice_make(NULL, 0);
    if (!route->len) {
        return 0; /* it may have no bytes to point to */
    }
    while ((slash = slash_len(*route)) > 0) {
        route->p += slash;
        route->len -= slash;
    }
    while (len < route->len
           && !slash_len(slice_make(route->p + len, route->len - len))) {
        len++;
    }
    *segment = slice_make(route->p, len);
    route->p += len;
    route->len -= len;
    return len > 0;
}

void wordpress_tag_add(wordpress_tags_t *tags, const char *tag)
{
    size_t len = strlen(tag);
    int i;

    for (i = 0; i < tags->count; i++) {
        if (strcmp(tags->tag[i], tag) == 0) {
            return;
        }
    }
    if (tags->count < WORDPRESS_MAX_TAGS && len < WORDPRESS_TAG_ROOM) {
        memcpy(tags->tag[tags->count++], tag, len + 1);
    }
}

void wordpress_tag_add_post(wordpress_tags_t *tags, uint64_t id)
{
    char text[WORDPRESS_TAG_ROOM] = "wp-post-";
    char digits[ID_DIGITS + 2];
    size_t len = strlen(text), count = 0;

    do {
        digits[count++] = (char)('0' + id % 10);
        id /= 10;
    } while (id && count < sizeof(digits));
    while (count) {
        text[len++] = digits[--count];
    }
    text[len] = 0;
    wordpress_tag_add(tags, text);
}
