/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_key.c: writes primary keys and finds their parts again.  Layer L0.
 * RFC 9111 section 2, RFC 9110 section 4.2, RFC 3986 section 3. */
#include "cache_key.h"
#include "key_query.h"
#include "key_text.h"

static int has_byte(slice_t s, char c)
{
    return s.len && memchr(s.p, c, s.len) != NULL;
}

/* No control character at all: HTAB, which field values may have, is one. */
static int is_visible(slice_t s)
{
    return h1_is_field_value(s) && !has_byte(s, '\t');
}

/* Nothing that ends a host, or begins something else. */
static int is_host(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        switch (s.p[i]) {
        case ' ':
        case '/':
        case '?':
        case '#':
        case '[':
        case ']':
        case '@':
        case ':':
        case '\\':
            return 0;
        default:
            break;
        }
    }
    return s.len > 0 && s.p[s.len - 1] != '.' && is_visible(s);
}

static int is_scheme(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        unsigned char c = slice_lower((unsigned char)s.p[i]);
        int letter = c >= 'a' && c <= 'z';
        int other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';

        if (!letter && (!other || i == 0)) {
            return 0;
        }
    }
    return s.len > 0;
}

static int is_ipv6(slice_t s)
{
    size_t i, colons = 0;

    for (i = 0; i < s.len; i++) {
        unsigned char c = slice_lower((unsigned char)s.p[i]);

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && c != ':'
            && c != '.') {
            return 0;
        }
        colons += c == ':';
    }
    return colons >= 2;
}

/* With or without brackets it is one address. */
static int put_ipv6(key_text_t *text, slice_t host)
{
    if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']') {
        host = slice_make(host.p + 1, host.len - 2);
    }
    if (!is_ipv6(host)) {
        return 0;
    }
    key_text_put_char(text, '[');
    key_text_put_lower(text, host);
    key_text_put_char(text, ']');
    return 1;
}

static void put_host(key_text_t *text, slice_t host)
{
    if (put_ipv6(text, host)) {
        return;
    }
    if (host.len && host.p[host.len - 1] == '.') {
        host.len--;
    }
    if (!is_host(host)) {
        text->failed = 1;
    }
    key_text_put_lower(text, host);
}

static void put_port(key_text_t *text, unsigned port)
{
    char digits[5];
    size_t at = sizeof(digits);

    if (port > 65535) {
        text->failed = 1;
        return;
    }
    do {
        digits[--at] = (char)('0' + port % 10);
        port /= 10;
    } while (port);
    key_text_put_char(text, ':');
    key_text_put(text, slice_make(digits + at, sizeof(digits) - at));
}

unsigned cache_key_default_port(slice_t scheme)
{
    if (slice_eq_nocase(scheme, SLICE_LIT("https"))) {
        return 443;
    }
    return slice_eq_nocase(scheme, SLICE_LIT("http")) ? 80 : 0;
}

static void put_origin(key_text_t *text, const key_uri_t *uri,
                       const key_rules_t *rules)
{
    if (rules->keep_scheme) {
        if (!is_scheme(uri->scheme)) {
            text->failed = 1;
        }
        key_text_put_lower(text, uri->scheme);
        key_text_put_char(text, ':');
    }
    key_text_put(text, SLICE_LIT("//"));
    if (rules->keep_host) {
        put_host(text, uri->host);
        put_port(text,
                 uri->port ? uri->port : cache_key_default_port(uri->scheme));
    }
}

static void put_path(key_text_t *text, slice_t path)
{
    if (path.len == 0) {
        path = SLICE_LIT("/"); /* RFC 9110 section 4.2.3 */
    }
    if (path.p[0] != '/' || !is_visible(path) || has_byte(path, '?')
        || has_byte(path, '#')) {
        text->failed = 1;
    }
    key_text_put(text, path);
}

int cache_key_write(char *out, size_t cap, const key_uri_t *uri,
                    const key_rules_t *rules)
{
    key_text_t text = key_text_open(out, cap, 0);

    put_origin(&text, uri, rules);
    put_path(&text, uri->path);
    if (uri->query.p && rules->query != QUERY_IGNORED) {
        if (!is_visible(uri->query) || has_byte(uri->query, '#')) {
            text.failed = 1;
        }
        key_query_put(&text, uri->query, rules);
    }
    return key_text_length(&text);
}

int cache_key_add(char *out, size_t cap, int len, slice_t name, slice_t value)
{
    key_text_t text;

    if (len < 0) {
        return -1;
    }
    text = key_text_open(out, cap, (size_t)len);
    key_text_put_char(&text, '\n');
    key_text_put_escaped(&text, name, 1);
    if (value.p) {
        key_text_put_char(&text, '=');
        key_text_put_escaped(&text, value, 0);
    }
    return key_text_length(&text);
}

static slice_t before(slice_t s, char c)
{
    const char *found = s.len ? memchr(s.p, c, s.len) : NULL;

    return found ? slice_make(s.p, (size_t)(found - s.p)) : s;
}

slice_t cache_key_url(slice_t key)
{
    return before(key, '\n');
}

/* What follows "//" in the URL.  A scheme has no slash, so the first slash
 * begins it. */
static slice_t behind_scheme(slice_t key)
{
    slice_t url = cache_key_url(key);
    size_t at = before(url, '/').len;

    if (url.len - at < 2 || url.p[at + 1] != '/') {
        return slice_make(url.p, 0);
    }
    return slice_make(url.p + at + 2, url.len - at - 2);
}

slice_t cache_key_host(slice_t key)
{
    return before(behind_scheme(key), '/');
}

slice_t cache_key_path(slice_t key)
{
    slice_t rest = behind_scheme(key);
    size_t skip = before(rest, '/').len;

    return before(slice_make(rest.p + skip, rest.len - skip), '?');
}
