<?php
/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * A must-use plugin that speaks to a cache as the LiteSpeed Cache plugin does,
 * where the server says that it has one: lifetimes, tags, purges and the cookie
 * that pages differ by.  As there, the fields go out when the page is finished.
 */

if (($_SERVER['X-LSCACHE'] ?? $_SERVER['HTTP_X_LSCACHE'] ?? '') !== 'on')
    return;

const LITESPEED_PREFIX = '1a2_';
const LITESPEED_VARY = '_lscache_vary';

$litespeed_purged = [];
$litespeed_public = false;

function litespeed_prefixed($tags)
{
    return array_map(fn($tag) => LITESPEED_PREFIX . $tag, array_unique($tags));
}

/* ---- what a page is ---- */

function litespeed_tags()
{
    $id = get_queried_object_id();
    $tags = ['URL.' . md5(strtok($_SERVER['REQUEST_URI'], '?')), ''];
    if (is_front_page())
        $tags[] = 'F';
    if (is_feed())
        $tags[] = 'FD';
    elseif (is_category() || is_tag())
        $tags[] = "T.$id";
    elseif (is_author())
        $tags[] = "A.$id";
    elseif (is_date())
        $tags[] = 'D.' . get_the_date('Ym');
    elseif (is_post_type_archive())
        $tags[] = 'PT.' . get_query_var('post_type');
    elseif (is_singular())
        $tags[] = "Po.$id";
    return $tags;
}

function litespeed_has_cookie($prefix)
{
    return (bool) preg_grep("/^$prefix/", array_keys($_COOKIE));
}

add_action('wp', function () {
    global $litespeed_public;
    $litespeed_public = !is_user_logged_in() && !is_preview()
        && !is_search() && !is_page('cart') && !isset($_GET['add-to-cart'])
        && !isset($_GET['never'])
        && !litespeed_has_cookie('comment_author_')
        && !litespeed_has_cookie('wp-postpass_')
        && !litespeed_has_cookie('woocommerce_items_in_cart');
});

/* ---- what a save purges ---- */

function litespeed_purge_post($id)
{
    global $litespeed_purged;
    $post = get_post($id);
    if (!$post || wp_is_post_revision($id) || wp_is_post_autosave($id)
        || !in_array($post->post_status, ['publish', 'trash', 'private']))
        return;
    $path = wp_make_link_relative(get_permalink($post));
    array_push($litespeed_purged, "Po.$id", 'URL.' . md5($path), 'F', 'FD',
               "A.$post->post_author", "PT.$post->post_type",
               'D.' . get_the_date('Ym', $post));
    foreach (wp_get_post_categories($id) as $term)
        $litespeed_purged[] = "T.$term";
}

function litespeed_purge_comment($id)
{
    litespeed_purge_post(get_comment($id)->comment_post_ID);
}

foreach (['save_post', 'trashed_post', 'untrashed_post', 'before_delete_post']
         as $event)
    add_action($event, 'litespeed_purge_post', 20);
foreach (['edit_comment', 'wp_set_comment_status', 'trashed_comment']
         as $event)
    add_action($event, 'litespeed_purge_comment', 20);
add_action('comment_post', function ($id, $approved) {
    if ($approved === 1)
        litespeed_purge_comment($id);
}, 20, 2);
/* All pages have the empty tag. */
add_action('update_option_blogname', function () {
    $GLOBALS['litespeed_purged'][] = '';
});

/* ---- whose it is ---- */

function litespeed_vary($value, $path = COOKIEPATH)
{
    setcookie(LITESPEED_VARY, $value, $value ? time() + 172800 : 1, $path);
}

add_action('set_logged_in_cookie', fn() => litespeed_vary(md5('logged-in')));
add_action('clear_auth_cookie', fn() => litespeed_vary(''));
/* Only for the page that the comment is on. */
add_action('set_comment_cookies', fn() => litespeed_vary('commenter',
    parse_url(wp_get_referer() ?: '/', PHP_URL_PATH)));

/* ---- what is said of it ---- */

function litespeed_send($page)
{
    global $litespeed_public, $litespeed_purged;
    if ($litespeed_purged)
        header('X-LiteSpeed-Purge: public,tag='
               . join(',tag=', litespeed_prefixed($litespeed_purged))
               . ';private,*');
    if (!$litespeed_public) {
        header('X-LiteSpeed-Cache-Control: no-cache');
        return $page;
    }
    $differs = ['cookie=currency'];
    if (is_singular() && get_queried_object()->post_password)
        $differs[] = 'cookie=wp-postpass_' . COOKIEHASH;
    header('X-LiteSpeed-Cache-Control: public,max-age=604800');
    header('X-LiteSpeed-Tag: '
           . join(',', litespeed_prefixed(litespeed_tags())));
    header('X-LiteSpeed-Vary: ' . join(',', $differs));
    return $page;
}

ob_start('litespeed_send');

/* A shop with prices in the visitor's currency. */
add_action('wp_body_open', function () {
    echo '<p id="currency">Prices in ',
        preg_replace('/\W/', '', $_COOKIE['currency'] ?? 'EUR'), '</p>';
});
