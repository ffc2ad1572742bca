#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A WordPress with nothing installed in it, behind the preset: the cache learns
# from the Link fields of pages which post they are, watches saves pass through
# and purges the post, the front page, feeds and lists, and nothing else.  The
# origin plays WordPress; each case has a host, and so a site, of its own.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();

my $cache = RProxy::Cache->start('t49_wordpress', 'origin_a');
my $sites = 0;

# The pages of a site, in the order of the words of what is left of it.
my @PAGES = (
    home    => '/',
    post7   => '/2026/hello/',
    post8   => '/2026/other/',
    page9   => '/about/',
    feed    => '/feed/',
    archive => '/category/news/',
    file    => '/wp-content/uploads/a.jpg',
);
my %PATH  = @PAGES;
my @NAMES = map { $PAGES[2 * $_] } 0 .. $#PAGES / 2;

# What is left when post 7 is saved.  A page may list the latest posts.
my $SAVED   = 'post8 file';
my $NOTHING = '';
my $ALL     = "@NAMES";

for my $case (
    ['control: nothing happens', [], $ALL],

    # ---- the classic editor ----
    ['post.php', [POST => '/wp-admin/post.php', 'action=editpost&post_ID=7'],
        $SAVED, 302, '/wp-admin/post.php?post=7&action=edit&message=1'],
    ['post.php, the id in the answer alone',
        [POST => '/wp-admin/post.php', 'x' x 9000],
        $SAVED, 302, '/wp-admin/post.php?post=7&action=edit&message=1'],
    ['post.php, of an unknown id', [POST => '/wp-admin/post.php', ''],
        $NOTHING, 302, '/wp-admin/edit.php'],
    ['post.php without a login', [POST => '/wp-admin/post.php', 'post_ID=7'],
        $ALL, 302, '/wp-login.php?redirect_to=%2Fwp-admin%2Fpost.php&reauth=1'],
    ['post.php refused', [POST => '/wp-admin/post.php', 'post_ID=7'], $ALL,
        403],
    ['post.php, a preview', [POST => '/wp-admin/post.php', 'post_ID=7'],
        $ALL, 302, '/?p=7&preview=true'],
    ['into the bin by a link',
        [GET => '/wp-admin/post.php?post=7&action=trash&_wpnonce=abc'],
        $SAVED, 302, '/wp-admin/edit.php?trashed=1&ids=7'],
    ['the editor opened', [GET => '/wp-admin/post.php?post=7&action=edit'],
        $ALL, 200],

    # ---- comments ----
    ['a comment', [POST => '/wp-comments-post.php',
            'comment=hello&comment_post_ID=7&author=a'],
        $SAVED, 302, '/2026/hello/#comment-5'],
    ['a comment that waits', [POST => '/wp-comments-post.php',
            'comment=hello&comment_post_ID=7'],
        $ALL, 302, '/2026/hello/?unapproved=5&moderation-hash=abc#comment-5'],
    ['a comment refused', [POST => '/wp-comments-post.php',
            'comment=hello&comment_post_ID=7'], $ALL, 409],

    # ---- the REST interface ----
    ['REST: changed', [PUT => '/wp-json/wp/v2/posts/7', '{}'], $SAVED, 200],
    ['REST: changed by POST', [POST => '/wp-json/wp/v2/posts/7', '{}'],
        $SAVED, 200],
    ['REST: by another name of the method',
        [POST => '/wp-json/wp/v2/posts/7', '{}', 'X-HTTP-Method-Override',
            'PUT'], $SAVED, 200],
    ['REST: as an argument', [POST => '/?rest_route=/wp/v2/posts/7', '{}'],
        "post8 file", 200],
    ['REST: deleted', [DELETE => '/wp-json/wp/v2/posts/7'], $SAVED, 200],
    ['REST: new', [POST => '/wp-json/wp/v2/posts', '{}'], 'post7 post8 file',
        201, '/wp-json/wp/v2/posts/12'],
    ['REST: refused', [PUT => '/wp-json/wp/v2/posts/7', '{}'], $ALL, 401],
    ['REST: an autosave', [POST => '/wp-json/wp/v2/posts/7/autosaves', '{}'],
        $ALL, 200],
    ['REST: read', [GET => '/wp-json/wp/v2/posts/7'], $ALL, 200],
    ['REST: settings', [POST => '/wp-json/wp/v2/settings', '{}'], $NOTHING,
        200],
    ['REST: a comment', [POST => '/wp-json/wp/v2/comments', '{"post":7}'],
        $SAVED, 201],

    # ---- the rest of it ----
    ['options', [POST => '/wp-admin/options.php', 'option_page=general'],
        $NOTHING, 302, '/wp-admin/options-general.php?settings-updated=true'],
    ['options without a login', [POST => '/wp-admin/options.php', 'a=b'],
        $ALL, 302, '/wp-login.php'],
    ['quick edit',
        [POST => '/wp-admin/admin-ajax.php', 'action=inline-save&post_ID=7'],
        $SAVED, 200],
    ['the heartbeat', [POST => '/wp-admin/admin-ajax.php', 'action=heartbeat'],
        $ALL, 200],
    ['XML-RPC', [POST => '/xmlrpc.php',
            '<methodCall><methodName>metaWeblog.newPost</methodName>'],
        $NOTHING, 200],
    ['XML-RPC that reads', [POST => '/xmlrpc.php',
            '<methodCall><methodName>wp.getPosts</methodName>'], $ALL, 200],
    ['a form of the theme', [POST => '/category/other/', 'a=b'], $ALL, 200],
) {
    my ($what, $request, @about) = @$case;
    subtest $what => sub { saved($request, @about) };
}
subtest 'another site'             => \&another_site;
subtest 'a body in pieces'         => \&pieces;
subtest 'saved again'              => \&saved_again;
subtest 'those who are logged in'  => \&logged_in;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

# ---- a site ----

sub links {
    my ($host, $kind, $parameter, $id) = @_;
    my $api = qq(<http://$host/wp-json/>; rel="https://api.w.org/");
    return ('Link', $api) unless $id;
    return ('Link', qq($api, <http://$host/wp-json/wp/v2/$kind/$id>; )
        . 'rel="alternate"; title="JSON"; type="application/json", '
        . "<http://$host/?$parameter=$id>; rel=shortlink");
}

sub fields_of {
    my ($host, $name) = @_;
    return links($host, 'posts', 'p', $1) if $name =~ /^post(\d+)/;
    return links($host, 'pages', 'page_id', $1) if $name =~ /^page(\d+)/;
    return ('Content-Type', 'application/rss+xml', links($host))
        if $name eq 'feed';
    return ('Content-Type', 'image/jpeg') if $name eq 'file';
    return links($host);
}

# A host of its own, with all pages stored as "one".
sub site {
    my $host = sprintf 'site-%d-%d-%d.example', $$, time, ++$sites;
    say_all($host, 'one');
    get($host, $_) for @NAMES;
    say_all($host, 'two');
    return $host;
}

sub say_all {
    my ($host, $body) = @_;
    $cache->answer($PATH{$_}, body => $body, fields => [fields_of($host, $_)])
        for @NAMES;
    return;
}

sub get {
    my ($host, $name, @fields) = @_;
    return $cache->get($PATH{$name}, Host => $host, @fields)->body;
}

sub left_of {
    my ($host) = @_;
    return join ' ', grep { get($host, $_) eq 'one' } @NAMES;
}

# Sends a request, which WordPress answers so; what is left of the site?
sub saved {
    my ($request, $left, $status, $location) = @_;
    my $host = site();
    my ($method, $target, $body, @fields) = @$request;
    if ($method) {
        $cache->answer($target, status => $status, body => 'done', fields => [
            'Cache-Control', 'no-cache, must-revalidate, max-age=0, no-store',
            ($location ? ('Location', "http://$host$location") : ())]);
        my $seen = $cache->ask($method, $target, [Host => $host, 'Content-Type',
            'application/x-www-form-urlencoded', @fields], $body);
        is($seen->status, $status, 'the answer comes');
    }
    is(left_of($host), $left, 'what is left');
    return;
}

# ---- other cases ----

sub another_site {
    my ($one, $other) = (site(), site());
    $cache->answer('/wp-json/wp/v2/posts/7', body => '{}');
    $cache->ask(PUT => '/wp-json/wp/v2/posts/7', [Host => $one], '{}');
    is(left_of($one),   $SAVED, 'the one that was saved');
    is(left_of($other), $ALL,   'the other has posts of the same numbers');
}

sub pieces {
    my $host = site();
    $cache->answer('/wp-comments-post.php', status => 302,
        fields => ['Location', "http://$host/elsewhere/#comment-5"]);
    my $client = RProxy::Client->to('t49_wordpress');
    $client->send("POST /wp-comments-post.php HTTP/1.1\r\nHost: $host\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n");
    for my $piece ('comment=hel', 'lo&comment_po', 'st_ID=', '7&author=a') {
        $client->send(sprintf "%x\r\n%s\r\n", length $piece, $piece);
    }
    $client->send("0\r\n\r\n");
    is($client->read_response->status, 302, 'in chunks');
    is(left_of($host), $SAVED, 'what is left');
}

# What is stored after a save has its tags again.
sub saved_again {
    my $host = site();
    $cache->answer('/wp-json/wp/v2/posts/7', body => '{}');
    $cache->ask(PUT => '/wp-json/wp/v2/posts/7', [Host => $host], '{}');
    say_all($host, 'one');
    get($host, $_) for @NAMES;
    $cache->ask(PUT => '/wp-json/wp/v2/posts/7', [Host => $host], '{}');
    say_all($host, 'two');
    is(left_of($host), $SAVED, 'pages stored anew are purged anew');
}

sub logged_in {
    my $host = site();
    my @her  = (Cookie => 'wordpress_logged_in_0123=anna');
    is(get($host, 'home', @her), 'two', 'she gets her own');
    is(get($host, 'home'), 'one', 'which is not stored');
}
