<?php
/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * Makes the cached site without a browser: its tables, an editor, pretty
 * addresses (and the .htaccess for them), and what there is to read.
 *
 *   php setup.php FOLDER PASSWORD
 */
const WP_INSTALLING = true;
const WP_HTTP_BLOCK_EXTERNAL = true;
$_SERVER['HTTP_HOST'] = 'shop.localhost';
require "$argv[1]/wp-load.php";
require ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install('A cached site', 'editor', 'editor@shop.localhost', true, '',
           $argv[2]);
/* Avatars would come from a server outside. */
update_option('show_avatars', 0);
/* What WordPress brings along is of today. */
foreach ([1, 2, 3] as $id)
    wp_delete_post($id, true);

$GLOBALS['wp_rewrite']->set_permalink_structure('/%postname%/');
add_filter('got_rewrite', '__return_true');
flush_rewrite_rules(true);
/* Rules of categories and products come with the first request. */
delete_option('rewrite_rules');

function write($title, $text, $more = [])
{
    $id = wp_insert_post($more + [
        'post_title' => $title, 'post_content' => "<p>$text</p>",
        'post_status' => 'publish', 'post_author' => 1,
        /* Older than whatever a test publishes. */
        'post_date' => wp_date('Y-m-01 00:00:00'),
    ], true);
    is_wp_error($id) && exit($id->get_error_message() . "\n");
}

write('First story', 'The first of two.');
write('Second story', 'The second of two.');
write('Discussed', 'Say what you think.', ['comment_status' => 'open']);
write('Unseen', 'The editor is the first to read this.');
write('Locked', 'The word is xyzzy.', ['post_password' => 'sesame']);
write('Imprint', 'Who we are.', ['post_type' => 'page']);
write('Cart', '[cart]', ['post_type' => 'page']);
write('Teapot', 'Holds a litre.', ['post_type' => 'product']);
write('Kettle', 'Whistles.', ['post_type' => 'product']);
