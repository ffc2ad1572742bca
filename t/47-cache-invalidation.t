#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A request that may have changed something takes what is stored away: of its
# own address, of Location and Content-Location; of no other host.
# RFC 9111 section 4.4.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();

my @FRESH = ('Cache-Control', 'max-age=600');

my $cache = RProxy::Cache->start('t47_quick', 'origin_a');
for my $way (qw(quick checked)) {
    my $c = $cache->through("t47_$way");
    subtest "$way: methods"    => sub { methods($c) };
    subtest "$way: statuses"   => sub { statuses($c) };
    subtest "$way: references" => sub { references($c) };
    subtest "$way: variants"   => sub { variants($c) };
}
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

sub stored {
    my ($c, @fields) = @_;
    my $page = $c->page(body => 'one', fields => [@FRESH, @fields]);
    $c->get($page);
    return $page;
}

sub is_there {
    my ($c, $page, @fields) = @_;
    my $got = $c->get($page, 'Cache-Control', 'only-if-cached', @fields);
    return $got->status == 200 ? 1 : 0;
}

sub methods {
    my ($c) = @_;
    for my $case (
        (map { [$_, 0] } qw(POST PUT DELETE PATCH MKCOL UNKNOWN)),
        (map { [$_, 1] } qw(GET HEAD OPTIONS PROPFIND)),
    ) {
        my ($method, $stays) = @$case;
        my $page = stored($c);
        $c->ask($method, $page, [], $stays ? () : 'x');
        is(is_there($c, $page), $stays,
            "4.4 $method " . ($stays ? 'is safe' : 'invalidates'));
    }
    my $page = stored($c);
    $c->get("$page?x=1");
    $c->ask(POST => "$page?x=1", [], 'x');
    is(is_there($c, "$page?x=1"), 0, '4.4 the query is of the address');
    is(is_there($c, $page), 1, '4.4 and the address without it is another');
}

sub statuses {
    my ($c) = @_;
    for my $case ((map { [$_, 0] } 200, 201, 204, 302, 303),
        (map { [$_, 1] } 400, 403, 404, 500, 503)) {
        my ($status, $stays) = @$case;
        my $page = stored($c);
        $c->answer($page, status => $status);
        $c->ask(POST => $page, [], 'x');
        is(is_there($c, $page), $stays, "4.4 after a $status: "
            . ($stays ? 'it stays' : 'it goes'));
    }
}

sub references {
    my ($c) = @_;
    for my $name ('Location', 'Content-Location') {
        for my $case (
            ['a path', sub { $_[0] }, 0],
            ['the same host', sub {"http://localhost$_[0]"}, 0],
            ['another host', sub {"http://other.example$_[0]"}, 1],
            ['another scheme', sub {"ftp://localhost$_[0]"}, 1],
        ) {
            my ($what, $reference, $stays) = @$case;
            my $there = stored($c);
            my $page  = $c->page(status => 201,
                fields => [$name, $reference->($there)]);
            $c->ask(POST => $page, [], 'x');
            is(is_there($c, $there), $stays, "4.4 $name: $what");
        }
    }
    my $page = stored($c);
    $c->get($page, 'Host', 'b.example');
    $c->ask(POST => $page, ['Host', 'b.example'], 'x');
    is(is_there($c, $page), 1, '4.4 of one host, not of the other');
    is(is_there($c, $page, 'Host', 'b.example'), 0, '4.4 but of that one');
}

sub variants {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@FRESH, 'Vary', 'X-A']);
    $c->get($page, 'X-A', $_) for 1, 2;
    $c->ask(POST => $page, ['X-A', 1], 'x');
    is(is_there($c, $page, 'X-A', $_), 0, "4.4 all variants: $_") for 1, 2;
}
