/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_status.c: the Cache-Status field.  Layer L0.  RFC 9211 section 2, RFC
 * 8941 section 4.1.  Each part has a room of its own, so that a long key
 * leaves the rest whole. */
#include "cache_status.h"
#include "http1/h1_fields.h"

#define NAME_ROOM 64 /* bytes as written, quotes not counted */
#define FWD_ROOM 24
#define KEY_ROOM 256
#define DETAIL_ROOM 64
#define INTEGER_MAX 999999999999999LL

/* names and quotes of all parameters, two integers, what can be long */
_Static_assert(2 + 6 + 13 + 16 + 6 + 16 + 8 + 11 + 8 + 11 + NAME_ROOM + FWD_ROOM
                       + KEY_ROOM + DETAIL_ROOM
                   < CACHE_STATUS_ROOM,
               "a member fits");

static char *put(char *out, const char *text)
{
    size_t len = strlen(text);

    memcpy(out, text, len);
    return out + len;
}

static int is_alpha_or_star(char c)
{
    unsigned char lower = slice_lower((unsigned char)c);

    return c == '*' || (lower >= 'a' && lower <= 'z');
}

static int is_short_token(slice_t s, size_t room)
{
    return s.len <= room && h1_is_token(s) && is_alpha_or_star(s.p[0]);
}

/* An escaped byte is never cut in two. */
static char *put_string(char *out, slice_t s, size_t room)
{
    size_t i, used = 0;

    *out++ = '"';
    for (i = 0; i < s.len; i++) {
        int escaped = s.p[i] == '"' || s.p[i] == '\\';

        used += 1 + (size_t)escaped;
        if (used > room) {
            break;
        }
        if (escaped) {
            *out++ = '\\';
        }
        *out++ = s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?';
    }
    *out++ = '"';
    return out;
}

static char *put_token_or_string(char *out, slice_t s, size_t room)
{
    if (!is_short_token(s, room)) {
        return put_string(out, s, room);
    }
    memcpy(out, s.p, s.len);
    return out + s.len;
}

static char *put_integer(char *out, int64_t number)
{
    char digits[16];
    size_t count = 0;

    number = number > INTEGER_MAX ? INTEGER_MAX : number;
    number = number < -INTEGER_MAX ? -INTEGER_MAX : number;
    if (number < 0) {
        *out++ = '-';
        number = -number;
    }
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count) {
        *out++ = digits[--count];
    }
    return out;
}

/* What is said only of a request that went on to the origin. */
static char *put_forwarded(char *out, const cache_status_t *s)
{
    slice_t fwd = slice_str(s->fwd);

    if (!is_short_token(fwd, FWD_ROOM)) {
        return out;
    }
    out = put(put(out, "; fwd="), s->fwd);
    if (s->fwd_status) {
        out = put_integer(put(out, "; fwd-status="), s->fwd_status);
    }
    if (s->stored) {
        out = put(out, "; stored");
    }
    return s->collapsed ? put(out, "; collapsed") : out;
}

size_t cache_status_write(char *out, const cache_status_t *s)
{
    char *at = put_token_or_string(out, slice_str(s->cache), NAME_ROOM);

    at = s->hit ? put(at, "; hit") : put_forwarded(at, s);
    if (s->has_ttl) {
        at = put_integer(put(at, "; ttl="), s->ttl);
    }
    if (s->key.p) {
        at = put_string(put(at, "; key="), s->key, KEY_ROOM);
    }
    if (s->detail.p) {
        at = put_token_or_string(put(at, "; detail="), s->detail, DETAIL_ROOM);
    }
    *at = '\0';
    return (size_t)(at - out);
}
