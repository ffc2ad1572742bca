<?php
/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * A must-use plugin that is a shop as a cache sees WooCommerce: the same
 * cookies, the same addresses, and pages whose text depends on the session.
 * Harsher than the original: it sends no "no-store", not even with the cart.
 */

function shop_session_cookie()
{
    return 'wp_woocommerce_session_' . COOKIEHASH;
}

function shop_session()
{
    return strtok($_COOKIE[shop_session_cookie()] ?? '', '|');
}

/* What is in the cart of this session: names of products. */
function shop_cart()
{
    return shop_session() ? get_option('cart_' . shop_session(), []) : [];
}

function shop_send_cookie($name, $value)
{
    setcookie($name, $value, $value === '' ? 1 : time() + 172800, '/');
    $_COOKIE[$name] = $value;
}

function shop_save_cart($cart)
{
    $session = shop_session() ?: 't_' . bin2hex(random_bytes(15));
    $end = time() + 172800;
    shop_send_cookie(shop_session_cookie(),
                     "$session||$end||" . ($end - 3600) . '||' . md5($session));
    shop_send_cookie('woocommerce_items_in_cart', $cart ? '1' : '');
    shop_send_cookie('woocommerce_cart_hash', $cart ? md5(join($cart)) : '');
    update_option("cart_$session", $cart, false);
}

add_action('init', function () {
    register_post_type('product', [
        'label' => 'Products', 'public' => true, 'has_archive' => 'shop',
        'rewrite' => ['slug' => 'product'], 'show_in_rest' => true,
        'supports' => ['title', 'editor'],
    ]);
    add_shortcode('cart', fn() => '<p id="cart">In your cart: '
        . esc_html(join(', ', shop_cart()) ?: 'nothing') . '.</p>');
});

add_action('wp_loaded', function () {
    if (isset($_GET['add-to-cart']))
        shop_save_cart([...shop_cart(),
                        get_the_title((int) $_GET['add-to-cart'])]);
    if (isset($_GET['remove_item']))
        shop_save_cart([]);
    /* What scripts of a page ask to show the cart in it. */
    if (isset($_GET['wc-ajax']))
        wp_send_json(['cart' => shop_cart()]);
});

add_filter('the_content', function ($content) {
    return get_post_type() !== 'product' ? $content : $content
        . '<p><a href="?add-to-cart=' . get_the_ID() . '">Add to cart</a></p>';
});

add_action('wp_body_open', function () {
    echo '<p id="basket">', count(shop_cart()), ' in the basket</p>';
});

/* The editor of forms, for who asks for it, and for what follows a save. */
add_filter('use_block_editor_for_post', fn($use) => $use
    && !isset($_GET['classic']) && !isset($_GET['message']));

/* Two who comment within seconds from one address. */
remove_filter('comment_flood_filter', 'wp_throttle_comment_flood');
add_filter('wp_is_comment_flood', '__return_false', 20);
