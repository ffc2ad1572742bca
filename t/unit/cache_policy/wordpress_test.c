/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress_test.c: which tags pages get, which requests purge them. */
#include "unit.h"

#include "policy/wordpress.c"
#include "policy/wordpress_text.c"
#include "policy/wordpress_save.c"
#include "policy/wordpress_rest.c"

typedef struct {
    const char *name;
    const char *url; /* path, or path?query */
    const char *type;
    const char *link;
    const char *tags;
} page_t;

#define API "<https://e.org/wp-json/>; rel=\"https://api.w.org/\""
#define JSON "; rel=\"alternate\"; title=\"JSON\"; type=\"application/json\""
#define HTML "text/html; charset=UTF-8"

/* clang-format off */
static const page_t pages[] = {
    { "a post", "/2026/hello/", HTML,
      API ", <https://e.org/wp-json/wp/v2/posts/123>" JSON
      ", <https://e.org/?p=123>; rel=shortlink", "wp-post-123" },
    { "a post, relation in quotes", "/hello/", HTML,
      "<https://e.org/?p=7>; rel=\"shortlink\"", "wp-post-7" },
    { "a page may list posts", "/about/", HTML,
      API ", <https://e.org/wp-json/wp/v2/pages/5>" JSON
      ", <https://e.org/?p=5>; rel=shortlink", "wp-post-5 wp-archive" },
    { "a shortlink of another kind", "/hello/", HTML,
      API ", <https://e.org/wp-json/wp/v2/posts/9>" JSON
      ", <https://wp.me/pX-9>; rel=shortlink", "wp-post-9 wp-archive" },
    { "the front page lists posts", "/", HTML, API, "wp-home wp-archive" },
    { "the front page is a page", "/", HTML,
      API ", <https://e.org/wp-json/wp/v2/pages/2>" JSON
      ", <https://e.org/>; rel=shortlink", "wp-post-2 wp-home wp-archive" },
    { "front page without links", "/", HTML, "", "wp-home wp-archive" },
    { "front page in a folder", "/blog/", HTML,
      "<https://e.org/blog/wp-json/>; rel=\"https://api.w.org/\"",
      "wp-home wp-archive" },
    { "not the front page, as that is in a folder", "/", HTML,
      "<https://e.org/blog/wp-json/>; rel=\"https://api.w.org/\"",
      "wp-archive" },
    { "addresses by number", "/blog/?p=3", HTML,
      "<https://e.org/blog/index.php?rest_route=/>; "
      "rel=\"https://api.w.org/\", "
      "<https://e.org/blog/index.php?rest_route=/wp/v2/posts/3>" JSON
      ", <https://e.org/blog/?p=3>; rel=shortlink",
      "wp-post-3 wp-home" },
    { "a route in percent", "/x/", HTML,
      "<https://e.org/?rest_route=%2Fwp%2Fv2%2Fposts%2F8>" JSON,
      "wp-post-8 wp-archive" },
    { "a category is no post", "/category/x/", HTML,
      API ", <https://e.org/wp-json/wp/v2/categories/3>" JSON, "wp-archive" },
    { "index.php", "/index.php", HTML, API, "wp-home wp-archive" },
    { "a search", "/?s=x", HTML, API, "wp-home wp-archive" },
    { "not found, as yet", "/soon/", HTML, API, "wp-archive" },
    { "a redirect", "/?p=12", HTML, "", "wp-post-12 wp-home wp-archive" },
    { "feed", "/feed/", "application/rss+xml; charset=UTF-8", "", "wp-feed" },
    { "feed by its path", "/hello/feed/atom/", "text/xml", "", "wp-feed" },
    { "feed by its query", "/?feed=rss2", "text/xml", "",
      "wp-home wp-feed" },
    { "no feed", "/feedback/", HTML, "", "wp-archive" },
    { "sitemap", "/wp-sitemap-posts-post-1.xml", "application/xml", "",
      "wp-archive" },
    { "data of a post", "/wp-json/wp/v2/posts/44", "application/json", "",
      "wp-post-44 wp-archive" },
    { "data of many", "/wp-json/wp/v2/posts", "application/json", "",
      "wp-archive" },
    { "data by the query", "/?rest_route=/wp/v2/posts/44",
      "application/json", "", "wp-post-44 wp-home wp-archive" },
    { "picture", "/wp-content/uploads/a.png", "image/png", "", "" },
    { "picture elsewhere", "/a.png", "image/png", "", "" },
    { "style", "/s.css", "text/css", "", "" },
    { "script of the theme", "/wp-content/themes/t/a.php", HTML, "", "" },
    { "an id too long", "/?p=9999999999999999999", HTML, "",
      "wp-home wp-archive" },
    { "an address without its end", "/x/", HTML, "<https://e.org/?p=1",
      "wp-archive" },
    { "a comma in an address, a quote open", "/x/", HTML,
      "<https://e.org/a,b>; title=\"x, <https://e.org/?p=6>; rel=shortlink",
      "wp-archive" },
    { "links without anything", "/x/", HTML, "<>,<>;,;rel=shortlink,<",
      "wp-archive" },
};

typedef struct {
    const char *name;
    const char *method;
    const char *override;
    const char *url;
    const char *body;
    int status;
    const char *location;
    const char *result; /* "-", "all", "all?", or tags */
} save_t;

#define LISTS " wp-home wp-feed wp-archive"
#define ADMIN "https://e.org/wp-admin/"
#define LOGIN "https://e.org/wp-login.php?redirect_to=" \
    "https%3A%2F%2Fe.org%2Fwp-admin%2F&reauth=1"

static const save_t saves[] = {
    /* the classic editor */
    { "classic editor", "POST", "", "/wp-admin/post.php",
      "_wpnonce=1&action=editpost&post_ID=12&x=y", 302,
      ADMIN "post.php?post=12&action=edit&message=1", "wp-post-12" LISTS },
    { "body not seen", "POST", "", "/wp-admin/post.php", "", 302,
      ADMIN "post.php?post=13&action=edit&message=6", "wp-post-13" LISTS },
    { "in a folder", "POST", "", "/blog/wp-admin/post.php", "post_ID=14", 302,
      "post.php?post=14&action=edit", "wp-post-14" LISTS },
    { "no id anywhere", "POST", "", "/wp-admin/post.php", "", 302,
      ADMIN "edit.php", "all" },
    { "sent to the login", "POST", "", "/wp-admin/post.php",
      "action=editpost&post_ID=12", 302, LOGIN, "-" },
    { "sent to the login, relative", "POST", "", "/wp-admin/post.php",
      "action=editpost&post_ID=12", 302, "wp-login.php", "-" },
    { "sent to another login", "POST", "", "/wp-admin/post.php",
      "action=editpost&post_ID=12", 302, "enter.php?reauth=1", "-" },
    { "sent to yet another", "POST", "", "/wp-admin/post.php",
      "action=editpost&post_ID=12", 302, "enter.php?redirect_to=x", "-" },
    { "sent to the front page by a plugin", "POST", "", "/wp-admin/post.php",
      "action=editpost&post_ID=12", 302, "https://e.org/", "-" },
    { "sent nowhere", "POST", "", "/wp-admin/post.php", "post_ID=12", 302, "",
      "-" },
    { "refused", "POST", "", "/wp-admin/post.php", "post_ID=12", 403, "",
      "-" },
    { "failed", "POST", "", "/wp-admin/post.php", "post_ID=12", 500, "", "-" },
    { "a preview", "POST", "", "/wp-admin/post.php",
      "post_ID=12&wp-preview=dopreview", 302,
      "https://e.org/?p=12&preview=true", "-" },
    { "the editor is opened", "GET", "",
      "/wp-admin/post.php?post=12&action=edit", "", 200, "", "-" },
    { "trash by a link", "GET", "",
      "/wp-admin/post.php?post=12&action=trash&_wpnonce=a", "", 302,
      ADMIN "edit.php?trashed=1&ids=12", "wp-post-12" LISTS },
    { "metaboxes of the block editor", "POST", "",
      "/wp-admin/post.php?post=12&action=edit&meta-box-loader=1", "", 302,
      ADMIN "post.php?post=12", "wp-post-12" LISTS },
    { "a revision is restored", "GET", "",
      "/wp-admin/revision.php?action=restore&revision=99&_wpnonce=a", "", 302,
      ADMIN "post.php?post=12&action=edit&message=5", "wp-post-12" LISTS },
    { "trash by the list", "GET", "",
      "/wp-admin/edit.php?post[]=1&action=trash&action2=-1&_wpnonce=a", "",
      302, ADMIN "edit.php?trashed=2&ids=1,2", "all" },
    { "the list is filtered", "GET", "",
      "/wp-admin/edit.php?s=a&action=-1&action2=-1&_wpnonce=a", "", 302,
      ADMIN "edit.php?s=a", "-" },

    /* admin-ajax.php */
    { "quick edit", "POST", "", "/wp-admin/admin-ajax.php",
      "post_title=a&action=inline-save&post_ID=21", 200, "",
      "wp-post-21" LISTS },
    { "quick edit without its id", "POST", "", "/wp-admin/admin-ajax.php",
      "action=inline-save", 200, "", "all" },
    { "heartbeat", "POST", "", "/wp-admin/admin-ajax.php",
      "action=heartbeat&post_ID=21", 200, "", "-" },
    { "a visitor's plugin", "POST", "",
      "/wp-admin/admin-ajax.php?action=like", "id=5", 200, "", "-" },
    { "not allowed", "POST", "", "/wp-admin/admin-ajax.php",
      "action=inline-save&post_ID=21", 400, "", "-" },
    { "customizer", "POST", "", "/wp-admin/admin-ajax.php",
      "wp_customize=on&action=customize_save", 200, "", "all" },
    { "an answer to a comment", "POST", "", "/wp-admin/admin-ajax.php",
      "action=replyto-comment&comment_ID=3&comment_post_ID=22", 200, "",
      "wp-post-22" LISTS },
    { "a comment approved", "POST", "", "/wp-admin/admin-ajax.php",
      "action=dim-comment&id=3&new=approved", 200, "", "all" },
    { "a product's variations", "POST", "", "/wp-admin/admin-ajax.php",
      "action=woocommerce_save_variations&product_id=31", 200, "",
      "wp-post-31" LISTS },

    /* pages of the administration */
    { "options", "POST", "", "/wp-admin/options.php", "", 302,
      ADMIN "options-general.php?settings-updated=true", "all" },
    { "options, by somebody else", "POST", "", "/wp-admin/options.php", "",
      302, LOGIN, "-" },
    { "options are looked at", "GET", "", "/wp-admin/options-general.php", "",
      200, "", "-" },
    { "menus", "POST", "", "/wp-admin/nav-menus.php", "", 200, "", "all" },
    { "a plugin switched on", "GET", "",
      "/wp-admin/plugins.php?action=activate&plugin=a&_wpnonce=b", "", 302,
      ADMIN "plugins.php?activate=true", "all" },
    { "a plugin switched on, relative", "GET", "",
      "/wp-admin/plugins.php?action=activate&plugin=a&_wpnonce=b", "", 302,
      "plugins.php?activate=true", "all" },
    { "a plugin of the network", "GET", "",
      "/wp-admin/network/plugins.php?action=activate&_wpnonce=b", "", 302,
      ADMIN "network/plugins.php?activate=true", "all" },
    { "a theme", "GET", "",
      "/wp-admin/themes.php?action=activate&stylesheet=a&_wpnonce=b", "", 302,
      ADMIN "themes.php?activated=true", "all" },
    { "a theme's file", "POST", "", "/wp-admin/theme-editor.php", "", 302,
      ADMIN "theme-editor.php?updated=true", "all" },
    { "an update", "GET", "",
      "/wp-admin/update.php?action=upgrade-plugin&plugin=a&_wpnonce=b", "",
      200, "", "all" },
    { "a user", "POST", "", "/wp-admin/user-edit.php", "", 302,
      ADMIN "user-edit.php?updated=1", "all" },
    { "a plugin's settings", "POST", "", "/wp-admin/admin.php?page=x", "", 200,
      "", "all" },
    { "an order of the shop", "POST", "",
      "/wp-admin/admin.php?page=wc-orders&action=edit&id=5", "", 302,
      ADMIN "admin.php?page=wc-orders", "-" },
    { "anybody may post to the installer", "POST", "",
      "/wp-admin/install.php", "", 200, "", "-" },
    { "and to the upgrade", "POST", "", "/wp-admin/upgrade.php", "", 200, "",
      "-" },

    /* REST */
    { "block editor", "POST", "PUT",
      "/wp-json/wp/v2/posts/41?_locale=user", "{}", 200, "",
      "wp-post-41" LISTS },
    { "block editor, new post", "POST", "", "/wp-json/wp/v2/posts", "{}", 201,
      "https://e.org/wp-json/wp/v2/posts/42", "wp-post-42" LISTS },
    { "new post, no location", "POST", "", "/wp-json/wp/v2/posts", "{}", 201,
      "", "all" },
    { "DELETE", "DELETE", "", "/wp-json/wp/v2/pages/43?force=true", "", 200,
      "", "wp-post-43" LISTS },
    { "PATCH by the query", "PATCH", "",
      "/index.php?rest_route=/wp/v2/posts/44", "{}", 200, "",
      "wp-post-44" LISTS },
    { "the query's route in percent", "POST", "",
      "/?rest_route=%2Fwp%2Fv2%2Fposts%2F45", "{}", 200, "",
      "wp-post-45" LISTS },
    { "a GET that is none", "GET", "DELETE", "/wp-json/wp/v2/posts/46", "",
      200, "", "wp-post-46" LISTS },
    { "_method", "GET", "", "/wp-json/wp/v2/posts/47?_method=delete", "", 200,
      "", "wp-post-47" LISTS },
    { "a POST that is none", "POST", "GET", "/wp-json/wp/v2/posts/47", "", 200,
      "", "-" },
    { "read", "GET", "", "/wp-json/wp/v2/posts/41", "", 200, "", "-" },
    { "options of a route", "OPTIONS", "", "/wp-json/wp/v2/posts/41", "", 200,
      "", "-" },
    { "not logged in", "POST", "", "/wp-json/wp/v2/posts/41", "{}", 401, "",
      "-" },
    { "autosave", "POST", "", "/wp-json/wp/v2/posts/41/autosaves", "{}", 200,
      "", "-" },
    { "own kind of post", "PUT", "", "/wp-json/wp/v2/event/48", "{}", 200, "",
      "wp-post-48" LISTS },
    { "picture changed", "POST", "", "/wp-json/wp/v2/media/49", "{}", 200, "",
      "wp-post-49" LISTS },
    { "upload", "POST", "", "/wp-json/wp/v2/media", "", 201,
      "https://e.org/wp-json/wp/v2/media/50", "-" },
    { "comment", "POST", "", "/wp-json/wp/v2/comments",
      "{\"content\":\"a\", \"post\" : 51}", 201, "", "wp-post-51" LISTS },
    { "comment changed", "PUT", "", "/wp-json/wp/v2/comments/6",
      "{\"status\":\"approved\"}", 200, "", "all" },
    { "template", "POST", "PUT", "/wp-json/wp/v2/templates/t//home", "{}", 200,
      "", "all" },
    { "settings", "POST", "", "/wp-json/wp/v2/settings", "{}", 200, "",
      "all" },
    { "category", "PUT", "", "/wp-json/wp/v2/categories/3", "{}", 200, "",
      "all" },
    { "user", "PUT", "", "/wp-json/wp/v2/users/3", "{}", 200, "", "all" },
    { "what the editor remembers", "POST", "", "/wp-json/wp/v2/users/me",
      "{}", 200, "", "-" },
    { "a block shown", "POST", "", "/wp-json/wp/v2/block-renderer/core/x",
      "{}", 200, "", "-" },
    { "many at once", "POST", "", "/wp-json/batch/v1", "{}", 207, "", "all" },
    { "product", "PUT", "", "/wp-json/wc/v3/products/61", "{}", 200, "",
      "wp-post-61" LISTS },
    { "variation", "PUT", "", "/wp-json/wc/v3/products/62/variations/63",
      "{}", 200, "", "wp-post-62" LISTS },
    { "products at once", "POST", "", "/wp-json/wc/v3/products/batch", "{}",
      200, "", "all" },
    { "order", "PUT", "", "/wp-json/wc/v3/orders/64", "{}", 200, "", "-" },
    { "a visitor's cart", "POST", "", "/wp-json/wc/store/v1/cart/add-item",
      "{}", 201, "", "-" },
    { "a visitor's form", "POST", "",
      "/wp-json/contact-form-7/v1/contact-forms/5/feedback", "", 200, "",
      "-" },

    /* comments and the rest */
    { "a comment that shows", "POST", "", "/wp-comments-post.php",
      "comment=a&comment_post_ID=71&comment_parent=0", 302,
      "https://e.org/hello/#comment-5", "wp-post-71" LISTS },
    { "a comment of unknown place", "POST", "", "/wp-comments-post.php", "",
      302, "https://e.org/hello/#comment-5", "wp-home wp-feed wp-archive" },
    { "a comment that waits", "POST", "", "/wp-comments-post.php",
      "comment_post_ID=71", 302,
      "https://e.org/hello/?unapproved=5&moderation-hash=a#comment-5", "-" },
    { "a comment refused", "POST", "", "/wp-comments-post.php",
      "comment_post_ID=71", 409, "", "-" },
    { "XML-RPC writes", "POST", "", "/xmlrpc.php",
      "<?xml version=\"1.0\"?><methodCall><methodName>metaWeblog.editPost"
      "</methodName>", 200, "", "all?" },
    { "XML-RPC reads", "POST", "", "/xmlrpc.php",
      "<methodCall><methodName>wp.getUsersBlogs</methodName>", 200, "", "-" },
    { "login", "POST", "", "/wp-login.php", "log=a&pwd=b", 302, ADMIN, "-" },
    { "cron", "POST", "", "/wp-cron.php?doing_wp_cron=1", "", 200, "", "-" },
    { "a form of a page", "POST", "", "/contact/", "post_ID=5", 200, "", "-" },
    { "a page", "GET", "", "/hello/", "", 200, "", "-" },
};
/* clang-format on */

static void add_tags(unit_text_t *text, const wordpress_tags_t *tags)
{
    int i;

    for (i = 0; i < tags->count; i++) {
        unit_text_add(text, "%s%s", i ? " " : "", tags->tag[i]);
    }
}

static void cut_url(const char *url, slice_t *path, slice_t *query)
{
    const char *mark = strchr(url, '?');

    *path = slice_make(url, mark ? (size_t)(mark - url) : strlen(url));
    *query = mark ? slice_str(mark + 1) : slice_make(NULL, 0);
}

static slice_t optional(const char *text)
{
    return *text ? slice_str(text) : slice_make(NULL, 0);
}

static void check_page(void **state)
{
    const page_t *c = *state;
    wordpress_page_t page = { .content_type = optional(c->type),
                              .link = optional(c->link) };
    unit_text_t got = { "", 0 };
    wordpress_tags_t tags;

    cut_url(c->url, &page.path, &page.query);
    wordpress_page_tags(&tags, &page);
    add_tags(&got, &tags);
    assert_string_equal(got.text, c->tags);
}

static wordpress_request_t request_of(const save_t *c)
{
    wordpress_request_t r = { .method = slice_str(c->method),
                              .override = optional(c->override),
                              .body = optional(c->body),
                              .status = c->status,
                              .location = optional(c->location) };

    cut_url(c->url, &r.path, &r.query);
    return r;
}

static void check_save(void **state)
{
    const save_t *c = *state;
    wordpress_request_t request = request_of(c);
    unit_text_t got = { "", 0 };
    wordpress_purge_t purge;

    wordpress_save(&purge, &request);
    if (purge.what == WORDPRESS_TAGS) {
        add_tags(&got, &purge.tags);
    }
    else {
        unit_text_add(&got, "%s%s", purge.what == WORDPRESS_ALL ? "all" : "-",
                      purge.unsure ? "?" : "");
    }
    assert_string_equal(got.text, c->result);
}

/* What a save purges is what the page was stored with. */
static void check_both_sides(void **state)
{
    wordpress_page_t page = {
        SLICE_LIT("/hello/"),
        { NULL, 0 },
        SLICE_LIT(HTML),
        SLICE_LIT("<https://e.org/?p=123456789012345678>; rel=shortlink")
    };
    wordpress_request_t request = {
        .method = SLICE_LIT("PUT"),
        .path = SLICE_LIT("/wp-json/wp/v2/posts/123456789012345678"),
        .status = 200
    };
    wordpress_tags_t tags;
    wordpress_purge_t purge;

    (void)state;
    wordpress_page_tags(&tags, &page);
    wordpress_save(&purge, &request);
    assert_int_equal(tags.count, 1);
    assert_string_equal(tags.tag[0], "wp-post-123456789012345678");
    assert_string_equal(purge.tags.tag[0], tags.tag[0]);
}

static void check_wanted_bodies(void **state)
{
    static const struct {
        const char *method, *url;
        int wanted;
    } rows[] = {
        { "POST", "/wp-admin/admin-ajax.php", 1 },
        { "POST", "/blog/wp-admin/post.php", 1 },
        { "POST", "/wp-comments-post.php", 1 },
        { "POST", "/xmlrpc.php", 1 },
        { "POST", "/wp-json/wp/v2/comments", 1 },
        { "POST", "/?rest_route=/wp/v2/comments", 1 },
        { "POST", "/wp-json/wp/v2/posts/5", 0 },
        { "POST", "/wp-login.php", 0 },
        { "POST", "/contact/", 0 },
        { "GET", "/wp-admin/admin-ajax.php", 0 },
    };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        wordpress_request_t r = { .method = slice_str(rows[i].method) };

        cut_url(rows[i].url, &r.path, &r.query);
        assert_int_equal(wordpress_wants_body(&r), rows[i].wanted);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(pages); i++) {
        unit_add(pages[i].name, check_page, &pages[i]);
    }
    for (i = 0; i < UNIT_COUNT(saves); i++) {
        unit_add(saves[i].name, check_save, &saves[i]);
    }
    unit_add("both sides say the same", check_both_sides, NULL);
    unit_add("bodies worth keeping", check_wanted_bodies, NULL);
    return unit_run("wordpress");
}
