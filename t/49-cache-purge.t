#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Purges: of an address, a prefix, a host, a tag; hard and soft; by the methods
# PURGE and BAN for those who may, and by fields of the application's answers,
# which clients do not see.  All children see a purge at once, and one that
# comes while a page is fetched wins.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Vars ();

my @FRESH = ('Cache-Control', 'max-age=600');
my $cache = RProxy::Cache->start('t49_purge', 'origin_a');
my $n     = 0;

for my $way ('t49_purge', 't49_purge_checked') {
    my $c = $cache->through($way);
    subtest "$way: an address"              => sub { address($c) };
    subtest "$way: a prefix"                => sub { prefix($c) };
    subtest "$way: a host"                  => sub { host($c) };
    subtest "$way: tags"                    => sub { tags($c) };
    subtest "$way: soft"                    => sub { soft($c) };
    subtest "$way: variants"                => sub { variants($c) };
    subtest "$way: by the application"      => sub { application($c) };
    subtest "$way: lifetimes by the application" => sub { lifetimes($c) };
}
subtest 'addresses as the key has them' => \&sorted;
subtest 'who may'                       => \&rights;
subtest 'while a page is fetched'       => \&while_fetched;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
undef $cache;
subtest 'in all children at once'       => \&children;
done_testing();

# ---- pages ----

# Stores "one" for each target, and lets the origin say "two" from then on.
sub stored {
    my ($c, $targets, @fields) = @_;
    for my $target (@$targets) {
        $c->answer($target, body => 'one', fields => [@FRESH, @fields]);
        $c->get($target, 'Cache-Control', 'no-cache');    # whatever is there
        $c->answer($target, body => 'two', fields => [@FRESH, @fields]);
        $c->said($c->get($target))->{hit} or die "$target is not stored";
    }
    return;
}

# Which of them are still "one"?
sub kept {
    my ($c, @targets) = @_;
    return join ' ', map {
        my $body = $c->get($_)->body;
        $body eq 'one' ? 'kept' : $body eq 'two' ? 'gone' : $body;
    } @targets;
}

sub purge {
    my ($c, $method, $target, @fields) = @_;
    my $response = $c->ask($method => $target, \@fields);
    return $response->status;
}

# ---- what ----

sub address {
    my ($c) = @_;
    my $page = $c->page;
    my @all  = ($page, "$page?a=1", "$page?a=2", "$page/below");
    stored($c, \@all);
    is(purge($c, PURGE => "$page?a=1"), 200, 'with a query');
    is(kept($c, @all), 'kept gone kept kept', 'that one alone');
    stored($c, \@all);
    is(purge($c, PURGE => $page), 200, 'without');
    is(kept($c, @all), 'gone gone gone kept', 'with any query');
    stored($c, \@all);
    purge($c, PURGE => $c->page);
    is(kept($c, @all), 'kept kept kept kept', 'another address');
    is(scalar(grep { $_->{method} eq 'PURGE' } $c->requests($page)), 0,
        'the origin does not hear of it');
}

sub prefix {
    my ($c) = @_;
    my $page = $c->page(name => 'shelf');
    my @all  = ("$page/a", "$page/a/b?c", "$page/b", "${page}2", "$page?x");
    stored($c, \@all);
    is(purge($c, BAN => "$page/a"), 200, 'BAN');
    is(kept($c, @all), 'gone gone kept kept kept', 'what begins so');
    stored($c, \@all);
    purge($c, BAN => $page);
    is(kept($c, @all), 'gone gone gone gone gone', 'byte by byte');
    stored($c, \@all);
    stored($c, \@all);
    is(purge($c, PURGE => "$page/.*", 'X-Purge-Method', 'regex'), 200,
        'PURGE with X-Purge-Method: regex');
    for my $pattern ('/a/[0-9]+', '/(a|b)/.*', '/^a', '/a.*/b') {
        is(purge($c, PURGE => $pattern, 'X-Purge-Method', 'regex'), 400,
            "a pattern that cannot be read is refused: $pattern");
    }
    is(kept($c, @all), 'gone gone gone kept kept', 'the same');
    is(kept($c, @all), 'gone gone gone kept kept',
        'what is fetched after it stays');
}

sub host {
    my ($c) = @_;
    my @pages = ($c->page, $c->page);
    my @hosts = qw(a.example b.example);
    for my $host (@hosts) {
        for my $page (@pages) {
            $c->answer($page, body => "one", fields => \@FRESH);
            $c->get($page, Host => $host);
            $c->answer($page, body => "two", fields => \@FRESH);
        }
    }
    is(purge($c, PURGE => '/', 'X-Purge-Method', 'host', Host => 'a.example'),
        200, 'PURGE with X-Purge-Method: host');
    my @seen = map { my $host = $_;
        map { $c->get($_, Host => $host)->body } @pages } @hosts;
    is("@seen", 'two two one one', 'one host alone');
    purge($c, PURGE => $pages[0], Host => 'b.example');
    @seen = map { $c->get($_, Host => 'b.example')->body } @pages;
    is("@seen", 'two one', 'an address belongs to its host');
}

sub tags {
    my ($c) = @_;
    for my $field ('Surrogate-Key', 'xkey', 'Cache-Tag', 'RProxy-Tag') {
        my @tag   = map { sprintf 'tag-%d-%d', $$, ++$n } 1 .. 3;
        my @pages = map { $c->page } 1 .. 4;
        my $joint = $field eq 'Cache-Tag' ? ',' : ' ';
        stored($c, [$pages[0]], $field, $tag[0]);
        stored($c, [$pages[1]], $field, join $joint, @tag[0, 1]);
        stored($c, [$pages[2]], $field, $tag[2], $field, $tag[1]);
        stored($c, [$pages[3]], $field, "$tag[0]-longer");
        is($c->get($pages[0])->field($field), undef,
            "$field: clients do not see it in a hit");
        is($c->get("$pages[0]?first")->field($field), undef,
            "$field: nor in the first");
        is(purge($c, PURGE => '/', $field, $tag[1]), 200, "$field: PURGE");
        is(kept($c, @pages), 'kept gone gone kept', "$field: what has it");
        purge($c, PURGE => '/', $field, $tag[0]);
        is(kept($c, @pages), 'gone gone gone kept', "$field: another");
    }
    my @many = map { "many-$$-$_" } 1 .. 40;
    my $page = $c->page;
    stored($c, [$page], 'Cache-Tag', join ',', @many[0 .. 9]);
    purge($c, PURGE => '/', 'Cache-Tag', join ',', @many[9, 11]);
    is(kept($c, $page), 'gone', 'several at once');
    my $other = $c->page(body => 'one',
        fields => [@FRESH, 'Cache-Tag', 'of-one-host']);
    $c->get($other, Host => $_) for qw(a.example b.example);
    $c->answer($other, body => 'two', fields => \@FRESH);
    purge($c, PURGE => '/', 'Cache-Tag', 'of-one-host', Host => 'a.example');
    is($c->get($other, Host => 'b.example')->body, 'one',
        'a tag belongs to its host');
    is($c->get($other, Host => 'a.example')->body, 'two', 'to that one');
}

# A soft purge makes it stale: asked for again, and good enough for an origin
# that fails.
sub soft {
    my ($c) = @_;
    for my $field ('Soft-Purge', 'Fastly-Soft-Purge') {
        my $page = $c->page(body => 'one', fields => [@FRESH, 'ETag', '"a"']);
        $c->get($page);
        is(purge($c, PURGE => $page, $field, '1'), 200, $field);
        $c->answer($page, closed => 1);
        my $seen = $c->get($page);
        is($seen->body, 'one', 'good enough for an origin that fails');
        $c->answer($page, status => 304, fields => [@FRESH, 'ETag', '"a"']);
        is($c->get($page)->body, 'one', 'asked for again');
        is((($c->requests($page))[-1])->field('If-None-Match'), '"a"',
            'with what it was');
        my $asked = $c->asked($page);
        ok($c->said($c->get($page))->{hit}, 'and fresh then');
        is($c->asked($page), $asked, 'without the origin');
    }
    my $page = $c->page(body => 'one', fields => \@FRESH);
    $c->get($page);
    purge($c, PURGE => $page);
    $c->answer($page, closed => 1);
    is($c->get($page)->status, 502, 'a hard purge leaves nothing to stand in');
    my $tagged = $c->page;
    stored($c, [$tagged], 'Cache-Tag', "soft-$$");
    purge($c, PURGE => '/', 'Cache-Tag', "soft-$$", 'Soft-Purge', 1);
    is(kept($c, $tagged), 'gone', 'soft, by a tag: asked for again');
    my $below = "$tagged/below";
    stored($c, [$below]);
    purge($c, BAN => "$tagged/", 'Soft-Purge', 1);
    is(kept($c, $below), 'gone', 'soft, by a prefix');
}

# All forms of a page go at once.
sub variants {
    my ($c) = @_;
    my $page = $c->page;
    my $ask  = sub { $c->get($page, 'Accept-Language', $_[0])->body };
    my $say  = sub {
        $c->answer($page, body => $_[0],
            fields => [@FRESH, 'Vary', 'Accept-Language']);
    };
    $say->('one');
    $ask->($_) for qw(de fr);
    $say->('two');
    is(join(' ', map { $ask->($_) } qw(de fr)), 'one one', 'two forms');
    purge($c, PURGE => $page);
    is(join(' ', map { $ask->($_) } qw(de fr)), 'two two', 'both are gone');
}

# ---- by fields of answers ----

sub application {
    my ($c) = @_;
    my $tag  = "app-$$-" . ++$n;
    my $page = $c->page;
    my @all  = ($page, "$page?q", "$page/below", $c->page);
    my $do   = sub {
        my ($method, @purge) = @_;
        my $target = $c->page(body => 'done',
            fields => [map { ('RProxy-Purge', $_) } @purge]);
        my $seen = $c->ask($method, $target, [], $method eq 'GET' ? undef : 'x');
        is($seen->field('RProxy-Purge'), undef, "$method, @purge: not seen");
        return;
    };
    stored($c, [@all[0 .. 2]]);
    stored($c, [$all[3]], 'RProxy-Tag', $tag);
    $do->(POST => "tag=$tag");
    is(kept($c, @all), 'kept kept kept gone', 'tag=');
    $do->(POST => "url=$page?q");
    is(kept($c, @all), 'kept gone kept gone', 'url= with a query');
    $do->(GET => "prefix=$page/");
    is(kept($c, @all), 'kept gone gone gone', 'prefix=, in answer to a GET');
    stored($c, [@all[0 .. 2]]);
    stored($c, [$all[3]], 'RProxy-Tag', $tag);
    $do->(PUT => "tag=$tag, url=$page/below");
    is(kept($c, @all), 'kept kept gone gone', 'two commands');
    stored($c, \@all);
    $do->(POST => "url=$page", "url=$all[3]");
    is(kept($c, @all), 'gone gone kept gone', 'two lines');
    stored($c, \@all);
    $do->(POST => 'nonsense, url=no-slash, tag=, =, prefix', "tag=x$tag");
    is(kept($c, @all), 'kept kept kept kept', 'nonsense does nothing');
    $do->(POST => "url=$page;soft");
    $c->answer($page, closed => 1);
    is($c->get($page)->body, 'one', 'soft: it may stand in');
    for my $word (qw(host all)) {
        stored($c, [@all[1, 2]]);
        my $foreign = $c->page(body => 'one', fields => \@FRESH);
        $c->get($foreign, Host => 'b.example');
        $c->answer($foreign, body => 'two', fields => \@FRESH);
        $do->(POST => $word);
        is(kept($c, @all[1, 2]), 'gone gone', "$word: all of its host");
        is($c->get($foreign, Host => 'b.example')->body, 'one',
            "$word: of no other");
    }
    stored($c, [$all[1]]);
    $c->get($c->page, 'RProxy-Purge', "url=$page?q");
    is(kept($c, $all[1]), 'kept', 'what a client says does nothing');
}

# Seconds to live by Cache-Status, undef when it was not stored.
sub lifetime {
    my ($c, @fields) = @_;
    my $page = $c->page(body => 'x', fields => \@fields);
    my $seen = $c->get($page);
    for my $name ('Surrogate-Control', 'RProxy-TTL') {
        ok(!defined $seen->field($name), "@fields: not seen")
            if RProxy::Client::has_field($name, @fields);
    }
    my $said = $c->said($seen);
    return $said->{stored} ? $said->{ttl} : undef;
}

sub lifetimes {
    my ($c) = @_;
    is(lifetime($c, 'RProxy-TTL', '70'), 70, 'RProxy-TTL');
    is(lifetime($c, 'RProxy-TTL', '2m'), 120, 'RProxy-TTL in minutes');
    is(lifetime($c, 'RProxy-TTL', '70', @FRESH), 70,
        'RProxy-TTL goes before Cache-Control');
    is(lifetime($c, 'RProxy-TTL', 'soon', @FRESH), 600, 'nonsense does not');
    is(lifetime($c, 'RProxy-TTL', '0', @FRESH), undef, '0');
    is(lifetime($c, 'Surrogate-Control', 'max-age=80', @FRESH), 80,
        'Surrogate-Control');
    is(lifetime($c, 'Surrogate-Control', 'max-age=80+20'), 80, 'and stale');
    is(lifetime($c, 'Surrogate-Control', 'no-store', @FRESH), undef,
        'Surrogate-Control: no-store');
    is(lifetime($c, 'Surrogate-Control', 'max-age=90;other', @FRESH), 600,
        'for another cache');
    is(lifetime($c, 'Surrogate-Control', 'max-age=90;rproxy', @FRESH), 90,
        'for this one');
    is(lifetime($c, 'RProxy-TTL', '70', 'Set-Cookie', 'a=b'), undef,
        'a lifetime shares no cookie');
    is(lifetime($c, 'RProxy-TTL', '70', 'Cache-Control', 'private'), undef,
        'nor what is private');
}

# ---- keys, rights ----

sub sorted {
    my $c    = $cache->through('t49_purge_sorted');
    my $page = $c->page;
    stored($c, ["$page?a=1&b=2", "$page?c=3"]);
    purge($c, PURGE => "$page?utm_x=1&b=2&a=1");
    is(kept($c, "$page?a=1&b=2", "$page?c=3"), 'gone kept',
        'arguments sorted, some ignored');
    stored($c, ["$page?a=1&b=2"]);
    purge($c, PURGE => $page);
    is(kept($c, "$page?a=1&b=2", "$page?c=3"), 'gone gone', 'all of a path');
}

sub rights {
    my @secret = ('X-Purge-Secret', '0123456789-abcdef');
    for my $case (
        ['t49_purge',        '127.0.0.1', [],      200],
        ['t49_purge',        '127.0.0.2', [],      403],
        ['t49_purge',        '127.0.0.2', \@secret, 403],
        ['t49_purge_checked', '127.0.0.1', [],     200],
        ['t49_purge_checked', '127.0.0.2', [],     403],
        ['t49_purge_secret', '127.0.0.1', [],      403],
        ['t49_purge_secret', '127.0.0.2', \@secret, 200],
        ['t49_purge_secret', '127.0.0.1', ['X-Purge-Secret', ''], 403],
        ['t49_purge_secret', '127.0.0.1',
            ['X-Purge-Secret', '0123456789-abcdeg'], 403],
        ['t49_purge_secret', '127.0.0.1',
            ['X-Purge-Secret', '0123456789-abcde'], 403],
        ['t49_purge_both',   '127.0.0.1', \@secret, 200],
        ['t49_purge_both',   '127.0.0.2', \@secret, 403],
        ['t49_purge_both',   '127.0.0.1', [],      403],
    ) {
        my ($vhost, $address, $fields, $status) = @$case;
        my $c    = $cache->through($vhost);
        my $page = $c->page;
        for my $method (qw(PURGE BAN)) {
            stored($c, [$page]);
            my $client = RProxy::Client->to($vhost, from => $address);
            my $what   = "$vhost, $address, @$fields: $method";
            is($client->ask($method, $page, $fields)->status, $status, $what);
            is(kept($c, $page), $status == 200 ? 'gone' : 'kept', $what);
        }
    }
    my $c    = $cache->through('t49_purge_nobody');
    my $page = $c->page(body => 'one', fields => \@FRESH);
    is(purge($c, PURGE => $page), 200, 'without RProxyCachePurge');
    is((($c->requests($page))[0])->{method}, 'PURGE', "the origin's");
    $page = $c->page;
    stored($c, [$page]);
    purge($c, GET => $page, @secret, 'X-Purge-Method', 'host');
    is(kept($c, $page), 'kept', 'no other method');
}

# ---- moments ----

# A page under way when the purge comes is older than the purge.
sub while_fetched {
    my $origin = RProxy::Origin->listen('origin_b');
    my $head   = "HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\n"
        . "Cache-Tag: t%d\r\nContent-Length: 6\r\nConnection: close\r\n\r\n";
    for my $moment ('before the head', 'within the body') {
        for my $purge (
            ['an address', sub { (PURGE => $_[0]) }],
            ['a prefix',   sub { (BAN => substr $_[0], 0, -1) }],
            ['a host',     sub { (PURGE => '/', 'X-Purge-Method', 'host') }],
            ['a tag',      sub { (PURGE => '/', 'Cache-Tag', "t$n") }],
            ['an address, soft', sub { (PURGE => $_[0], 'Soft-Purge', 1) }],
        ) {
            my ($what, $command) = @$purge;
            my $page = sprintf '/fetch-%d-%d', $$, ++$n;
            my $first = RProxy::Exchange->begin('t49_purge_fetch', $origin,
                "GET $page HTTP/1.1\r\nHost: localhost\r\n\r\n");
            $first->origin->send(sprintf($head, $n) . 'o')
                if $moment ne 'before the head';
            my $client = RProxy::Client->to('t49_purge_fetch');
            # The head has arrived when the client has it.
            my $old = $moment eq 'before the head' ? undef
                : $first->client->read_response_head;
            my ($method, $target, @fields) = $command->($page);
            is($client->ask($method, $target, \@fields)->status, 200,
                "$what, $moment: purged");
            if ($old) {
                $first->origin->send("ld one");
                $first->origin->close;
                is($old->read_body($first->client)->body, 'old on',
                    "$what, $moment: who has asked gets it");
            }
            else {
                is($first->answer(sprintf($head, $n) . 'old on')->body,
                    'old on', "$what, $moment: who has asked gets it");
            }
            my $second = RProxy::Exchange->begin('t49_purge_fetch', $origin,
                "GET $page HTTP/1.1\r\nHost: localhost\r\n\r\n");
            is($second->answer(sprintf($head, $n) . 'newone')->body, 'newone',
                "$what, $moment: who asks later does not");
            is($client->get($page)->body, 'newone',
                "$what, $moment: which is stored");
        }
    }
}

sub children {
    my $children = 3;
    my $port     = RProxy::Vars::value('origin_a_port');
    my $httpd    = RProxy::Httpd->start(
        children => $children,
        threads  => 8,
        conf     => <<"CONF",
RProxyCacheSize 8m
RProxyCache On
RProxyCachePurge from=127.0.0.1
RProxyPass "/" "http://127.0.0.1:$port"
CONF
    );
    my $generation = 0;
    my $origin = RProxy::Cache->start('none', 'origin_a');
    my $page   = $origin->page(body => 'page 0', fields => \@FRESH);
    my @clients = map { $httpd->connect } 1 .. 12;
    for my $round (1 .. 20) {
        $_->get($page) for @clients;
        $origin->answer($page, body => "page $round", fields => \@FRESH);
        $clients[ $round % @clients ]->ask(PURGE => $page);
        my @old = grep { $_ ne "page $round" }
            map { $_->get($page)->body } @clients;
        is("@old", '', "round $round: nobody gets the old page");
    }
    is($origin->asked($page), 21, 'each page was fetched once');
    is_deeply($httpd->complaints, [], 'nothing in the log');
}
