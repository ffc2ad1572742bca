/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_claim.c: see client_claim.h.  Layer L0. */
#include "client_claim.h"

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static slice_t trimmed(slice_t text)
{
    while (text.len && is_blank(text.p[0])) {
        text = slice_make(text.p + 1, text.len - 1);
    }
    while (text.len && is_blank(text.p[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* ":80", or nothing */
static int is_port(slice_t text)
{
    size_t i;

    if (!text.len) {
        return 1;
    }
    for (i = 1; i < text.len && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
    }
    return text.p[0] == ':' && i == text.len && i > 1 && i <= 6;
}

static slice_t from(slice_t text, size_t at)
{
    return slice_make(text.p + at, text.len - at);
}

/* @return 0: it is no address */
static int read_hop(slice_t hop, address_t *address)
{
    const char *end, *colon;
    size_t len;

    if (hop.len && hop.p[0] == '[') {
        end = memchr(hop.p, ']', hop.len);
        len = end ? (size_t)(end - hop.p) : 0;
        return len && memchr(hop.p, ':', len)
               && address_parse(address, slice_make(hop.p + 1, len - 1))
               && is_port(from(hop, len + 1));
    }
    colon = hop.len ? memchr(hop.p, ':', hop.len) : NULL;
    len = colon ? (size_t)(colon - hop.p) : 0;
    if (colon && !memchr(colon + 1, ':', hop.len - len - 1)) {
        return address_parse(address, slice_make(hop.p, len))
               && is_port(from(hop, len));
    }
    return address_parse(address, hop);
}

/* Takes what stands behind the last comma. */
static slice_t take_last(slice_t *text)
{
    size_t at = text->len;
    slice_t last;

    while (at && text->p[at - 1] != ',') {
        at--;
    }
    last = trimmed(from(*text, at));
    text->len = at ? at - 1 : 0;
    return last;
}

client_claim_e client_claim_find(slice_t text, client_claim_trust_fn *trusted,
                                 void *ctx, address_t *client)
{
    int hops;

    if (!trimmed(text).len) {
        return CLIENT_CLAIM_NONE;
    }
    for (hops = 0; hops < CLIENT_CLAIM_HOPS_MAX; hops++) {
        int is_first = !memchr(text.p, ',', text.len);

        if (!read_hop(take_last(&text), client)) {
            return CLIENT_CLAIM_BROKEN;
        }
        if (is_first || !trusted(ctx, *client)) {
            return CLIENT_CLAIM_FOUND;
        }
    }
    return CLIENT_CLAIM_BROKEN;
}
