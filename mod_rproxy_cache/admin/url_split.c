/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* url_split.c: see url_split.h.  Layer L0. */
#include "url_split.h"

static int starts_with(slice_t text, slice_t prefix)
{
    return text.len >= prefix.len
           && slice_eq_nocase(slice_make(text.p, prefix.len), prefix);
}

static slice_t behind(slice_t text, size_t n)
{
    return slice_make(text.p + n, text.len - n);
}

/* Length up to the first of chars. */
static size_t until(slice_t text, const char *chars)
{
    size_t n = 0;

    while (n < text.len && !(text.p[n] && strchr(chars, text.p[n]))) {
        n++;
    }
    return n;
}

static const char *read_port(slice_t digits, unsigned *port)
{
    size_t i;

    *port = 0;
    for (i = 0; i < digits.len; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9' || *port > 6553) {
            *port = 0;
            break;
        }
        *port = *port * 10 + (unsigned)(digits.p[i] - '0');
    }
    return *port && *port <= 65535 ? NULL : "has a port that is not 1 to 65535";
}

/* Letters of other alphabets are written as "xn--": httpd sees nothing else. */
static const char *check_host(slice_t host, int in_brackets)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    static const char digits[] = "0123456789abcdef:.";
    size_t i;

    for (i = 0; i < host.len; i++) {
        unsigned char c = slice_lower((unsigned char)host.p[i]);

        if (!c || !strchr(in_brackets ? digits : letters, c)) {
            return "has a host with characters that no host has";
        }
    }
    return host.len ? NULL : "has no host";
}

const char *url_split_host(slice_t text, slice_t *host, unsigned *port)
{
    int in_brackets = text.len && text.p[0] == '[';
    slice_t rest;
    size_t n;
    const char *fault;

    *port = 0;
    if (in_brackets) {
        n = until(text, "]");
        if (n == text.len) {
            return "has \"[\" without \"]\"";
        }
        *host = slice_make(text.p + 1, n - 1);
        rest = behind(text, n + 1);
    }
    else {
        n = until(text, ":");
        *host = slice_make(text.p, n);
        rest = behind(text, n);
        host->len -= n && text.p[n - 1] == '.';
    }
    fault = check_host(*host, in_brackets);
    if (fault || !rest.len) {
        return fault;
    }
    return rest.p[0] == ':' ? read_port(behind(rest, 1), port)
                            : "has something behind the address";
}

static const char *check_bytes(slice_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c <= ' ' || c == 127 || c == '#') {
            return "has a space, \"#\" or a control character in it: write "
                   "it percent-encoded, as browsers do";
        }
    }
    return NULL;
}

const char *url_check_path(slice_t path)
{
    return path.len && path.p[0] == '/' ? check_bytes(path)
                                        : "does not begin with \"/\"";
}

static slice_t scheme_of(slice_t url)
{
    return starts_with(url, SLICE_LIT("https://"))  ? slice_make(url.p, 5)
           : starts_with(url, SLICE_LIT("http://")) ? slice_make(url.p, 4)
                                                    : slice_make(NULL, 0);
}

const char *url_split(slice_t url, key_uri_t *out)
{
    slice_t rest;
    const char *fault;
    size_t n;

    out->scheme = scheme_of(url);
    if (!out->scheme.len) {
        return "does not begin with http:// or https://";
    }
    url.len = until(url, "#");
    rest = behind(url, out->scheme.len + 3);
    n = until(rest, "/?");
    if (until(rest, "@") < n) {
        return "has a user in it";
    }
    fault = url_split_host(slice_make(rest.p, n), &out->host, &out->port);
    rest = behind(rest, n);
    n = until(rest, "?");
    out->path = n ? slice_make(rest.p, n) : SLICE_LIT("/");
    out->query = n < rest.len ? behind(rest, n + 1) : slice_make(NULL, 0);
    return fault ? fault : check_bytes(rest);
}
