/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_url.c: see redis_url.h.  Layer L0. */
#include "redis_url.h"

#define EXPECTED "redis://127.0.0.1:6379/0, redis://[::1] or unix:///path?db=0"

/* Takes begin from the front of text, if it is there. */
static int take_begin(slice_t *text, const char *begin)
{
    size_t len = strlen(begin);

    if (text->len < len || memcmp(text->p, begin, len) != 0) {
        return 0;
    }
    *text = slice_make(text->p + len, text->len - len);
    return 1;
}

/* Takes all in front of the first one of these letters. */
static slice_t take_until(slice_t *text, const char *letters)
{
    slice_t out = *text;
    size_t i = 0;

    while (i < text->len && !strchr(letters, text->p[i])) {
        i++;
    }
    out.len = i;
    *text = slice_make(text->p + i, text->len - i);
    return out;
}

/* All of text is a number to most. */
static int read_number(slice_t text, int most, int *out)
{
    size_t i;

    *out = 0;
    for (i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9'
            || (*out = *out * 10 + text.p[i] - '0') > most) {
            return 0;
        }
    }
    return text.len > 0;
}

static int is_visible(slice_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 127) {
            return 0;
        }
    }
    return text.len > 0;
}

static const char *parse_path(redis_url_t *out, slice_t text)
{
    if (text.len == 0 || *text.p != '/') {
        return EXPECTED;
    }
    out->path = take_until(&text, "?");
    if (text.len
        && (!take_begin(&text, "?db=")
            || !read_number(text, REDIS_DATABASE_MAX, &out->database))) {
        return EXPECTED;
    }
    return is_visible(out->path) ? NULL : EXPECTED;
}

static const char *parse_host(redis_url_t *out, slice_t text)
{
    if (memchr(text.p, '@', text.len)) {
        return "no user and password in it: those are user= and "
               "password-file=";
    }
    if (take_begin(&text, "[")) {
        out->host = take_until(&text, "]");
        if (!take_begin(&text, "]")) {
            return EXPECTED;
        }
    }
    else {
        out->host = take_until(&text, ":/");
    }
    if (take_begin(&text, ":")
        && (!read_number(take_until(&text, "/"), 65535, &out->port)
            || out->port == 0)) {
        return EXPECTED;
    }
    if (take_begin(&text, "/")) {
        if (text.len
            && !read_number(text, REDIS_DATABASE_MAX, &out->database)) {
            return EXPECTED;
        }
        text.len = 0;
    }
    return is_visible(out->host) && text.len == 0 ? NULL : EXPECTED;
}

const char *redis_url_parse(redis_url_t *out, slice_t text)
{
    *out = (redis_url_t){ .port = REDIS_PORT };
    if (take_begin(&text, "rediss://")) {
        return "redis://: connections to Redis are not encrypted here; a "
               "tunnel on the same machine does that";
    }
    if (take_begin(&text, "redis://")) {
        return parse_host(out, text);
    }
    return take_begin(&text, "unix://") || take_begin(&text, "unix:")
               ? parse_path(out, text)
               : EXPECTED;
}
