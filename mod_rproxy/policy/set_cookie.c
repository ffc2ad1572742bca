/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* set_cookie.c: maps the Domain and Path of Set-Cookie.  Layer L0.
 * RFC 6265 sections 5.1.3 (domain match), 5.1.4 (path match) and 5.2: a value
 * ends at the first ";", quotes or not. */
#include "set_cookie.h"

typedef struct {
    slice_t name; /* empty if there is no "=" */
    slice_t value;
} attribute_t;

/* Cuts the part before the next ";" off *rest. */
static slice_t next_part(slice_t *rest)
{
    const char *semicolon = rest->len ? memchr(rest->p, ';', rest->len) : NULL;
    slice_t part = *rest;

    if (semicolon) {
        part.len = (size_t)(semicolon - rest->p);
        *rest = text_skip(*rest, part.len + 1);
    }
    else {
        *rest = text_skip(*rest, rest->len);
    }
    return slice_trim(part);
}

static attribute_t split_attribute(slice_t part)
{
    const char *equals = part.len ? memchr(part.p, '=', part.len) : NULL;
    attribute_t a = { slice_make(part.p, 0), slice_make(part.p, 0) };

    if (equals) {
        a.name = slice_trim(slice_make(part.p, (size_t)(equals - part.p)));
        a.value = slice_trim(text_skip(part, (size_t)(equals - part.p) + 1));
    }
    return a;
}

/* Is host the domain or a name below it?  RFC 6265 section 5.1.3. */
static int domain_matches(slice_t host, slice_t domain)
{
    slice_t tail;

    if (host.len == domain.len) {
        return host.len && slice_eq_nocase(host, domain);
    }
    if (host.len < domain.len + 1 || domain.len == 0) {
        return 0;
    }
    tail = text_skip(host, host.len - domain.len);
    return slice_eq_nocase(tail, domain)
           && host.p[host.len - domain.len - 1] == '.';
}

static int is_origin_domain(const location_map_t *map, slice_t domain)
{
    if (domain.len && domain.p[0] == '.') {
        domain = text_skip(domain, 1);
    }
    return !domain_matches(location_host(map->public_authority), domain)
           && (domain_matches(location_host(map->origin_authority[0]), domain)
               || domain_matches(location_host(map->origin_authority[1]),
                                 domain));
}

/* @return 1 if something else than the part was written */
static int put_path(const location_map_t *map, slice_t part, slice_t path,
                    text_t *out)
{
    slice_t head, rest;

    /* A prefix with a ";" cannot be said in a cookie. */
    if (path.len == 0 || path.p[0] != '/'
        || !location_map_path(map, path, &head, &rest)
        || (head.len && memchr(head.p, ';', head.len))) {
        text_put(out, SLICE_LIT("; "));
        text_put(out, part);
        return 0;
    }
    text_put(out, SLICE_LIT("; Path="));
    text_put(out, head);
    /* "/app", not "/app/": the latter does not match a request for "/app". */
    if (!(slice_eq(rest, SLICE_LIT("/")) && head.len)) {
        text_put(out, rest);
    }
    return 1;
}

/* @return 1 if something else than the part was written */
static int put_part(const location_map_t *map, slice_t part, int keep_path,
                    text_t *out)
{
    attribute_t a = split_attribute(part);

    if (slice_eq_nocase(a.name, SLICE_LIT("domain"))
        && is_origin_domain(map, a.value)) {
        return 1;
    }
    if (slice_eq_nocase(a.name, SLICE_LIT("path")) && !keep_path) {
        return put_path(map, part, a.value, out);
    }
    text_put(out, SLICE_LIT("; "));
    text_put(out, part);
    return 0;
}

static int is_host_cookie(slice_t pair)
{
    slice_t prefix = SLICE_LIT("__Host-");

    return pair.len >= prefix.len
           && slice_eq_nocase(slice_make(pair.p, prefix.len), prefix);
}

location_verdict_e set_cookie_map(const location_map_t *map, slice_t cookie,
                                  text_t *out)
{
    slice_t rest = cookie;
    slice_t pair = next_part(&rest);
    int keep_path = is_host_cookie(pair);
    size_t begin = out->len;
    int changed = 0;

    text_put(out, pair);
    while (rest.len) {
        slice_t part = next_part(&rest);

        if (part.len) {
            changed |= put_part(map, part, keep_path, out);
        }
    }
    if (!changed) {
        out->len = begin;
        out->overflow = 0;
        return LOCATION_KEEP;
    }
    return out->overflow ? LOCATION_NO_ROOM : LOCATION_MAPPED;
}
