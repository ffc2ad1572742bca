/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_file.c: see member_file.h.  Layer L1. */
#include "member_file.h"

#include <stdlib.h>

#include <apr_file_io.h>
#include <apr_strings.h>

#include "engine/upstream.h"
#include "member_json.h"
#include "member_line.h"

enum {
    SIZE_MAX_MB = 16
};

/* ---- members ---- */

/* "line 7" of a file of lines, "member 7 of the list" of JSON. */
typedef struct {
    const int *line; /* [member]; NULL: JSON */
    const found_member_t *member;
    apr_pool_t *pool;
} places_t;

static const char *place_of(const places_t *places, int i)
{
    return places->line
               ? apr_psprintf(places->pool, "line %d", places->line[i])
               : apr_psprintf(places->pool, "member %d of the list", i + 1);
}

static const char *check_urls(const places_t *places, int count)
{
    apr_pool_t *scratch;
    const char *error = NULL;
    int i;

    apr_pool_create(&scratch, places->pool);
    for (i = 0; i < count && !error; i++) {
        const found_member_t *m = &places->member[i];
        member_t *ignored;

        error =
            member_parse(scratch, apr_pstrmemdup(scratch, m->url.p, m->url.len),
                         &ignored);
        error = error ? apr_psprintf(places->pool, "%s: %s",
                                     place_of(places, i), error)
                      : NULL;
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    return error;
}

static int by_url_and_place(const void *a, const void *b)
{
    const found_member_t *const *x = a, *const *y = b;
    int order = found_member_order(*x, *y);

    return order ? order : (*x > *y) - (*x < *y);
}

static const char *check_twice(const places_t *places, int count)
{
    const found_member_t **sorted =
        apr_palloc(places->pool, sizeof(*sorted) * (size_t)(count + 1));
    int i;

    for (i = 0; i < count; i++) {
        sorted[i] = &places->member[i];
    }
    qsort(sorted, (size_t)count, sizeof(*sorted), by_url_and_place);
    for (i = 1; i < count; i++) {
        if (slice_eq(sorted[i - 1]->url, sorted[i]->url)) {
            return apr_psprintf(places->pool,
                                "%s: '%.*s' is there already, in %s",
                                place_of(places,
                                         (int)(sorted[i] - places->member)),
                                (int)sorted[i]->url.len, sorted[i]->url.p,
                                place_of(places, (int)(sorted[i - 1]
                                                       - places->member)));
        }
    }
    return NULL;
}

/* ---- lines ---- */

static const char *parse_lines(slice_t text, const found_member_t *usual,
                               apr_array_header_t *members,
                               apr_array_header_t *lines)
{
    member_fault_t fault = { { NULL, 0 }, NULL };
    slice_t line;
    int number = 0;

    while (member_line_next(&text, &line)) {
        found_member_t member = *usual;
        member_line_e what = member_line_read(line, &member, &fault);

        number++;
        if (what == MEMBER_LINE_WRONG) {
            return apr_psprintf(members->pool,
                                "line %d: '%.*s' is wrong: expected %s", number,
                                fault.word.len < 80 ? (int)fault.word.len : 80,
                                fault.word.p, fault.expected);
        }
        if (what == MEMBER_LINE_GOOD) {
            APR_ARRAY_PUSH(members, found_member_t) = member;
            APR_ARRAY_PUSH(lines, int) = number;
        }
    }
    return NULL;
}

static int is_json(slice_t text)
{
    size_t i;

    for (i = 0; i < text.len && memchr(" \t\r\n", text.p[i], 4); i++) {
    }
    return i < text.len && (text.p[i] == '[' || text.p[i] == '{');
}

const char *member_file_parse(slice_t text, const found_member_t *usual,
                              int limit, found_list_t *list, apr_pool_t *pool)
{
    apr_array_header_t *members =
        apr_array_make(pool, 16, sizeof(found_member_t));
    apr_array_header_t *lines = apr_array_make(pool, 16, sizeof(int));
    int json = is_json(text);
    const char *error = json ? member_json_parse(text, usual, members)
                             : parse_lines(text, usual, members, lines);
    places_t places = { json ? NULL : (const int *)lines->elts,
                        (found_member_t *)members->elts, pool };

    if (!error && members->nelts > limit) {
        error = apr_psprintf(pool, "%d members: expected %d (limit=) or fewer",
                             members->nelts, limit);
    }
    error = error ? error : check_urls(&places, members->nelts);
    error = error ? error : check_twice(&places, members->nelts);
    if (!error) {
        list->member = (found_member_t *)members->elts;
        list->count = members->nelts;
        found_list_settle(list, limit);
    }
    return error;
}

/* ---- the file ---- */

static const char *no_file(apr_status_t rv, apr_pool_t *pool)
{
    char text[120];

    return apr_psprintf(pool, "it cannot be read: %s",
                        apr_strerror(rv, text, sizeof(text)));
}

const char *member_file_read(const char *path, const found_member_t *usual,
                             int limit, found_list_t *list, apr_pool_t *pool)
{
    apr_size_t room = SIZE_MAX_MB << 20, len = 0;
    apr_finfo_t info;
    apr_file_t *file;
    apr_status_t rv;
    char *text;

    rv = apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BINARY,
                       APR_FPROT_OS_DEFAULT, pool);
    if (rv != APR_SUCCESS) {
        return no_file(rv, pool);
    }
    rv = apr_file_info_get(&info, APR_FINFO_SIZE | APR_FINFO_TYPE, file);
    if (rv == APR_SUCCESS
        && (info.filetype != APR_REG || info.size > (apr_off_t)room)) {
        apr_file_close(file);
        return apr_psprintf(pool, "expected a regular file of up to %d MiB",
                            SIZE_MAX_MB);
    }
    text = apr_palloc(pool, (apr_size_t)info.size + 1);
    if (rv == APR_SUCCESS && info.size > 0) {
        rv = apr_file_read_full(file, text, (apr_size_t)info.size, &len);
    }
    apr_file_close(file);
    if (rv != APR_SUCCESS && rv != APR_EOF) {
        return no_file(rv, pool);
    }
    return member_file_parse(slice_make(text, len), usual, limit, list, pool);
}
