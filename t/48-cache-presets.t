#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The presets of conf/cache at work: what of an application must never be
# shared, although its responses say max-age, and what must be.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();

my @FRESH = ('Cache-Control', 'max-age=600');

# Arguments and cookies that no page looks at.
my @STATISTICS = qw(utm_source=mail utm_campaign=x fbclid=1 gclid=2 msclkid=3
    _ga=4 mc_cid=5 srsltid=6);

my %WORDPRESS = (
    default => 3600,
    max     => 21600,
    cookies => [qw(wordpress_logged_in_0123=anna wordpress_sec_0123=x
        wp-settings-1=x wp-settings-time-1=2 comment_author_0123=Anna
        comment_author_email_0123=a wp-postpass_0123=x)],
    paths => [qw(wp-admin wp-admin/ wp-admin/admin-ajax.php wp-login.php
        blog/wp-login.php wp-signup.php wp-activate.php wp-cron.php
        xmlrpc.php wp-comments-post.php wp-trackback.php wp-json
        wp-json/wp/v2/posts)],
    queries => [qw(preview=true preview_id=1 preview_nonce=x
        customize_changeset_uuid=x _wpnonce=x doing_wp_cron=1 rest_route=/
        _method=DELETE unapproved=1 moderation-hash=x previe%77=true)],
    fields => [['X-WP-Nonce', 'x'], ['X-HTTP-Method-Override', 'DELETE']],
    unstored => [qw(x?s=word)],
    pages    => [qw(x 2026/11/a-post/ feed/ wp-content/uploads/x.jpg
        wp-content/themes/x.css?ver=2 wp-includes/x.js x?p=1 wp-administer
        x?previews=1)],
    visitors => [qw(wordpress_test_cookie=1 _ga=x consent=yes wp_lang=de)],
);

my %PRESETS = (
    wordpress   => \%WORDPRESS,
    woocommerce => {
        %WORDPRESS,
        default => 600,
        max     => 3600,
        cookies => [@{ $WORDPRESS{cookies} }, qw(woocommerce_items_in_cart=1
            woocommerce_cart_hash=x wp_woocommerce_session_0123=x)],
        paths => [@{ $WORDPRESS{paths} }, qw(cart cart/ checkout/
            checkout/order-pay/12/ checkout/order-received/12/ my-account
            my-account/orders/ shop/my-account/x.css)],
        queries => [@{ $WORDPRESS{queries} }, qw(add-to-cart=1 remove_item=x
            undo_item=x removed_item=1 wc-ajax=x wc-api=x order=1 key=x
            download_file=1 add_to_wishlist=1)],
        pages => [@{ $WORDPRESS{pages} },
            qw(shop/ product/hat/ shop/?orderby=price cartridge/)],
        visitors => [@{ $WORDPRESS{visitors} },
            'woocommerce_recently_viewed=1'],
    },
    drupal => {
        default => 600,
        cookies => [qw(SESS0123=x SSESS0123=x NO_CACHE=1)],
        paths   => [qw(admin admin/ admin/content user user/login user/1/edit
            node/add node/add/page node/1/edit node/1/delete batch cron/x
            cron.php update.php install.php core/install.php
            core/authorize.php system/ajax)],
        queries  => [qw(check_logged_in=1 ajax_form=1 _wrapper_format=x)],
        pages    => [qw(x node/1 sites/default/files/x.css x?page=2 users)],
        visitors => [qw(_ga=x has_js=1)],
        vary     => 'Cookie',
    },
    joomla => {
        default => 600,
        max     => 3600,
        cookies => [qw(joomla_user_state=logged_in joomla_remember_me_0123=x)],
        paths   => [qw(administrator administrator/ administrator/index.php
            component/users component/users/login component/ajax api
            api/index.php installation/index.php)],
        queries  => [qw(task=x token=x return=x layout=edit)],
        unstored => [qw(x?searchword=x x?q=x component/search/x
            component/finder/x)],
        pages    => [qw(x media/x.css index.php/blog x?start=10 apiary)],
        visitors => [qw(_ga=x 0123456789abcdef=session)],
    },
    mediawiki => {
        cookies => [qw(wikidb_session=x wikidbUserID=1 wikidbUserName=Anna
            wikidbToken=x wikidbLoggedOut=1 UseDC=x UseCDNCache=false)],
        paths => [qw(index.php/Special:UserLogin wiki/Special:RecentChanges
            api.php rest.php/v1/page/x)],
        queries  => [qw(veaction=edit search=x)],
        pages    => [qw(wiki/Main_Page index.php?title=X load.php?modules=x)],
        visitors => [qw(_ga=x wikidbmwuser-sessionId=x)],
        vary     => 'Accept-Encoding, Cookie',
    },
    static => {
        default  => 60,
        pages    => [qw(x x.css x.css?v=2 wp-admin/)],
        visitors => [qw(_ga=x PHPSESSID=x)],
    },
);

my $cache = RProxy::Cache->start('t48_wordpress', 'origin_a');
for my $name (sort keys %PRESETS) {
    my $c = $cache->through("t48_$name");
    subtest $name => sub { acts($c, $PRESETS{$name}) };
}
subtest "$_: a save purges" => sub { saves($cache->through("t48_$_")) }
    for qw(wordpress woocommerce);
subtest 'wordpress: other spellings' => \&spellings;
subtest "$_: PURGE"                  => sub { purges($cache->through($_)) }
    for qw(t48_mediawiki t48_section);
subtest 'static: reloading'          => \&reloading;
subtest 'an origin that fails'       => \&failing;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

sub acts {
    my ($c, $p) = @_;
    is(second($c, $_), 'own', "never shared: $_")
        for @{ $p->{paths} // [] }, map {"x?$_"} @{ $p->{queries} // [] };
    is(second($c, $_), 'own', "not stored: $_") for @{ $p->{unstored} // [] };
    my @somebody = ((map { [Cookie => "a=b; $_"] } @{ $p->{cookies} // [] }),
        @{ $p->{fields} // [] });
    for my $fields (@somebody) {
        is(second($c, 'x', @$fields), 'own', "has a page of his own: @$fields");
        is(left($c, @$fields), 'own', '... and does not leave it to others');
    }
    is(second($c, $_), 'shared', "shared: $_") for @{ $p->{pages} };
    is(second($c, 'x', Cookie => $_), 'shared', "shared with $_")
        for @{ $p->{visitors} };
    arguments($c);
    lifetimes($c, $p);
    varying($c, $p->{vary}) if $p->{vary};
}

# Two ask for a page, the second one with these fields.  What does he get?
sub second {
    my ($c, $name, @fields) = @_;
    my $page = $c->page(name => $name, body => 'first', fields => \@FRESH);
    $c->get($page);
    return after($c, $page, @fields);
}

# The same, but the first one has the fields.
sub left {
    my ($c, @fields) = @_;
    my $page = $c->page(body => 'first', fields => \@FRESH);
    $c->get($page, @fields);
    return after($c, $page);
}

sub after {
    my ($c, $page, @fields) = @_;
    $c->answer($page, body => 'second', fields => \@FRESH);
    my $body = $c->get($page, @fields)->body;
    return $body eq 'first' ? 'shared' : $body eq 'second' ? 'own' : $body;
}

sub arguments {
    my ($c) = @_;
    my $page = $c->page(body => 'first', fields => \@FRESH);
    $c->get("$page?b=1&a=2");
    $c->answer($page, body => 'second', fields => \@FRESH);
    for my $query ('a=2&b=1', map {"a=2&$_&b=1"} @STATISTICS) {
        is($c->get("$page?$query")->body, 'first', "the same page: ?$query");
    }
    is($c->get("$page?$_")->body, 'second', "another page: ?$_")
        for 'a=2', 'a=2&b=2', 'a=2&b=1&utm=x';
}

sub lifetimes {
    my ($c, $p) = @_;
    my $page = $c->page;
    my $said = $c->said($c->get($page));
    is($said->{ttl}, $p->{default}, 'lifetime of what says nothing of one');
    $page = $c->page(fields => ['Cache-Control', 'max-age=31536000']);
    is($c->said($c->get($page))->{ttl}, $p->{max} // 31536000,
        'longest lifetime');
    $page = $c->page(status => 404);
    is($c->said($c->get($page))->{stored}, undef, 'errors are not stored');
    for my $field (['Set-Cookie', 'a=b'], ['Cache-Control', 'private'],
        ['Cache-Control', 'no-store']) {
        $page = $c->page(fields => $field);
        is($c->said($c->get($page))->{stored}, undef, "@$field: not stored");
    }
}

sub varying {
    my ($c, $vary) = @_;
    my $page =
        $c->page(body => 'first', fields => [@FRESH, 'Vary', $vary]);
    $c->get($page, 'Cookie', '_ga=1');
    is(after($c, $page, 'Cookie', '_ga=2'), 'shared', "Vary: $vary");
}

# The origin is asked for the same in each case.
sub spellings {
    my $c = $cache->through('t48_wordpress');
    for my $spelling ('/wp%2Dadmin/', '//wp-admin/', '/x/../wp-admin/',
        '/x/%2e%2e/wp-admin/', '/%77p-admin/') {
        my $page =
            $c->page(name => 'wp-admin/x', body => 'first', fields => \@FRESH);
        (my $target = $page) =~ s{/wp-admin/}{$spelling};
        $c->get($target);
        $c->answer($page, body => 'second', fields => \@FRESH);
        is($c->get($target)->body, 'second', $target);
        is($c->asked($page), 2, '... is that page');
    }
}

# The post is known by its own short link.
sub saves {
    my ($c) = @_;
    my $post = $c->page(name => 'a-post/', body => 'old', fields =>
        ['Link', '<http://localhost/?p=4812>; rel=shortlink']);
    my $other = $c->page(name => 'another/', body => 'old', fields =>
        ['Link', '<http://localhost/?p=4813>; rel=shortlink']);
    my $picture = $c->page(name => 'x.png', body => 'old', fields =>
        [@FRESH, 'Content-Type', 'image/png']);
    $c->get($_) for $post, $other, $picture;
    $c->answer($_, body => 'new') for $post, $other, $picture;
    my $save = $c->page(name => 'wp-admin/post.php', status => 302, fields =>
        ['Location', '/wp-admin/post.php?post=4812&action=edit&message=1']);
    is($c->get($post)->body, 'old', 'stored');
    $c->ask(POST => $save,
        ['Content-Type', 'application/x-www-form-urlencoded'],
        'action=editpost&post_ID=4812&post_title=New');
    is($c->get($post)->body, 'new', 'the post that was saved');
    is($c->get($other)->body, 'old', 'not another post');
    is($c->get($picture)->body, 'old', 'not a file');
}

# MediaWiki sends PURGE with each edit, for the page and its history.
sub purges {
    my ($c) = @_;
    for my $query ('', '?title=X&action=history') {
        my $page = $c->page(name => 'wiki/X', body => 'old', fields => \@FRESH);
        $c->get("$page$query");
        $c->answer($page, body => 'new');
        is($c->get("$page$query")->body, 'old', "stored: $query");
        is($c->ask(PURGE => "$page$query")->status, 200, 'PURGE is taken');
        is($c->get("$page$query")->body, 'new', 'the next one is the new page');
        is($c->asked("$page$query"), 2, 'PURGE is not for the origin');
    }
}

sub reloading {
    is(second($cache->through('t48_static'), 'x.css', @$_), 'shared', "@$_")
        for ['Cache-Control', 'no-cache'], ['Pragma', 'no-cache'],
        ['Cache-Control', 'max-age=0'];
    is(second($cache->through('t48_drupal'), 'x', 'Cache-Control', 'no-cache'),
        'own', 'as it is without the preset');
}

sub failing {
    for my $name (sort keys %PRESETS) {
        my $c = $cache->through("t48_$name");
        my $page = $c->page(body => 'old', fields => ['Cache-Control',
            'max-age=600', 'Age', 3600, 'ETag', '"x"']);
        $c->get($page);
        $c->answer($page, status => 503, body => 'broken');
        my $response = $c->get($page);
        is($response->body, 'old', "$name: an old page stands in");
        is($response->status, 200, '... as it was');
    }
}
