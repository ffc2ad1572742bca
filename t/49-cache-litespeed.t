#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The LiteSpeed Cache plugin for WordPress: its fields rule the cache where
# RProxyCacheLiteSpeed is On, and clients see none of them.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();

my @PUBLIC = ('X-LiteSpeed-Cache-Control', 'public,max-age=604800');
my $cache  = RProxy::Cache->start('t49_litespeed', 'origin_a');
my $runs   = 0;

subtest 'announced to the plugin' => \&announced;
subtest 'lifetimes'               => \&lifetimes;
subtest 'tags and purges'         => \&purges;
subtest 'stale'                   => \&stale;
subtest 'who may not purge'       => \&clients;
subtest 'vary'                    => \&vary;
subtest 'fields are taken out'    => \&taken_out;
subtest 'off'                     => \&off;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

# The plugin asks for this before it sends anything.
sub announced {
    my $page = $cache->page(body => 'x');
    $cache->get($page);
    my ($request) = $cache->requests($page);
    is($request->field('X-LSCACHE'), 'on', 'X-LSCACHE: on');
    $page = $cache->page(body => 'x');
    $cache->get($page, 'X-LSCACHE', 'off');
    ($request) = $cache->requests($page);
    is($request->field('X-LSCACHE'), 'on', 'whatever the client says');
}

# Seconds to live, undef when it was not stored.
sub lifetime {
    my @fields = @_;
    my $said = $cache->said($cache->get(
        $cache->page(body => 'x', fields => \@fields)));
    return $said->{stored} ? $said->{ttl} : undef;
}

sub lifetimes {
    my @other = ('Cache-Control', 'max-age=5');
    my $name  = 'X-LiteSpeed-Cache-Control';
    is(lifetime(@PUBLIC), 604800, 'public,max-age=604800');
    is(lifetime($name, 'max-age=80'), 80, 'max-age alone');
    is(lifetime($name, 'public, max-age=80, s-maxage=90'), 90, 's-maxage');
    is(lifetime(@PUBLIC, @other), 604800, 'before Cache-Control');
    is(lifetime(@PUBLIC, 'Cache-Control', $_), 604800, "before $_")
        for 'no-store', 'private', 'no-cache, must-revalidate, max-age=0';
    is(lifetime($name, 'max-age=80', 'Cache-Control', 'no-store'), undef,
        'but only where it says public');
    is(lifetime('x-litespeed-cache-control', 'public,max-age=80'), 80,
        'in small letters');
    for my $value ('no-cache', 'no-store', 'private,max-age=1800',
        'public,max-age=80,no-store', 'max-age=0', 'no-cache,esi=on') {
        is(lifetime($name, $value), undef, $value);
        is(lifetime($name, $value, @other), undef, "$value, and max-age=5");
    }
    is(lifetime(@PUBLIC, 'Set-Cookie', 'a=b'), undef, 'a cookie is not shared');
    is(lifetime(@other), 5, 'without it, Cache-Control');
}

# ---- purges ----

# Five pages as the plugin tags them, stored as "one".
sub site {
    my $host = sprintf 'ls-%d-%d-%d.example', $$, time, ++$runs;
    my %tags = (
        '/p5/'   => 'a1_Po.5,a1_URL.55,a1_',
        '/p6/'   => 'public:a1_Po.6,public:a1_URL.66,a1_',
        '/feed/' => 'a1_FD,a1_',
        '/'      => 'a1_F,a1_H,a1_',
        '/plain' => undef,
    );
    for my $body (qw(one two)) {
        for my $path (sort keys %tags) {
            my @tags = defined $tags{$path}
                ? ('X-LiteSpeed-Tag', $tags{$path}) : ();
            $cache->answer($path, body => $body, fields => [@PUBLIC, @tags]);
            $cache->get($path, Host => $host) if $body eq 'one';
        }
    }
    return $host;
}

sub left_of {
    my ($host) = @_;
    return join ' ', grep { $cache->get($_, Host => $host)->body eq 'one' }
        '/', '/feed/', '/p5/', '/p6/', '/plain';
}

# Some page of the site's administration answers so; what is left?
sub after {
    my ($method, @fields) = @_;
    my $host   = site();
    my $target = $cache->page(body => 'done', fields => [
        'X-LiteSpeed-Cache-Control', 'no-cache', @fields]);
    my $seen = $cache->ask($method, $target, [Host => $host],
        $method eq 'POST' ? 'a=b' : undef);
    is($seen->field($_), undef, "$_ is not seen")
        for grep {/^X-/} @fields;
    return left_of($host);
}

sub purges {
    my $purge = 'X-LiteSpeed-Purge';
    my $all   = '/ /feed/ /p5/ /p6/ /plain';
    is(after(POST => ()), $all, 'control');
    is(after(POST => $purge, 'public,a1_Po.5'), '/ /feed/ /p6/ /plain',
        'a tag');
    is(after(POST => $purge, 'a1_Po.5'), '/ /feed/ /p6/ /plain',
        'without public');
    is(after(POST => $purge, 'tag=a1_Po.5'), '/ /feed/ /p6/ /plain',
        'with tag=');
    is(after(POST => $purge, 'public,tag=a1_Po.5,a1_FD,a1_F'), '/p6/ /plain',
        'three');
    is(after(GET => $purge, 'public,a1_Po.6'), '/ /feed/ /p5/ /plain',
        'in answer to a GET');
    is(after(POST => $purge, 'private,a1_Po.5'), $all, 'private pages');
    is(after(POST => $purge, 'private,*'), $all, 'all private pages');
    is(after(POST => $purge, 'public,a1_FD;private,a1_Po.5'),
        '/ /p5/ /p6/ /plain', 'public and private');
    is(after(POST => $purge, 'private,a1_Po.5;public,a1_FD'),
        '/ /p5/ /p6/ /plain', 'private and public');
    is(after(POST => $purge, 'public,a1_'), '/plain', 'all that has tags');
    is(after(POST => $purge, '*'), '', 'all');
    is(after(POST => $purge, 'public,*'), '', 'all public');
    is(after(POST => $purge, '/p5/'), '/ /feed/ /p6/ /plain', 'an address');
    is(after(POST => 'X-LiteSpeed-Purge2', 'public,a1_Po.5'),
        '/ /feed/ /p6/ /plain', 'the second field');
    is(after(POST => $purge, 'public,a1_FD', 'X-LiteSpeed-Purge2',
        'public,a1_F'), '/p5/ /p6/ /plain', 'both');
    is(after(POST => $purge, 'public,a1_Po'), $all, 'part of a tag');
    is(after(POST => $purge, ',,;public;,tag='), $all, 'nonsense');
    my ($one, $other) = (site(), site());
    my $target = $cache->page(body => 'x', fields => [$purge, '*']);
    $cache->ask(POST => $target, [Host => $one], 'x');
    is(left_of($one) . '|' . left_of($other), "|$all", 'one site alone');
}

# "stale": good enough for an origin that fails.
sub stale {
    for my $case (['public,stale,a1_s', 200], ['public,a1_s', 502]) {
        my ($value, $status) = @$case;
        my $page = $cache->page(body => 'one',
            fields => [@PUBLIC, 'X-LiteSpeed-Tag', 'a1_s']);
        $cache->get($page);
        my $target = $cache->page(body => 'x',
            fields => ['X-LiteSpeed-Purge', $value]);
        $cache->ask(POST => $target, [], 'x');
        $cache->answer($page, closed => 1);
        is($cache->get($page)->status, $status, "$value: the origin fails");
        $cache->answer($page, body => 'two', fields => \@PUBLIC);
        is($cache->get($page)->body, 'two', "$value: it is asked for again");
    }
}

sub clients {
    my $host = site();
    $cache->ask($_ => '/p5/', [Host => $host, 'X-LiteSpeed-Purge', '*'])
        for qw(GET HEAD);
    is(left_of($host), '/ /feed/ /p5/ /p6/ /plain',
        'what a client says does nothing');
}

# ---- pages that differ ----

sub vary {
    my $page = $cache->page;
    my $ask  = sub { $cache->get($page, @_)->body };
    $cache->answer($page, body => 'for all', fields => \@PUBLIC);
    is($ask->(), 'for all', 'without the cookie');
    $cache->answer($page, body => 'mobile', fields => \@PUBLIC);
    is($ask->(Cookie => '_lscache_vary=mobile'), 'mobile',
        'the cookie _lscache_vary tells pages apart');
    $cache->answer($page, body => 'neither', fields => \@PUBLIC);
    is($ask->(), 'for all', 'both are stored');
    is($ask->(Cookie => 'a=b; _lscache_vary=mobile'), 'mobile',
        'each for its own');

    my %vary = (
        'cookie=wp-postpass_*'                => 1,    # in the key: see there
        'cookie=other'                        => 0,
        'value=mobile'                        => 0,
        'cookie=wp-postpass_*,cookie=another' => 0,
        'nonsense'                            => 0,
    );
    for my $value (sort keys %vary) {
        my $said = $cache->said($cache->get($cache->page(body => 'x',
            fields => [@PUBLIC, 'X-LiteSpeed-Vary', $value])));
        is($said->{stored} ? 1 : 0, $vary{$value}, $value);
    }
}

# ---- what is seen of it ----

my @ITS = ('X-LiteSpeed-Tag', 'a1_x', 'X-LiteSpeed-Vary',
    'cookie=wp-postpass_*', 'X-LiteSpeed-Purge', 'public,a1_none',
    'X-LiteSpeed-Purge2', 'public,a1_none', 'X-LiteSpeed-Cache', 'miss',
    'X-LiteSpeed-Debug-Tag', 'x');

sub taken_out {
    my $page = $cache->page(body => 'x', fields => [@PUBLIC, @ITS]);
    my ($first, $second) = map { $cache->get($page) } 1 .. 2;
    ok($cache->said($second)->{hit}, 'stored');
    unlike($_->{head}, qr/litespeed/i, 'nothing of it is seen')
        for $first, $second;
}

sub off {
    my $off  = $cache->through('t49_litespeed_off');
    my $page = $off->page(body => 'x', fields => \@PUBLIC);
    ok(!$off->said($off->get($page))->{stored}, 'no lifetime');
    my ($request) = $off->requests($page);
    is($request->field('X-LSCACHE'), undef, 'nothing is announced');
    my $kept = $off->page(body => 'one',
        fields => ['Cache-Control', 'max-age=600', @ITS]);
    unlike($off->get($kept)->{head}, qr/litespeed/i,
        'its fields are taken out even so');
    $off->ask(POST => $off->page(body => 'x',
        fields => ['X-LiteSpeed-Purge', '*']), [], 'x');
    ok($off->said($off->get($kept))->{hit}, 'and purge nothing');
}
