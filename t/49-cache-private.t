#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What is for one is never shared, although the virtual hosts here store what
# says nothing of a lifetime.  In each case somebody asks first, and the next
# one must get his own page: RProxy::Cache's verdict is then "miss".
# RFC 9111 sections 3.5, 5.2.2 and 7, RFC 9110 section 9.3.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Echo ();

my @FRESH = ('Cache-Control', 'max-age=600');
my $cache = RProxy::Cache->start('t49_private', 'origin_a');

is($cache->verdict({}), 'hit', 'control: what says nothing is shared');
subtest 'Set-Cookie'             => \&set_cookie;
subtest 'Cache-Control'          => \&cache_control;
subtest 'Authorization'          => \&authorization;
subtest 'Vary'                   => \&vary;
subtest 'statuses'               => \&statuses;
subtest 'bodies of GET'          => \&fat_get;
subtest 'other methods'          => \&methods;
subtest 'methods by other names' => \&overrides;
subtest 'WordPress'              => \&wordpress;
subtest 'a shop'                 => \&shop;
subtest 'rules of one\'s own'    => \&rules;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

sub says { return { fields => [@_] } }

# ---- what the response says ----

sub set_cookie {
    my @cookie = ('Set-Cookie', 'id=anna');
    is($cache->verdict(says(@cookie)), 'miss', 'a cookie');
    is($cache->verdict(says(@FRESH, @cookie)), 'miss', 'with a lifetime');
    is($cache->verdict(says(@cookie, 'Set-Cookie', 'b=c')), 'miss', 'two');
    is($cache->verdict(says('set-cookie', 'id=anna')), 'miss',
        'in small letters');
    is($cache->verdict(says('Set-Cookie', '')), 'miss', 'an empty one');
    for my $name (qw(cookie cookie-always private)) {
        my $page = $cache->page(name => $name, body => 'one');
        $cache->get($page) for 1 .. 2;
        is($cache->asked($page), 2, "by mod_headers: $name");
    }
    # The origin takes the responsibility (RFC 9111 section 7.3).
    is($cache->verdict(says('Cache-Control', 'public, max-age=600', @cookie)),
        'hit', 'public: shared as it is');
    for my $case (['no-cache="Set-Cookie"', 't49'],
        ['private="set-cookie"', 't49'], ['max-age=600', 'ignore-cookie']) {
        my ($control, $name) = @$case;
        my $page = $cache->page(name => $name, body => 'one',
            fields => ['Cache-Control', "max-age=600, $control", @cookie]);
        $cache->get($page);
        my $hit = $cache->get($page);
        is($cache->asked($page), 1, "$name, $control: the page is shared");
        is($hit->field('Set-Cookie'), undef, "$name, $control: the cookie not");
    }
}

sub cache_control {
    for my $value ('private', 'PRIVATE', 'Private , max-age=600',
        'max-age=600,private', 'private=', 'private=""',
        'max-age=600, private, public', 'no-store', 'public, no-store',
        'max-age=600, s-maxage=600, no-store', 'max-age=0', 's-maxage=0',
        'max-age=600, s-maxage=0', 'max-age=600;private', 'max-age="x"',
        'max-age=-1', ',,no-store', "max-age=600,\tprivate") {
        is($cache->verdict(says('Cache-Control', $value)), 'miss', $value);
    }
    is($cache->verdict(says(@FRESH, 'Cache-Control', 'private')), 'miss',
        'on a line of its own');
    is($cache->verdict(says('Cache-Control', 'no-store', @FRESH)), 'miss',
        'on the first line');
    is($cache->verdict(says('Expires', $_)), 'miss', "Expires: $_")
        for '0', '-1', 'Thu, 01 Jan 1970 00:00:00 GMT', 'soon';
    is($cache->verdict(says('Cache-Control', 'no-cache', 'ETag', '"a"')),
        'validated', 'no-cache: kept, but asked for each time');
    is($cache->verdict(says('Pragma', 'no-cache', 'Cache-Control', 'private')),
        'miss', 'Pragma and private');
}

sub authorization {
    my @login = ('Authorization', 'Basic YW5uYTphbm5h');
    for my $fields ([], [@FRESH], ['Expires', RProxy::Cache::date(600)]) {
        my $page = $cache->page(body => 'of anna', fields => $fields);
        $cache->get($page, @login);
        $cache->answer($page, body => 'for all');
        is($cache->get($page)->body, 'for all', "@$fields");
    }
    my $page = $cache->page(body => 'for all', fields => \@FRESH);
    $cache->get($page);
    $cache->answer($page, body => 'of anna', fields => \@FRESH);
    my $seen = $cache->get($page, @login)->body;
    is($seen, 'for all', 'what was stored for all is for users too');
    is($cache->get($page)->body, 'for all', 'and stays');
}

sub vary {
    my $page = $cache->page(body => 'nobody',
        fields => [@FRESH, 'Vary', 'Cookie']);
    is($cache->get($page)->body, 'nobody', 'without a cookie');
    for my $who (qw(anna bert)) {
        $cache->answer($page, body => $who, fields => [@FRESH, 'Vary', 'Cookie']);
        is($cache->get($page, Cookie => "id=$who")->body, $who, $who)
            for 1 .. 2;
    }
    is($cache->get($page)->body, 'nobody', 'without a cookie again');
    is($cache->get($page, Cookie => '')->body, 'bert',
        'an empty one is not the same as none');
    is($cache->get($page, Cookie => 'id=anna')->body, 'anna', 'anna again');
    is($cache->get($page, Cookie => 'id=carl')->body, 'bert',
        'another is asked for');
    is($cache->asked($page), 5, 'one fetch for each');
    is($cache->verdict(says(@FRESH, 'Vary', '*')), 'miss', 'Vary: *');
    is($cache->verdict(says(@FRESH, 'Vary', 'Cookie', 'Vary', '*')), 'miss',
        '* on another line');
}

sub statuses {
    for my $status (400, 401, 403, 405, 413, 429, 431, 500, 502, 503, 302, 307) {
        my $page = $cache->page(status => $status, body => 'one',
            fields => ['Location', 'http://a.example/', 'Allow', 'GET',
                'WWW-Authenticate', 'Basic realm="x"']);
        $cache->get($page) for 1 .. 2;
        is($cache->asked($page), 2, "$status without a lifetime");
    }
    my $page = $cache->page(status => 200, body => 'x' x 4000, cut => 100);
    $cache->get($page);
    $cache->answer($page, body => 'whole');
    is($cache->get($page)->body, 'whole', 'a body that was cut short');
}

# ---- what the request says ----

# An attacker's request, then a victim's: which page does he get?
sub after {
    my ($c, $attack, $victim) = @_;
    my $page = $c->page(body => 'poison', fields => \@FRESH);
    $attack->($page);
    $c->answer($page, body => 'clean', fields => \@FRESH);
    my $first = $c->get($page, @{ $victim // [] })->body;
    $c->answer($page, body => 'newer', fields => \@FRESH);
    $attack->($page);
    my $second = $c->get($page, @{ $victim // [] })->body;
    return "$first $second";
}

# A page that is stored is neither answered to the attack nor replaced by it.
sub fat_get {
    is(after($cache, sub { $cache->ask(GET => $_[0], [], 'id=1') }),
        'clean clean', 'a body with a length');
    my $chunked = sub {
        my $client = RProxy::Client->to('t49_private');
        $client->send("GET $_[0] HTTP/1.1\r\nHost: localhost\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n4\r\nid=1\r\n0\r\n\r\n");
        $client->read_response;
    };
    is(after($cache, $chunked), 'clean clean', 'chunks');
    my $page = $cache->page(body => 'one', fields => \@FRESH);
    $cache->get($page);
    my $response = $cache->ask(GET => $page, [], 'id=1');
    ok(!$cache->said($response)->{hit}, 'it is never answered by the cache');
    is($cache->asked($page), 2, 'but by the origin');
    is(($cache->requests($page))[1]{body}, 'id=1', 'with its body');
}

sub methods {
    for my $method (qw(POST PUT DELETE PATCH OPTIONS PROPFIND FOO get)) {
        my $page = $cache->page(body => 'poison', fields => \@FRESH);
        $cache->ask($method, $page, [], 'x');
        $cache->answer($page, body => 'clean', fields => \@FRESH);
        is($cache->get($page)->body, 'clean', "$method is not stored");
    }
    my $page = $cache->page(body => 'one', fields => \@FRESH);
    $cache->get($page);
    for my $method (qw(POST PUT OPTIONS FOO)) {
        my $asked = $cache->asked($page);
        $cache->ask($method, $page, [], 'x');
        is($cache->asked($page), $asked + 1, "$method goes to the origin");
    }
}

sub overrides {
    for my $field (qw(X-HTTP-Method-Override X-Method-Override X-HTTP-Method)) {
        is(after($cache, sub { $cache->get($_[0], $field, 'POST') }),
            'clean clean', $field);
        is(after($cache, sub { $cache->get($_[0], lc $field, 'DELETE') }),
            'clean clean', lc $field);
    }
}

# ---- presets ----

# Whoever has the cookie gets pages of his own, which nobody else gets.
sub own_pages {
    my ($c, $cookie) = @_;
    my $page = $c->page(body => 'his own', fields => []);
    my @his  = (Cookie => "a=b; $cookie=1; c=d");
    $c->get($page, @his);
    $c->answer($page, body => 'for all');
    is($c->get($page)->body, 'for all', "$cookie: his is not stored");
    $c->answer($page, body => 'his own');
    is($c->get($page, @his)->body, 'his own', "$cookie: nor is he given others'");
    is($c->get($page)->body, 'for all', "$cookie: which stay");
}

sub never_stored {
    my ($c, $target) = @_;
    $c->answer($target, body => 'one', fields => [@FRESH]);
    $c->get($target) for 1 .. 2;
    is($c->asked($target), 2, "$target: not stored");
}

sub wordpress {
    my $c = $cache->through('t49_private_wordpress');
    is($c->verdict({}), 'hit', 'control: an anonymous page is shared');
    own_pages($c, $_) for qw(wordpress_logged_in_0123 wordpress_sec_0123
        comment_author_0123 wp-postpass_0123);
    my $site = $c->page;
    never_stored($c, "$site$_") for qw(/wp-admin/ /wp-admin/index.php
        /wp-login.php /wp-login.php?x /wp-cron.php /xmlrpc.php
        /wp-json/wp/v2/posts /?rest_route=/wp/v2/posts /?preview=true
        /?p=1&preview=true /?s=word /wp-comments-post.php /?unapproved=3);
}

sub shop {
    my $c = $cache->through('t49_private_shop');
    is($c->verdict({}), 'hit', 'control: an anonymous page is shared');
    own_pages($c, $_) for qw(wordpress_logged_in_0123
        woocommerce_items_in_cart woocommerce_cart_hash
        wp_woocommerce_session_0123);
    my $site = $c->page;
    never_stored($c, "$site$_") for qw(/cart/ /checkout/ /my-account/
        /checkout/order-received/1/ /?wc-ajax=get_refreshed_fragments
        /?add-to-cart=7);
}

# The origin decodes: what a rule names it also names in other spellings.  Here
# it answers whatever it is asked for.
sub rules {
    my $echo = RProxy::Echo->start('origin_b');
    my $c    = $cache->through('t49_private_rules');
    my $n    = join '-', $$, time;
    ok(is_shared($c, $_), "control: $_") for "/x/$n", "/x/%61/$n", "//x/$n",
        "/x;a/$n", "/?x=$n", "/?x;a=$n", "/?y=%74oken$n";
    ok(!is_shared($c, $_), $_) for "/account/$n", "/account/$n/x.css",
        "/%61ccount/$n", "/account%2f$n", "/%2561ccount/../account/%2e/$n",
        "//account/$n", "/./account/$n", "/x/../account/$n",
        "/x/%2e%2e/account/$n", "/?token=$n", "/?x=1&token=$n", "/?%74oken=$n",
        "/?a;token=$n", "/search/$n", "/%73earch/$n", "/search?$n";
    ok(!is_shared($c, "/cookie/$n", Cookie => 'session2=1'), 'cookie=session*');
    ok(is_shared($c, "/cookie/$n", Cookie => 'other=1'), 'another cookie');
    ok(!is_shared($c, "/cookie/$n", Cookie => 'session2=1'),
        'what is stored is not for it');
    ok(!is_shared($c, "/header/$n", 'X-Preview', '1'), 'header=X-Preview');
}

# Does the second client get what the first got?
sub is_shared {
    my ($c, $target, @fields) = @_;
    my ($first, $second) = map { $c->get($target, @fields) } 1 .. 2;
    $first->status =~ /^(?:200|404|400)$/ or die "$target: $first->{head}";
    return $c->said($second)->{hit} ? 1 : 0;
}
