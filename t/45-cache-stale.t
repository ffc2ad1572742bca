#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What is stale is sent all the same: while a new one is fetched, and when the
# origin fails; not where the origin forbids it.  RFC 5861, RFC 9111 section
# 4.2.4.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Origin ();

sub stale { return ('Cache-Control', "max-age=60$_[0]", 'Age', 70, 'ETag', '"v"') }

my $cache = RProxy::Cache->start('t45_quick', 'origin_a');
my %way = map { $_ => $cache->through("t45_$_") } qw(quick checked);
for my $way (sort keys %way) {
    subtest "$way: stale-while-revalidate" => sub { revalidated($way{$way}) };
    subtest "$way: stale-if-error"         => sub { if_error($way{$way}) };
    subtest "$way: forbidden"              => sub { forbidden($way{$way}) };
    subtest "$way: as the client says"     => sub { as_asked($way{$way}) };
}
subtest 'as configured' => \&configured;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
my %refused = map { $_ => stored($way{$_}, ', stale-if-error=600') } keys %way;
$cache->origin->stop;
is($way{$_}->get($refused{$_})->body, 'one', "$_: refused") for sort keys %way;
subtest 'many at once' => \&many;
done_testing();

sub stored {
    my ($c, $words) = @_;
    my $page = $c->page(body => 'one', fields => [stale($words)]);
    $c->get($page);
    return $page;
}

# RFC 5861 section 3.
sub revalidated {
    my ($c) = @_;
    my $page = stored($c, ', stale-while-revalidate=600');
    $c->answer($page, body => 'two', fields => ['Cache-Control', 'max-age=600']);
    is($c->get($page)->body, 'one', 'within that time: at once');
    is($c->await_asked($page, 2), 2, 'the origin is asked meanwhile');
    $c->await_stored($page, sub { $_[0]->body eq 'two' });
    is($c->asked($page), 2, 'once, and the new one takes its place');
    is(($c->requests($page))[1]->field('If-None-Match'), '"v"',
        'whether it is still right');
    $page = stored($c, ', stale-while-revalidate=5');
    $c->answer($page, body => 'two');
    is($c->get($page)->body, 'two', 'beyond that time: the origin first');
}

# RFC 5861 section 4.
my @FAILURES;
BEGIN {
    @FAILURES = ((map { ["$_", status => $_, body => 'two'] } 500, 502, 503, 504),
        ['closed', closed => 1], ['timed out', hangs => 1]);
}

sub if_error {
    my ($c) = @_;
    for my $case (@FAILURES) {
        my ($name, %answer) = @$case;
        my $page = stored($c, ', stale-if-error=600');
        $c->answer($page, %answer);
        my $got = $c->get($page);
        is($got->status . $got->body, '200one', "$name: the stale one");
        $page = stored($c, ', stale-if-error=5');
        $c->answer($page, %answer);
        isnt($c->get($page)->body, 'one', "$name: not beyond that time");
    }
    my $page = stored($c, ', stale-if-error=600');
    $c->answer($page, status => 404, body => 'gone');
    is($c->get($page)->body, 'gone', '404 is an answer');
}

# RFC 9111 section 4.2.4.
sub forbidden {
    my ($c) = @_;
    for my $word ('must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache') {
        for my $case (@FAILURES) {
            my ($name, %answer) = @$case;
            next if $answer{hangs};
            my $page = stored($c, ", stale-if-error=600, $word");
            $c->answer($page, %answer);
            isnt($c->get($page)->body, 'one', "$word: not after $name");
        }
        my $page = stored($c, ", stale-while-revalidate=600, $word");
        $c->answer($page, body => 'two');
        is($c->get($page)->body, 'two', "$word: not while it is fetched");
    }
}

# RFC 5861 section 4, in a request: beside what the response says, the shorter
# time; where it says nothing, in place of RProxyCacheKeepStale.  Ten seconds
# too old.
sub as_asked {
    my ($c) = @_;
    for my $case (
        ['', 'stale-if-error=600', 'one'],
        ['', 'stale-if-error=5', 'two'],
        ['', 'stale-if-error=0', 'two'],
        [', stale-if-error=600', 'stale-if-error=600', 'one'],
        [', stale-if-error=600', 'stale-if-error=5', 'two'],
        [', stale-if-error=5', 'stale-if-error=600', 'two'],
        [', stale-if-error=0', 'stale-if-error=600', 'two'],
        [', must-revalidate', 'stale-if-error=600', 'two'],
    ) {
        my ($words, $asked, $body) = @$case;
        my $page = stored($c, $words);
        $c->answer($page, status => 503, body => 'two');
        is($c->get($page, 'Cache-Control', $asked)->body, $body,
            "$asked of a response with '$words'");
    }
}

# RProxyCacheKeepStale and RProxyCacheRevalidate.
sub configured {
    for my $case (
        ['kept', '', 'one'],
        ['kept', ', stale-if-error=5', 'two'],
        ['kept', ', must-revalidate', 'two'],
        ['kept_briefly', '', 'two'],
        ['kept_briefly', ', stale-if-error=600', 'one'],
        ['not_kept', '', 'two'],
    ) {
        my ($host, $words, $body) = @$case;
        my $c    = $cache->through("t45_$host");
        my $page = stored($c, $words);
        $c->answer($page, status => 503, body => 'two');
        is($c->get($page)->body, $body, "$host: after an error, '$words'");
        $c->answer($page, body => 'two');
        is($c->get($page)->body, 'two', "$host: not else");
    }
    for my $case (
        ['while', '', 'one'],
        ['while', ', stale-while-revalidate=5', 'two'],
        ['while', ', must-revalidate', 'two'],
        ['while_briefly', '', 'two'],
        ['while_briefly', ', stale-while-revalidate=600', 'one'],
    ) {
        my ($host, $words, $body) = @$case;
        my $c    = $cache->through("t45_$host");
        my $page = stored($c, $words);
        $c->answer($page, body => 'two', fields => ['Cache-Control', 'max-age=600']);
        is($c->get($page)->body, $body, "$host: at once, '$words'");
        $c->await_stored($page, sub { $_[0]->body eq 'two' });
        is($c->asked($page), 2, "$host: the origin was asked once more");
    }
}

# RProxyCacheBackground: while the origin holds back one answer, the others are
# asked for.
sub many {
    plan skip_all => 'needs threads in a child'
        if Apache::Test::vars('mpm') eq 'prefork';
    my $origin = RProxy::Origin->listen('origin_b', limit => 30);
    my @pages  = map { sprintf '/many-%d-%d-%d', time, $$, $_ } 1 .. 8;
    my $client = RProxy::Client->to('t45_many', limit => 30);
    for my $page (@pages) {
        $client->send("GET $page HTTP/1.1\r\nHost: localhost\r\n\r\n");
        my $c = $origin->accept;
        $c->read_request;
        $c->reply(200, 'one', stale(''), 'Connection', 'close');
        $c->close;
        is($client->read_response->body, 'one', "$page is stored");
    }
    is($client->get($_)->body, 'one', 'sent at once') for @pages;
    my @asked = map { $origin->accept } @pages;
    is_deeply([sort map { $_->read_request->{target} } @asked], [sort @pages],
        'all are asked for at the same time');
    $_->reply(200, 'two', 'Cache-Control', 'max-age=600') for @asked;
}
