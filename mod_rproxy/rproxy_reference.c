/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_reference.c: what the origin calls itself and what the client calls
 * us, for policy/location.h and its like.  Layer L2. */
#include "rproxy_reference.h"

#include "engine/protocol.h"
#include "policy/reference_fields.h"
#include "policy/set_cookie.h"
#include "rproxy_forward.h"

/* A mapped value is refused when it has grown by more than this: the public
 * name is the client's to choose, and stands for each reference. */
#define MAP_GROWTH_MAX (64 * 1024)
#define MAP_GROWTH_USUAL 256 /* tried first */

static slice_t prefix_slice(const char *prefix)
{
    slice_t s = slice_str(prefix ? prefix : "");

    while (s.len && s.p[s.len - 1] == '/') {
        s.len--;
    }
    return s;
}

static slice_t host_sent(const rproxy_reference_t *ref)
{
    if (ref->settings->host_override) {
        return slice_str(ref->settings->host_override);
    }
    if (SETTING(ref->settings, preserve_host)) {
        return slice_str(apr_table_get(ref->r->headers_in, "Host"));
    }
    return SLICE_LIT("");
}

static const location_map_t *get_map(rproxy_reference_t *ref)
{
    location_map_t *map = &ref->map;

    if (!ref->has_map) {
        ref->has_map = 1;
        map->origin_scheme = slice_str(ref->member->protocol->scheme);
        map->origin_authority[0] = slice_str(ref->member->authority);
        map->origin_authority[1] = host_sent(ref);
        map->origin_prefix = prefix_slice(ref->match->upstream_prefix);
        map->public_scheme = rproxy_forward_public_scheme(ref->r);
        map->public_authority = rproxy_forward_public_authority(ref->r);
        map->public_prefix = prefix_slice(ref->match->public_prefix);
    }
    return map;
}

static location_verdict_e map_field(const location_map_t *map, field_id_e id,
                                    slice_t value, text_t *out)
{
    switch (id) {
    case FIELD_SET_COOKIE:
        return set_cookie_map(map, value, out);
    case FIELD_LINK:
        return link_map(map, value, out);
    case FIELD_REFRESH:
        return refresh_map(map, value, out);
    default:
        return location_map(map, value, out);
    }
}

static location_verdict_e try_map(rproxy_reference_t *ref, field_id_e id,
                                  slice_t value, size_t growth, text_t *out)
{
    size_t cap = value.len + growth;

    *out = text_make(apr_palloc(ref->r->pool, cap + 1), cap);
    return map_field(get_map(ref), id, value, out);
}

const char *rproxy_reference_map(rproxy_reference_t *ref, field_id_e id,
                                 slice_t value)
{
    text_t text;
    location_verdict_e verdict =
        try_map(ref, id, value, MAP_GROWTH_USUAL, &text);

    if (verdict == LOCATION_NO_ROOM) {
        verdict = try_map(ref, id, value, MAP_GROWTH_MAX, &text);
    }
    if (verdict == LOCATION_NO_ROOM) {
        return NULL;
    }
    if (verdict == LOCATION_KEEP) {
        text_put(&text, value);
    }
    text.buf[text.len] = '\0';
    return h1_is_field_value(text_slice(&text)) ? text.buf : NULL;
}
