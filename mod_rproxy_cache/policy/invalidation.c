/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* invalidation.c: what an unsafe request makes invalid.  Layer L0.
 * RFC 9111 section 4.4, RFC 3986 sections 4.2, 5.2 and 5.3. */
#include "invalidation.h"
#include "facts.h"
#include "key_text.h"

int invalidation_due(slice_t method, int status)
{
    method_kind_e kind = method_kind(method);

    return (kind == METHOD_IS_POST || kind == METHOD_IS_UNSAFE) && status >= 200
           && status < 400;
}

static slice_t skip_bytes(slice_t s, size_t count)
{
    return slice_make(s.p + count, s.len - count);
}

/* Bytes before the first one of stops, or all. */
static size_t span_until(slice_t s, const char *stops)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        if (s.p[i] && strchr(stops, s.p[i])) {
            break;
        }
    }
    return i;
}

static int has_bad_byte(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c <= 0x20 || c == 0x7f) {
            return 1;
        }
    }
    return 0;
}

/* Cuts "scheme:" off.  A colon behind the first slash belongs to the path.
 * @return 0 when there is a scheme and it is not the request's, or when no
 *         authority follows: there is no http URI without */
static int cut_scheme(slice_t *reference, slice_t scheme)
{
    size_t len = span_until(*reference, ":/?#");

    if (len == reference->len || reference->p[len] != ':') {
        return 1;
    }
    if (!slice_eq_nocase(slice_make(reference->p, len), scheme)) {
        return 0;
    }
    *reference = skip_bytes(*reference, len + 1);
    return reference->len >= 2 && reference->p[0] == '/'
           && reference->p[1] == '/';
}

/* ":8080", ":" and nothing.  @return 0: not a port */
static int read_port(slice_t text, unsigned fallback, unsigned *port)
{
    int64_t value;

    *port = fallback;
    if (text.len <= 1) {
        return text.len == 0 || text.p[0] == ':';
    }
    if (text.p[0] != ':' || h1_parse_length(skip_bytes(text, 1), &value) != 0
        || value > 65535) {
        return 0;
    }
    *port = (unsigned)value;
    return 1;
}

/* One trailing dot, and brackets around an address, make no other host. */
static slice_t bare_host(slice_t host)
{
    if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']'
        && memchr(host.p, ':', host.len)) {
        return slice_make(host.p + 1, host.len - 2);
    }
    if (host.len > 1 && host.p[host.len - 1] == '.') {
        host.len--;
    }
    return host;
}

/* User information would be a part of the host, and no host has an "@". */
static int is_own_authority(slice_t authority, const key_uri_t *request)
{
    unsigned fallback = cache_key_default_port(request->scheme), port;
    size_t len;

    if (authority.len && authority.p[0] == '[') {
        len = span_until(authority, "]");
        len += len < authority.len;
    }
    else {
        len = span_until(authority, ":");
    }
    return read_port(skip_bytes(authority, len), fallback, &port)
           && port == (request->port ? request->port : fallback) && len > 0
           && slice_eq_nocase(bare_host(slice_make(authority.p, len)),
                              bare_host(request->host));
}

/* Cuts "//authority" off.  @return 0: it is somebody else's */
static int cut_authority(slice_t *reference, const key_uri_t *request,
                         int *had_one)
{
    size_t len;

    *had_one =
        reference->len >= 2 && reference->p[0] == '/' && reference->p[1] == '/';
    if (!*had_one) {
        return 1;
    }
    *reference = skip_bytes(*reference, 2);
    len = span_until(*reference, "/?");
    if (len == 0 || !is_own_authority(slice_make(reference->p, len), request)) {
        return 0;
    }
    *reference = skip_bytes(*reference, len);
    return 1;
}

/* RFC 3986 section 5.2.4, in place; path begins with "/".
 * @return its new length */
static size_t remove_dot_segments(char *path, size_t len)
{
    size_t at = 0, out = 0;

    while (at < len) {
        slice_t rest = slice_make(path + at + 1, len - at - 1);
        slice_t segment = slice_make(rest.p, span_until(rest, "/"));
        int up = slice_eq(segment, SLICE_LIT(".."));

        if (up) {
            while (out > 0 && path[--out] != '/') {
                continue;
            }
        }
        if (!up && !slice_eq(segment, SLICE_LIT("."))) {
            memmove(path + out, path + at, segment.len + 1);
            out += segment.len + 1;
        }
        else if (at + 1 + segment.len == len) {
            path[out++] = '/'; /* a dot segment at the end leaves its slash */
        }
        at += segment.len + 1;
    }
    return out;
}

/* Section 5.2.3: in the place of what follows the base's last slash. */
static slice_t base_folder(slice_t path)
{
    while (path.len && path.p[path.len - 1] != '/') {
        path.len--;
    }
    return path.len ? path : SLICE_LIT("/");
}

/* @param path not empty  @return 0: no room */
static int resolve_path(slice_t path, const key_uri_t *request, char *buf,
                        size_t cap, slice_t *result)
{
    key_text_t text = key_text_open(buf, cap, 0);

    if (path.p[0] != '/') {
        key_text_put(&text, base_folder(request->path));
    }
    key_text_put(&text, path);
    if (text.failed || text.out[0] != '/') {
        return 0;
    }
    *result = slice_make(buf, remove_dot_segments(buf, text.len));
    return 1;
}

int invalidation_target(slice_t reference, const key_uri_t *request, char *buf,
                        size_t cap, key_uri_t *target)
{
    int has_authority;
    size_t path_len;
    slice_t path;

    reference = slice_trim(reference);
    reference.len = span_until(reference, "#");
    if (has_bad_byte(reference) || !cut_scheme(&reference, request->scheme)
        || !cut_authority(&reference, request, &has_authority)) {
        return 0;
    }
    path_len = span_until(reference, "?");
    path = slice_make(reference.p, path_len);
    *target = *request;
    if (path_len < reference.len) {
        target->query = skip_bytes(reference, path_len + 1);
    }
    else if (path_len || has_authority) {
        target->query = slice_make(NULL, 0);
    }
    if (path.len == 0 && has_authority) {
        path = SLICE_LIT("/");
    }
    return path.len == 0
           || resolve_path(path, request, buf, cap, &target->path);
}
