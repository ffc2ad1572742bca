/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress.c: which tags a page gets.  Layer L0.  WordPress tells in Link
 * (RFC 8288), for a post, and for its front page:
 *   <https://e.org/wp-json/>; rel="https://api.w.org/",
 *   <https://e.org/wp-json/wp/v2/posts/123>; rel="alternate"; title="JSON";
 *     type="application/json", <https://e.org/?p=123>; rel=shortlink
 *   <https://e.org/wp-json/>; rel="https://api.w.org/"
 * Only the shortlink makes sure that it is one post and nothing else: all
 * other pages are taken for lists, which every save purges; and so are those
 * of the kind "page", whose blocks often list the latest posts. */
#include "wordpress.h"
#include "list_pair.h"
#include "wordpress_text.h"

typedef struct {
    uint64_t shortlink; /* the post that the page is; 0: none */
    uint64_t alternate; /* the post that has the page's data */
    int is_page;        /* and it is of the kind "page" */
    slice_t home;       /* path of the site's front page */
} links_t;

/* Of the interface, but no posts: their numbers count something else. */
static const char *const not_posts[] = { "categories", "tags",     "users",
                                         "comments",   "menus",    "taxonomies",
                                         "types",      "statuses", NULL };

/* The post that a route names: /wp/v2/posts/123; 0: none. */
static uint64_t post_of_route(slice_t route, int *is_page)
{
    slice_t space, version, kind, id;

    if (!wordpress_segment_next(&route, &space)
        || !wordpress_segment_next(&route, &version)
        || !wordpress_segment_next(&route, &kind)
        || !wordpress_segment_next(&route, &id)
        || !slice_eq(space, SLICE_LIT("wp"))
        || wordpress_is_one_of(kind, not_posts)) {
        return 0;
    }
    *is_page = slice_eq(kind, SLICE_LIT("pages"));
    return wordpress_number(id);
}

/* An address cut into path and query. */
static void split_address(slice_t address, slice_t *path, slice_t *query)
{
    slice_t behind_scheme = wordpress_after(address, "://");

    if (behind_scheme.p) {
        size_t host = wordpress_until(behind_scheme, "/?#").len;

        address = slice_make(behind_scheme.p + host, behind_scheme.len - host);
    }
    address = wordpress_until(address, "#");
    *path = wordpress_until(address, "?");
    *query = slice_make(address.p + path->len, address.len - path->len);
    if (query->len) {
        query->p++;
        query->len--;
    }
}

static void read_link(links_t *links, slice_t address, slice_t relation)
{
    slice_t path, query, route;

    split_address(address, &path, &query);
    if (slice_eq_nocase(relation, SLICE_LIT("shortlink"))) {
        links->shortlink = wordpress_id(query, wordpress_post_parameters);
        return;
    }
    route = wordpress_route(path, query);
    if (!route.p) {
        return;
    }
    if (slice_eq(relation, SLICE_LIT("https://api.w.org/"))) {
        slice_t behind = wordpress_after(path, "wp-json");

        links->home = path;
        if (behind.p) {
            links->home.len = path.len - behind.len - strlen("wp-json");
        }
        else if (wordpress_ends(path, "index.php")) {
            links->home.len = path.len - strlen("index.php");
        }
    }
    else if (slice_eq_nocase(relation, SLICE_LIT("alternate"))) {
        links->alternate = post_of_route(route, &links->is_page);
    }
}

/* The parameters behind ">", up to the comma of the next link. */
static slice_t link_parameters(slice_t text)
{
    int quoted = 0;
    size_t i;

    for (i = 0; i < text.len && (quoted || text.p[i] != ','); i++) {
        quoted ^= text.p[i] == '"';
    }
    return slice_make(text.p, i);
}

static slice_t relation_of(slice_t parameters)
{
    while (parameters.len) {
        slice_t one = wordpress_until(parameters, ";");
        list_pair_t pair = list_pair_split(slice_trim(one));
        size_t step = one.len + (one.len < parameters.len);

        if (slice_eq_nocase(pair.name, SLICE_LIT("rel"))) {
            return pair.value;
        }
        parameters.p += step;
        parameters.len -= step;
    }
    return slice_make(NULL, 0);
}

static void read_links(links_t *links, slice_t field)
{
    for (;;) {
        slice_t start = wordpress_after(field, "<");
        slice_t address = wordpress_until(start, ">");
        slice_t parameters;

        if (!start.p || address.len == start.len) {
            return;
        }
        parameters = link_parameters(
            slice_make(start.p + address.len + 1, start.len - address.len - 1));
        read_link(links, address, relation_of(parameters));
        field = slice_make(parameters.p + parameters.len,
                           start.len - address.len - 1 - parameters.len);
    }
}

static int is_file(const wordpress_page_t *page)
{
    static const char *const types[] = { "image/*",
                                         "video/*",
                                         "audio/*",
                                         "font/*",
                                         "text/css*",
                                         "text/javascript*",
                                         "application/javascript*",
                                         "application/x-javascript*",
                                         "application/pdf*",
                                         "application/font*",
                                         "application/zip*",
                                         "application/octet-stream*",
                                         NULL };

    return wordpress_has(page->path, "/wp-content/")
           || wordpress_has(page->path, "/wp-includes/")
           || wordpress_is_one_of(page->content_type, types);
}

/* .../feed/, .../feed/atom/, ?feed=rss2 */
static int is_feed(const wordpress_page_t *page)
{
    slice_t behind = wordpress_after(page->path, "/feed");

    return (behind.p && (!behind.len || behind.p[0] == '/'))
           || wordpress_parameter(page->query, "feed").p
           || wordpress_has(page->content_type, "/rss+xml")
           || wordpress_has(page->content_type, "/atom+xml")
           || wordpress_has(page->content_type, "/rdf+xml");
}

static int is_home(slice_t path, slice_t home)
{
    if (path.len < home.len || !slice_eq(slice_make(path.p, home.len), home)) {
        return 0;
    }
    path = slice_make(path.p + home.len, path.len - home.len);
    return !path.len || slice_eq(path, SLICE_LIT("index.php"));
}

static void add_posts(wordpress_tags_t *tags, const wordpress_page_t *page,
                      const links_t *links)
{
    uint64_t ids[4];
    int is_page;
    size_t i;

    ids[0] = links->shortlink;
    ids[1] = links->alternate;
    ids[2] = wordpress_id(page->query, wordpress_post_parameters);
    ids[3] = post_of_route(wordpress_route(page->path, page->query), &is_page);
    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        if (ids[i]) {
            wordpress_tag_add_post(tags, ids[i]);
        }
    }
}

void wordpress_page_tags(wordpress_tags_t *tags, const wordpress_page_t *page)
{
    links_t links = { 0, 0, 0, SLICE_LIT("/") };

    memset(tags, 0, sizeof(*tags));
    if (is_file(page)) {
        return;
    }
    read_links(&links, page->link);
    add_posts(tags, page, &links);
    if (is_home(page->path, links.home)) {
        wordpress_tag_add(tags, "wp-home");
    }
    if (is_feed(page)) {
        wordpress_tag_add(tags, "wp-feed");
    }
    else if (!links.shortlink || links.is_page) {
        wordpress_tag_add(tags, "wp-archive");
    }
}
