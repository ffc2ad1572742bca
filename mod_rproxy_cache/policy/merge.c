/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* merge.c: which stored head a 304 or a HEAD's answer belongs to, and what it
 * makes of it.  Layer L0.  RFC 9111 sections 3.1, 3.2, 4.3.4 and 4.3.5. */
#include "merge.h"
#include "validators.h"

/* Without an entity tag on both sides the date decides; what is called an
 * entity tag but is none counts when it is the same byte by byte. */
static int tags_are_equal(slice_t stored, slice_t fresh)
{
    if (!etag_is_valid(fresh)) {
        return slice_eq(stored, fresh);
    }
    return etag_matches(stored, fresh, !etag_is_weak(fresh));
}

int merge_selects(const response_facts_t *stored, const response_facts_t *fresh)
{
    if (fresh->etag.len && stored->etag.len) {
        return tags_are_equal(stored->etag, fresh->etag);
    }
    if (fresh->last_modified >= 0) {
        return stored->last_modified == fresh->last_modified;
    }
    return !fresh->etag.len && !stored->etag.len && stored->last_modified < 0;
}

int merge_is_bare(const response_facts_t *fresh)
{
    return !fresh->etag.len && fresh->last_modified < 0;
}

/* Only numbers can contradict each other, and only of the same coding. */
static int lengths_differ(const response_facts_t *stored,
                          const response_facts_t *fresh)
{
    int64_t was, is;

    return slice_eq_nocase(stored->content_encoding, fresh->content_encoding)
           && h1_parse_length(stored->content_length, &was) == 0
           && h1_parse_length(fresh->content_length, &is) == 0 && was != is;
}

int merge_head_contradicts(const response_facts_t *stored,
                           const response_facts_t *fresh)
{
    if (fresh->etag.len && !slice_eq(stored->etag, fresh->etag)
        && !etag_matches(stored->etag, fresh->etag, 0)) {
        return 1;
    }
    if (fresh->last_modified >= 0
        && stored->last_modified != fresh->last_modified) {
        return 1;
    }
    return lengths_differ(stored, fresh);
}

static int describes_body(slice_t name)
{
    return slice_eq_nocase(name, SLICE_LIT("content-encoding"))
           || slice_eq_nocase(name, SLICE_LIT("content-type"))
           || slice_eq_nocase(name, SLICE_LIT("content-range"))
           || slice_eq_nocase(name, SLICE_LIT("content-length"));
}

static int is_age(slice_t name)
{
    return slice_eq_nocase(name, SLICE_LIT("age"));
}

int merge_replaces(slice_t name)
{
    return !describes_body(name) && !h1_is_hop_by_hop(name) && !is_age(name)
           && !slice_eq_nocase(name, SLICE_LIT("set-cookie"));
}

static int is_nominated(slice_t name, slice_t connection)
{
    return h1_list_has(connection, name) && h1_may_be_nominated(name);
}

static int is_nominated_by(slice_t name, const h1_field_t *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("connection"))
            && is_nominated(name, fields[i].value)) {
            return 1;
        }
    }
    return 0;
}

static int has_field(slice_t name, const h1_field_t *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, name)) {
            return 1;
        }
    }
    return 0;
}

size_t merge_fields(h1_field_t *out, const h1_field_t *stored,
                    size_t stored_count, const h1_field_t *fresh,
                    size_t fresh_count)
{
    size_t i, count = 0, kept;

    /* First the fresh ones that count, at the end of out ... */
    kept = stored_count + fresh_count;
    for (i = fresh_count; i > 0; i--) {
        if (merge_replaces(fresh[i - 1].name)
            && !is_nominated_by(fresh[i - 1].name, fresh, fresh_count)) {
            out[--kept] = fresh[i - 1];
        }
    }
    /* ... then in front of them what none of them replaces. */
    fresh_count = stored_count + fresh_count - kept;
    for (i = 0; i < stored_count; i++) {
        if (!has_field(stored[i].name, out + kept, fresh_count)) {
            out[count++] = stored[i];
        }
    }
    memmove(out + count, out + kept, fresh_count * sizeof(*out));
    return count + fresh_count;
}

int merge_is_stored(slice_t name, slice_t connection, slice_t no_cache_fields,
                    slice_t private_fields)
{
    return !h1_is_hop_by_hop(name) && !is_age(name)
           && !is_nominated(name, connection)
           && !h1_list_has(no_cache_fields, name)
           && !h1_list_has(private_fields, name);
}
