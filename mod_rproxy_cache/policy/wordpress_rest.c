/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress_rest.c: saves by WordPress' REST interface: the block editor, apps
 * and other programs.  Layer L0.  It answers 2xx only to those who may. */
#include "wordpress_rest.h"

typedef struct {
    slice_t space, version; /* wp v2 */
    slice_t kind;           /* posts */
    slice_t id, sub;        /* 123 autosaves */
} route_t;

/* What is changed here may show on any page. */
static const char *const everywhere[] = {
    "settings",      "widgets",    "sidebars",      "menus",
    "menu-items",    "navigation", "templates",     "template-parts",
    "themes",        "plugins",    "categories",    "tags",
    "taxonomies",    "blocks",     "users",         "menu-locations",
    "font-families", "comments",   "global-styles", NULL
};
/* Asked by POST, but nothing is saved. */
static const char *const nowhere[] = {
    "block-renderer",    "search", "types", "statuses", "block-directory",
    "pattern-directory", NULL
};

static route_t route_cut(slice_t route)
{
    route_t r;

    wordpress_segment_next(&route, &r.space);
    wordpress_segment_next(&route, &r.version);
    wordpress_segment_next(&route, &r.kind);
    wordpress_segment_next(&route, &r.id);
    wordpress_segment_next(&route, &r.sub);
    return r;
}

/* As WordPress takes it: _method and the field stand above the method. */
static int is_write(const wordpress_request_t *request)
{
    static const char *const reads[] = { "GET", "HEAD", "OPTIONS", NULL };
    slice_t method = wordpress_parameter(request->query, "_method");

    if (!method.len) {
        method = request->override.len ? request->override : request->method;
    }
    for (size_t i = 0; reads[i]; i++) {
        if (slice_eq_nocase(method, slice_str(reads[i]))) {
            return 0;
        }
    }
    return 1;
}

/* The number behind "post": in a JSON text; 0: none. */
static uint64_t json_post(slice_t body)
{
    slice_t value = slice_trim(wordpress_after(body, "\"post\""));

    if (!value.len || value.p[0] != ':') {
        return 0;
    }
    value = slice_trim(slice_make(value.p + 1, value.len - 1));
    if (value.len && value.p[0] == '"') {
        value = slice_make(value.p + 1, value.len - 1);
    }
    return wordpress_number(value);
}

/* A new comment; changing one does not tell of which post it is. */
static void rest_comment(wordpress_purge_t *purge,
                         const wordpress_request_t *request, const route_t *r)
{
    static const char *const names[] = { "post", NULL };
    uint64_t id = 0;

    if (!r->id.len) {
        id = json_post(request->body);
        if (!id) {
            id = wordpress_id(request->body, names);
        }
        if (!id) {
            id = wordpress_id(request->query, names);
        }
    }
    if (id) {
        wordpress_purge_post(purge, id);
    }
    else {
        purge->what = WORDPRESS_ALL;
    }
}

/* The id of what has been made: .../wp-json/wp/v2/posts/124 */
static uint64_t created(slice_t location)
{
    size_t start = location.len;

    while (start > 0 && location.p[start - 1] >= '0'
           && location.p[start - 1] <= '9') {
        start--;
    }
    return wordpress_number(
        slice_make(location.p + start, location.len - start));
}

static void save_core(wordpress_purge_t *purge,
                      const wordpress_request_t *request, const route_t *r)
{
    uint64_t id = wordpress_number(r->id);

    if (slice_eq(r->sub, SLICE_LIT("autosaves"))
        || slice_eq(r->sub, SLICE_LIT("revisions"))
        || wordpress_is_one_of(r->kind, nowhere)) {
        return;
    }
    if (slice_eq(r->kind, SLICE_LIT("users"))
        && slice_eq(r->id, SLICE_LIT("me"))) {
        return; /* what the editor remembers of its user, often */
    }
    if (slice_eq(r->kind, SLICE_LIT("comments"))) {
        rest_comment(purge, request, r);
    }
    else if (wordpress_is_one_of(r->kind, everywhere)) {
        purge->what = WORDPRESS_ALL;
    }
    else if (id) {
        wordpress_purge_post(purge, id);
    }
    else if (!r->id.len && slice_eq(r->kind, SLICE_LIT("media"))) {
        return; /* an upload shows once a post has it */
    }
    else if (!r->id.len && r->kind.len && created(request->location)) {
        wordpress_purge_post(purge, created(request->location));
    }
    else if (r->kind.len) {
        purge->what = WORDPRESS_ALL;
    }
}

/* WooCommerce: /wc/v3/products/12/variations/13; orders are nobody's page. */
static void save_shop(wordpress_purge_t *purge, const route_t *r)
{
    uint64_t id = wordpress_number(r->id);

    if (!slice_eq(r->kind, SLICE_LIT("products"))) {
        return;
    }
    if (id) {
        wordpress_purge_post(purge, id);
    }
    else if (r->id.len) {
        purge->what = WORDPRESS_ALL; /* batch, categories, attributes */
    }
    else {
        wordpress_purge_post(purge, 0);
    }
}

void wordpress_rest_save(wordpress_purge_t *purge,
                         const wordpress_request_t *request, slice_t route)
{
    static const char *const versions[] = { "v1", "v2", "v3", "v4", NULL };
    route_t r = route_cut(route);

    if (request->status > 299 || !is_write(request)) {
        return;
    }
    if (slice_eq(r.space, SLICE_LIT("wp"))
        && slice_eq(r.version, SLICE_LIT("v2"))) {
        save_core(purge, request, &r);
    }
    else if (slice_eq(r.space, SLICE_LIT("wc"))
             && wordpress_is_one_of(r.version, versions)) {
        save_shop(purge, &r);
    }
    else if (slice_eq(r.space, SLICE_LIT("batch"))) {
        purge->what = WORDPRESS_ALL;
    }
}

int wordpress_rest_wants_body(slice_t route)
{
    route_t r = route_cut(route);

    return slice_eq(r.space, SLICE_LIT("wp"))
           && slice_eq(r.kind, SLICE_LIT("comments"));
}
