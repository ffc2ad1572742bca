/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wordpress_save.c: which requests have changed a site.  Layer L0.
 *
 * Everybody may send these requests, so the answer has to show that it was
 * somebody who may: pages of wp-admin send all others to the login (or, with
 * plugins that hide it, to some other page), and never answer 200 to them. */
#include "wordpress_rest.h"

void wordpress_purge_post(wordpress_purge_t *purge, uint64_t id)
{
    purge->what = WORDPRESS_TAGS;
    if (id) {
        wordpress_tag_add_post(&purge->tags, id);
    }
    wordpress_tag_add(&purge->tags, "wp-home");
    wordpress_tag_add(&purge->tags, "wp-feed");
    wordpress_tag_add(&purge->tags, "wp-archive");
}

static int is_post(const wordpress_request_t *request)
{
    return slice_eq(request->method, SLICE_LIT("POST"));
}

/* Sent on to another page of wp-admin, as it is after a save: by a relative
 * address (plugins.php?activate=true), or one that has /wp-admin/ in it. */
static int stays_in_admin(const wordpress_request_t *request)
{
    slice_t path = wordpress_until(request->location, "?#");

    if (wordpress_has(request->location, "wp-login.php")
        || wordpress_has(request->location, "reauth=")
        || wordpress_has(request->location, "redirect_to=")) {
        return 0;
    }
    return wordpress_has(path, "/wp-admin/")
           || (path.len && path.p[0] != '/' && !wordpress_has(path, ":")
               && wordpress_ends(path, ".php"));
}

static int was_let_in(const wordpress_request_t *request)
{
    return request->status < 300 || stays_in_admin(request);
}

/* Pages of wp-admin behind the login; a save by them may show anywhere. */
static const char *const admin_pages[] = { "admin.php",
                                           "comment.php",
                                           "edit-comments.php",
                                           "edit.php",
                                           "edit-tags.php",
                                           "term.php",
                                           "nav-menus.php",
                                           "options*",
                                           "widgets.php",
                                           "themes.php",
                                           "plugins.php",
                                           "plugin-editor.php",
                                           "theme-editor.php",
                                           "plugin-install.php",
                                           "theme-install.php",
                                           "update.php",
                                           "update-core.php",
                                           "customize.php",
                                           "user-edit.php",
                                           "user-new.php",
                                           "profile.php",
                                           "users.php",
                                           "upload.php",
                                           "media.php",
                                           "link*",
                                           "ms-*",
                                           "tools.php",
                                           "import.php",
                                           "site-editor.php",
                                           "network/*",
                                           NULL };

/* An action by a link or a list: action=trash&_wpnonce=...; "-1" is none. */
static int asks_for_action(slice_t query)
{
    slice_t one = wordpress_parameter(query, "action");
    slice_t two = wordpress_parameter(query, "action2");

    return wordpress_parameter(query, "_wpnonce").len
           && ((one.len && !slice_eq(one, SLICE_LIT("-1")))
               || (two.len && !slice_eq(two, SLICE_LIT("-1")))
               || wordpress_parameter(query, "delete_all").p);
}

static void save_admin_page(wordpress_purge_t *purge,
                            const wordpress_request_t *request, slice_t page)
{
    slice_t shown = wordpress_parameter(request->query, "page");

    if (!wordpress_is_one_of(page, admin_pages) || !was_let_in(request)
        || slice_eq(shown, SLICE_LIT("wc-orders"))) {
        return;
    }
    if (is_post(request) || asks_for_action(request->query)) {
        purge->what = WORDPRESS_ALL;
    }
}

/* post.php and revision.php: the classic editor, and the links of the lists.
 * After a save the answer is post.php?post=123&action=edit&message=1. */
static void save_post_page(wordpress_purge_t *purge,
                           const wordpress_request_t *request)
{
    static const char *const in_form[] = { "post_ID", "post", NULL };
    static const char *const in_query[] = { "post", NULL };
    static const char *const links[] = { "trash", "untrash", "delete",
                                         "restore", NULL };
    slice_t action = wordpress_parameter(request->query, "action");
    slice_t back = wordpress_after(request->location, "?");
    uint64_t id;

    if (!was_let_in(request) || wordpress_has(back, "preview=true")
        || (!is_post(request) && !wordpress_is_one_of(action, links))) {
        return;
    }
    id = wordpress_id(request->query, in_query);
    if (!id) {
        id = wordpress_id(request->body, in_form);
    }
    if (!id) {
        id = wordpress_id(wordpress_until(back, "#"), in_query);
    }
    if (id) {
        wordpress_purge_post(purge, id);
    }
    else {
        purge->what = WORDPRESS_ALL;
    }
}

/* Actions of admin-ajax.php.  Visitors have theirs there too: only these count,
 * and WordPress answers 400 or 403 to those who may not use them. */
static const char *const ajax_of_post[] = { "inline-save",
                                            "trash-post",
                                            "untrash-post",
                                            "delete-post",
                                            "delete-page",
                                            "set-post-thumbnail",
                                            "save-attachment",
                                            "save-attachment-compat",
                                            "image-editor",
                                            "replyto-comment",
                                            "woocommerce_save_variations",
                                            "woocommerce_save_attributes",
                                            "woocommerce_bulk_edit_variations",
                                            "woocommerce_feature_product",
                                            NULL };
static const char *const ajax_of_all[] = { "edit-comment",
                                           "delete-comment",
                                           "dim-comment",
                                           "inline-save-tax",
                                           "add-tag",
                                           "delete-tag",
                                           "customize_save",
                                           "save-widget",
                                           "widgets-order",
                                           "menu-locations-save",
                                           "update-plugin",
                                           "delete-plugin",
                                           "update-theme",
                                           "delete-theme",
                                           "edit-theme-plugin-file",
                                           "woocommerce_product_ordering",
                                           "woocommerce_term_ordering",
                                           NULL };

static void save_ajax(wordpress_purge_t *purge,
                      const wordpress_request_t *request)
{
    static const char *const ids[] = { "post_ID", "comment_post_ID",
                                       "post_id", "product_id",
                                       "postid",  "id",
                                       NULL };
    slice_t action = wordpress_parameter(request->body, "action");
    uint64_t id;

    if (!action.len) {
        action = wordpress_parameter(request->query, "action");
    }
    if (!was_let_in(request)) {
        return;
    }
    if (wordpress_is_one_of(action, ajax_of_all)) {
        purge->what = WORDPRESS_ALL;
    }
    else if (wordpress_is_one_of(action, ajax_of_post)) {
        id = wordpress_id(request->body, ids);
        if (!id) {
            id = wordpress_id(request->query, ids);
        }
        wordpress_purge_post(purge, id);
        if (!id) {
            purge->what = WORDPRESS_ALL;
        }
    }
}

static void save_admin(wordpress_purge_t *purge,
                       const wordpress_request_t *request, slice_t page)
{
    if (slice_eq(page, SLICE_LIT("admin-ajax.php"))) {
        save_ajax(purge, request);
    }
    else if (slice_eq(page, SLICE_LIT("post.php"))
             || slice_eq(page, SLICE_LIT("revision.php"))) {
        save_post_page(purge, request);
    }
    else {
        save_admin_page(purge, request, page);
    }
}

/* Sent on to .../#comment-5; one that waits for approval, to
 * ?unapproved=5&moderation-hash=...#comment-5, is for its author only. */
static void save_comment(wordpress_purge_t *purge,
                         const wordpress_request_t *request)
{
    static const char *const ids[] = { "comment_post_ID", NULL };

    if (is_post(request) && request->status >= 300
        && wordpress_has(request->location, "#comment-")
        && !wordpress_has(request->location, "unapproved=")) {
        wordpress_purge_post(purge, wordpress_id(request->body, ids));
    }
}

/* XML-RPC: faults are answered with 200 too, so nobody knows. */
static void save_xmlrpc(wordpress_purge_t *purge,
                        const wordpress_request_t *request)
{
    static const char *const writes[] = {
        ".newPost",         ".editPost",
        ".deletePost",      ".newPage",
        ".editPage",        ".deletePage",
        ".newComment",      ".editComment",
        ".deleteComment",   ".newTerm",
        ".editTerm",        ".deleteTerm",
        ".newCategory",     ".deleteCategory",
        ".setOptions",      ".editProfile",
        ".publishPost",     ".setPostCategories",
        ".restoreRevision", NULL
    };
    size_t i;

    for (i = 0; is_post(request) && request->status < 300 && writes[i]; i++) {
        if (wordpress_has(request->body, writes[i])) {
            purge->what = WORDPRESS_ALL;
            purge->unsure = 1;
            return;
        }
    }
}

void wordpress_save(wordpress_purge_t *purge,
                    const wordpress_request_t *request)
{
    slice_t page = wordpress_after(request->path, "/wp-admin/");
    slice_t route = wordpress_route(request->path, request->query);

    memset(purge, 0, sizeof(*purge));
    if (request->status < 200 || request->status > 399) {
        return;
    }
    if (page.p) {
        save_admin(purge, request, page);
    }
    else if (route.len) {
        wordpress_rest_save(purge, request, route);
    }
    else if (wordpress_ends(request->path, "/wp-comments-post.php")) {
        save_comment(purge, request);
    }
    else if (wordpress_ends(request->path, "/xmlrpc.php")) {
        save_xmlrpc(purge, request);
    }
}

int wordpress_wants_body(const wordpress_request_t *request)
{
    slice_t route = wordpress_route(request->path, request->query);

    if (!is_post(request)) {
        return 0;
    }
    return wordpress_ends(request->path, "/wp-admin/admin-ajax.php")
           || wordpress_ends(request->path, "/wp-admin/post.php")
           || wordpress_ends(request->path, "/wp-comments-post.php")
           || wordpress_ends(request->path, "/xmlrpc.php")
           || (route.len && wordpress_rest_wants_body(route));
}
