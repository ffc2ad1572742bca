/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* location.c: maps references of the origin to the public name.  Layer L0.
 * RFC 3986 sections 4.2 and 6.2.3.  Browsers take "\" for "/" in references:
 * so does whatever decides here where an authority ends or begins. */
#include "location.h"

typedef struct {
    slice_t scheme; /* empty: "//host/path" */
    slice_t authority;
    slice_t path; /* with query and fragment; may be empty */
} reference_t;

static int is_slash(char c)
{
    return c == '/' || c == '\\';
}

static int starts_with_two_slashes(slice_t s)
{
    return s.len >= 2 && is_slash(s.p[0]) && is_slash(s.p[1]);
}

slice_t location_host(slice_t authority)
{
    size_t i = authority.len;

    while (i > 0 && authority.p[i - 1] >= '0' && authority.p[i - 1] <= '9') {
        i--;
    }
    if (i > 0 && authority.p[i - 1] == ':') {
        authority.len = i - 1;
    }
    return authority;
}

/* Without the scheme's own port, or an empty one (RFC 3986 section 6.2.3). */
static slice_t without_default_port(slice_t authority, slice_t scheme)
{
    slice_t host = location_host(authority);
    slice_t port = text_skip(authority, host.len);
    int is_http = slice_eq_nocase(scheme, SLICE_LIT("http"));

    if (slice_eq(port, SLICE_LIT(":"))
        || slice_eq(port, is_http ? SLICE_LIT(":80") : SLICE_LIT(":443"))) {
        return host;
    }
    return authority;
}

static int same_authority(slice_t a, slice_t b, slice_t scheme)
{
    return a.len && b.len
           && slice_eq_nocase(without_default_port(a, scheme),
                              without_default_port(b, scheme));
}

/* Bytes before the first "/", "\", "?" or "#". */
static size_t authority_len(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        if (is_slash(s.p[i]) || s.p[i] == '?' || s.p[i] == '#') {
            break;
        }
    }
    return i;
}

/* "http://host/path", "https://host/path", "//host/path"
 * @return 0 for every other form */
static int split_reference(slice_t s, reference_t *ref)
{
    const char *colon = s.len ? memchr(s.p, ':', s.len) : NULL;

    ref->scheme = slice_make(s.p, 0);
    if (!starts_with_two_slashes(s)) {
        if (!colon) {
            return 0;
        }
        ref->scheme.len = (size_t)(colon - s.p);
        if (!slice_eq_nocase(ref->scheme, SLICE_LIT("http"))
            && !slice_eq_nocase(ref->scheme, SLICE_LIT("https"))) {
            return 0;
        }
        s = text_skip(s, ref->scheme.len + 1);
        if (!starts_with_two_slashes(s)) {
            return 0;
        }
    }
    s = text_skip(s, 2);
    ref->authority = slice_make(s.p, authority_len(s));
    ref->path = text_skip(s, ref->authority.len);
    return 1;
}

static int is_origin(const location_map_t *map, const reference_t *ref)
{
    slice_t scheme = ref->scheme.len ? ref->scheme : map->origin_scheme;

    return slice_eq_nocase(scheme, map->origin_scheme)
           && (same_authority(ref->authority, map->origin_authority[0], scheme)
               || same_authority(ref->authority, map->origin_authority[1],
                                 scheme));
}

static int is_public(const location_map_t *map, const reference_t *ref)
{
    slice_t scheme = ref->scheme.len ? ref->scheme : map->public_scheme;

    return slice_eq_nocase(scheme, map->public_scheme)
           && same_authority(ref->authority, map->public_authority, scheme);
}

/* Is path the prefix itself or something below it? */
static int is_below(slice_t path, slice_t prefix)
{
    char next;

    if (path.len < prefix.len
        || !slice_eq(slice_make(path.p, prefix.len), prefix)) {
        return 0;
    }
    next = path.len > prefix.len ? path.p[prefix.len] : '/';
    return next == '/' || next == '?' || next == '#';
}

int location_map_path(const location_map_t *map, slice_t path, slice_t *head,
                      slice_t *rest)
{
    if (!is_below(path, map->origin_prefix)
        || (map->public_prefix.len >= map->origin_prefix.len
            && is_below(path, map->public_prefix))) {
        return 0;
    }
    *head = map->public_prefix;
    *rest = text_skip(path, map->origin_prefix.len);
    if (head->len == 0 && (rest->len == 0 || rest->p[0] != '/')) {
        *head = SLICE_LIT("/");
    }
    return 1;
}

static location_verdict_e written(const text_t *out)
{
    return out->overflow ? LOCATION_NO_ROOM : LOCATION_MAPPED;
}

static void put_public_name(const location_map_t *map, text_t *out)
{
    text_put(out, map->public_scheme);
    text_put(out, SLICE_LIT("://"));
    text_put(out, map->public_authority);
}

static location_verdict_e map_absolute(const location_map_t *map,
                                       const reference_t *ref, text_t *out)
{
    slice_t head = SLICE_LIT(""), rest = ref->path;

    put_public_name(map, out);
    location_map_path(map, ref->path, &head, &rest);
    text_put(out, head);
    text_put(out, rest);
    return written(out);
}

static location_verdict_e map_path_absolute(const location_map_t *map,
                                            slice_t path, text_t *out)
{
    slice_t head, rest;

    if (!location_map_path(map, path, &head, &rest)) {
        return LOCATION_KEEP;
    }
    /* "/v2//evil.example" must not become "//evil.example" */
    if (head.len == 0 && starts_with_two_slashes(rest)) {
        put_public_name(map, out);
    }
    text_put(out, head);
    text_put(out, rest);
    return written(out);
}

location_verdict_e location_map(const location_map_t *map, slice_t reference,
                                text_t *out)
{
    reference_t ref;

    if (split_reference(reference, &ref)) {
        return is_origin(map, &ref) || is_public(map, &ref)
                   ? map_absolute(map, &ref, out)
                   : LOCATION_KEEP;
    }
    if (reference.len && reference.p[0] == '/') {
        return map_path_absolute(map, reference, out);
    }
    return LOCATION_KEEP;
}
