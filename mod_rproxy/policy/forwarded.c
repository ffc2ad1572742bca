/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forwarded.c: values of X-Forwarded-For, Forwarded and Via.  Layer L0.
 * RFC 7239 sections 4 to 6, RFC 9110 section 7.6.3. */
#include "forwarded.h"
#include "../http1/h1_fields.h"

void forwarded_list_begin(text_t *out, slice_t sent)
{
    if (sent.len) {
        text_put(out, sent);
        text_put(out, SLICE_LIT(", "));
    }
}

static int is_address(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        unsigned char c = slice_lower((unsigned char)s.p[i]);

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '.'
              || c == ':')) {
            return 0;
        }
    }
    return s.len > 0;
}

/* RFC 7239 section 6: node names with a colon must be quoted. */
static void put_node(text_t *out, slice_t client)
{
    const char *zone = client.len ? memchr(client.p, '%', client.len) : NULL;

    if (zone) {
        client.len = (size_t)(zone - client.p);
    }
    if (!is_address(client)) {
        text_put(out, SLICE_LIT("unknown"));
    }
    else if (memchr(client.p, ':', client.len)) {
        text_put(out, SLICE_LIT("\"["));
        text_put(out, client);
        text_put(out, SLICE_LIT("]\""));
    }
    else {
        text_put(out, client);
    }
}

/* A token as it is, anything else as a quoted string. */
static void put_value(text_t *out, slice_t value)
{
    size_t i;

    if (h1_is_token(value)) {
        text_put(out, value);
        return;
    }
    text_put_char(out, '"');
    for (i = 0; i < value.len; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\') {
            text_put_char(out, '\\');
        }
        text_put_char(out, value.p[i]);
    }
    text_put_char(out, '"');
}

void forwarded_element(text_t *out, slice_t client, slice_t host, slice_t proto)
{
    text_put(out, SLICE_LIT("for="));
    put_node(out, client);
    if (host.len) {
        text_put(out, SLICE_LIT(";host="));
        put_value(out, host);
    }
    if (proto.len) {
        text_put(out, SLICE_LIT(";proto="));
        put_value(out, proto);
    }
}

static void put_digit(text_t *out, int number)
{
    text_put_char(out, (char)('0' + number % 10));
}

void forwarded_via(text_t *out, int major, int minor, slice_t pseudonym)
{
    put_digit(out, major);
    if (major < 2) {
        text_put_char(out, '.');
        put_digit(out, minor);
    }
    text_put_char(out, ' ');
    text_put(out, pseudonym);
}
