/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_wordpress.c: pages and saves of WordPress, with the fields of the
 * LiteSpeed plugins and of applications.  Byte 0: the status; then lines, one
 * for each part of a request.  Promises: tags are short, none twice, and of
 * the four kinds; a refused request purges nothing; every list comes to its
 * end, and points into what it was given. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "policy/litespeed.c"
#include "policy/surrogate.c"
#include "policy/wordpress.c"
#include "policy/wordpress_rest.c"
#include "policy/wordpress_save.c"
#include "policy/wordpress_text.c"

#define PARTS 8

typedef struct {
    slice_t part[PARTS]; /* each a copy of exactly its size */
} lines_t;

static void lines_open(lines_t *lines, const char *p, size_t len)
{
    int i;

    for (i = 0; i < PARTS; i++) {
        const char *end = len ? memchr(p, '\n', len) : NULL;
        size_t n = end && i + 1 < PARTS ? (size_t)(end - p) : len;

        lines->part[i] = slice_make(fuzz_copy(p, n), n);
        n += n < len;
        p += n;
        len -= n;
    }
}

static void lines_close(lines_t *lines)
{
    int i;

    for (i = 0; i < PARTS; i++) {
        free((char *)lines->part[i].p);
    }
}

static void check_tags(const wordpress_tags_t *tags)
{
    int i, j;

    FUZZ_CHECK(tags->count >= 0 && tags->count <= WORDPRESS_MAX_TAGS);
    for (i = 0; i < tags->count; i++) {
        const char *t = tags->tag[i];

        FUZZ_CHECK(memchr(t, 0, WORDPRESS_TAG_ROOM) != NULL);
        FUZZ_CHECK(!strcmp(t, "wp-home") || !strcmp(t, "wp-feed")
                   || !strcmp(t, "wp-archive")
                   || (!strncmp(t, "wp-post-", 8) && t[8] > '0'
                       && strspn(t + 8, "0123456789") == strlen(t + 8)));
        for (j = 0; j < i; j++) {
            FUZZ_CHECK(strcmp(t, tags->tag[j]) != 0);
        }
    }
}

static void check_save(const lines_t *l, int status)
{
    wordpress_request_t request = { .method = l->part[0],
                                    .path = l->part[1],
                                    .query = l->part[2],
                                    .override = l->part[3],
                                    .location = l->part[4],
                                    .body = l->part[5],
                                    .status = status };
    wordpress_purge_t purge;

    wordpress_save(&purge, &request);
    check_tags(&purge.tags);
    FUZZ_CHECK((purge.what == WORDPRESS_TAGS) <= (purge.tags.count > 0));
    FUZZ_CHECK(purge.what == WORDPRESS_NOTHING || status / 100 == 2
               || status / 100 == 3);
    wordpress_wants_body(&request);
}

static void check_page(const lines_t *l)
{
    wordpress_page_t page = { .path = l->part[1],
                              .query = l->part[2],
                              .content_type = l->part[6],
                              .link = l->part[7] };
    wordpress_tags_t tags;

    wordpress_page_tags(&tags, &page);
    check_tags(&tags);
}

static int within(slice_t part, slice_t whole)
{
    return part.len == 0
           || (part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

static void check_fields(slice_t field)
{
    litespeed_purge_t purge = { field, 0, 0 };
    litespeed_control_t litespeed;
    surrogate_control_t surrogate;
    litespeed_vary_e kind;
    purge_command_t p;
    slice_t rest = field, text;
    int64_t seconds = 0;

    while (litespeed_purge_next(&purge, &p)) {
        FUZZ_CHECK(within(p.text, field));
        FUZZ_CHECK(p.kind == PURGE_HOST || p.text.len);
    }
    while (purge_command_next(&rest, &p)) {
    }
    for (rest = field; litespeed_tag_next(&rest, &text);) {
        FUZZ_CHECK(text.len && within(text, field));
    }
    for (rest = field; litespeed_vary_next(&rest, &kind, &text);) {
        FUZZ_CHECK(within(text, field));
    }
    litespeed_control_read(&litespeed, field);
    surrogate_control_read(&surrogate, field);
    FUZZ_CHECK(surrogate.ttl_s >= -1 && surrogate.ttl_s <= (int64_t)1 << 31);
    FUZZ_CHECK(!litespeed.surrogate.no_store || !litespeed.surrogate.ttl_s);
    surrogate_ttl_read(field, &seconds);
    FUZZ_CHECK(seconds >= 0 && seconds <= (int64_t)1 << 31);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = { 200, 201, 302, 303, 403, 500, 199, 599 };
    lines_t lines;
    int i;

    if (size < 1) {
        return 0;
    }
    lines_open(&lines, (const char *)data + 1, size - 1);
    check_save(&lines, statuses[data[0] % 8]);
    check_page(&lines);
    for (i = 0; i < PARTS; i++) {
        check_fields(lines.part[i]);
    }
    lines_close(&lines);
    return 0;
}
