/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* validators.c: entity tags, dates and preconditions.  Layer L0.
 * RFC 9110 sections 8.8.2, 8.8.3 and 13, RFC 9111 section 4.3.2. */
#include "validators.h"
#include "http_date.h"

int etag_is_weak(slice_t etag)
{
    return etag.len >= 2 && etag.p[0] == 'W' && etag.p[1] == '/';
}

/* Visible characters but the quote, and bytes above ASCII.  A backslash
 * escapes nothing here. */
static int is_etag_char(unsigned char c)
{
    return c > 0x20 && c != '"' && c != 0x7f;
}

/* Bytes of the entity tag that text begins with; 0: it is none. */
static size_t etag_span(slice_t text)
{
    size_t at = etag_is_weak(text) ? 2 : 0;

    if (at == text.len || text.p[at++] != '"') {
        return 0;
    }
    while (at < text.len && is_etag_char((unsigned char)text.p[at])) {
        at++;
    }
    return at < text.len && text.p[at] == '"' ? at + 1 : 0;
}

int etag_is_valid(slice_t etag)
{
    return etag.len > 0 && etag_span(etag) == etag.len;
}

static slice_t opaque_part(slice_t etag)
{
    size_t skip = etag_is_weak(etag) ? 2 : 0;

    return slice_make(etag.p + skip, etag.len - skip);
}

int etag_matches(slice_t a, slice_t b, int strong)
{
    if (!etag_is_valid(a) || !etag_is_valid(b)) {
        return 0;
    }
    if (strong && (etag_is_weak(a) || etag_is_weak(b))) {
        return 0;
    }
    return slice_eq(opaque_part(a), opaque_part(b));
}

/* Skips white space and commas.  @return the number of commas */
static size_t skip_separators(slice_t *rest)
{
    size_t commas = 0;

    while (rest->len
           && (rest->p[0] == ' ' || rest->p[0] == '\t' || rest->p[0] == ',')) {
        commas += rest->p[0] == ',';
        rest->p++;
        rest->len--;
    }
    return commas;
}

int etag_list_has(slice_t list, slice_t etag, int strong)
{
    int found = 0;

    list = slice_trim(list);
    if (slice_eq(list, SLICE_LIT("*"))) {
        return 1;
    }
    skip_separators(&list);
    while (list.len) {
        size_t len = etag_span(list);

        if (len == 0) {
            return 0;
        }
        found |= etag_matches(slice_make(list.p, len), etag, strong);
        list.p += len;
        list.len -= len;
        if (skip_separators(&list) == 0 && list.len) {
            return 0;
        }
    }
    return found;
}

int last_modified_is_strong(int64_t last_modified, int64_t date)
{
    return last_modified >= 0 && date > last_modified;
}

/* If-Match, or without it If-Unmodified-Since: 13.2.2, steps 1 and 2.  Without
 * a date of modification the latter must be ignored (13.1.4). */
static int is_as_expected(const request_facts_t *request, slice_t etag,
                          int64_t last_modified, int64_t now_s)
{
    int64_t since;

    if (request->if_match.p) {
        return etag_list_has(request->if_match, etag, 1);
    }
    if (request->if_unmodified_since.p && last_modified >= 0
        && http_date_read(request->if_unmodified_since, now_s, &since) == 0) {
        return last_modified <= since;
    }
    return 1;
}

/* If-None-Match, or without it If-Modified-Since: steps 3 and 4. */
static int is_known(const request_facts_t *request, slice_t etag,
                    int64_t modified, int64_t now_s)
{
    int64_t since;

    if (request->if_none_match.p) {
        return etag_list_has(request->if_none_match, etag, 0);
    }
    return request->if_modified_since.p && modified >= 0
           && (request->method == METHOD_IS_GET
               || request->method == METHOD_IS_HEAD)
           && http_date_read(request->if_modified_since, now_s, &since) == 0
           && modified <= since;
}

precondition_e precondition_decide(const request_facts_t *request, slice_t etag,
                                   int64_t last_modified, int64_t date,
                                   int64_t now_s)
{
    int64_t modified = last_modified >= 0 ? last_modified : date;

    if (request->conditions_lost) {
        return PRECONDITION_NONE;
    }
    if (!is_as_expected(request, etag, last_modified, now_s)) {
        return PRECONDITION_FAILED;
    }
    if (!is_known(request, etag, modified, now_s)) {
        return PRECONDITION_NONE;
    }
    return request->method == METHOD_IS_GET || request->method == METHOD_IS_HEAD
               ? PRECONDITION_NOT_MODIFIED
               : PRECONDITION_FAILED;
}
