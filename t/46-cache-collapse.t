#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# One fetch for all who want the same page at the same time: they wait for it,
# are fed while it comes, are let go when it is not for all, and do not lose it
# with the client who asked first.  Both ends are in the test's hand.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Origin ();

plan tests => 20;

# A thread waits for each where there is no loop: no more than there are.
my $MANY   = RProxy::Driver::is_loop() ? 1000 : 12;
my $origin = RProxy::Origin->listen('origin_b', limit => 30);
my $count  = 0;

# A page, the connection on which the origin was asked for it, and clients of
# whom the first one has asked.
sub begin {
    my ($n) = @_;
    my $path = sprintf '/%d-%d-%d', time, $$, ++$count;
    my @clients = map { RProxy::Client->to('t46_collapse', limit => 60) } 1 .. $n;
    ask($clients[0], $path);
    my $c = $origin->accept;
    $c->read_request;
    ask($_, $path) for @clients[1 .. $#clients];
    return ($c, $path, @clients);
}

# Until 30,000 of a letter are there, in whatever chunks.
sub has_come {
    my ($client, $letter) = @_;
    my $n = () = $client->pending =~ /$letter/g;
    while ($n < 30_000) {
        $client->fill("the letters $letter") or return 0;
        $n = () = $client->pending =~ /$letter/g;
    }
    return $n == 30_000;
}

# The connection ends, and what came on it is less than was told.
sub is_cut {
    my ($client) = @_;
    my $response = $client->read_response or return 0;
    $client->wait_for_end;
    return !$response->{complete};
}

sub ask { $_[0]->send("GET $_[1] HTTP/1.1\r\nHost: localhost\r\n\r\n") }

{
    my ($c, $path, @clients) = begin($MANY);
    ok(!$origin->has_connection(1), "$MANY clients: nobody else asks");
    $c->reply(200, "page\n", 'Cache-Control', 'max-age=600');
    my @got = grep { $_ && $_->status == 200 && $_->body eq "page\n" }
        map { $_->read_response } @clients;
    is(scalar @got, $MANY, 'all get the page');
    ok(!$origin->has_connection(0), 'of one request');
    ok($c->is_silent(0.1), 'on one connection');
}
{
    my ($c, $path, @clients) = begin(4);
    $c->send("HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\n"
            . "Content-Length: 60000\r\n\r\n" . 'y' x 30_000);
    my @heads = map { $_->read_response_head } @clients;
    is(scalar(grep { $_->status == 200 } @heads), 4, 'heads come at once');
    is(scalar(grep { ($_->field('Content-Length') // '') eq '60000' } @heads), 4,
        'with the length that was told');
    is(scalar(grep { has_come($_, 'y') } @clients), 4,
        'and what there is of the body');
    $c->send('z' x 30_000);
    is(scalar(grep { has_come($_, 'z') } @clients), 4,
        'and then the rest');
}
{
    my ($c, $path, @clients) = begin(4);
    $c->send("HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\n"
            . "Content-Length: 60000\r\n\r\n" . 'Q' x 30_000);
    is(scalar(grep { has_come($_, 'Q') } @clients), 4, 'half of another one');
    $c->close;
    is(scalar(grep { is_cut($_) } @clients), 4,
        'cut short: nobody takes it for the whole');
}
{
    my ($c, $path, @clients) = begin(4);
    $c->reply(200, 'own 1', 'Cache-Control', 'private');
    $c->close;
    my @others = map { $origin->accept } 2 .. 4;
    $_->read_request for @others;
    pass('not for all: the others ask themselves, at the same time');
    $others[$_]->reply(200, 'own ' . ($_ + 2), 'Cache-Control', 'private')
        for 0 .. 2;
    my %seen = map { $_->read_response->body => 1 } @clients;
    is_deeply([sort keys %seen], ['own 1', 'own 2', 'own 3', 'own 4'],
        'each gets his own');
}
{
    my ($c, $path, $first, @others) = begin(3);
    $first->reset;
    ok($c->is_silent(0.5), 'who asked first is gone: the fetch goes on');
    $c->reply(200, "page\n", 'Cache-Control', 'max-age=600');
    is(scalar(grep { $_->read_response->body eq "page\n" } @others), 2,
        'for the others');
    ok(!$origin->has_connection(0), 'of one request');
}
{
    my ($c, $path, $first) = begin(1);
    $c->reply(200, 'own', 'Cache-Control', 'private');
    $c->close;
    is($first->read_response->body, 'own', 'not for all, and remembered as such');
    my @clients = map { RProxy::Client->to('t46_collapse', limit => 60) } 1 .. 3;
    ask($_, $path) for @clients;
    my @all = map { $origin->accept } @clients;
    $_->read_request for @all;
    pass('the next ones do not queue');
    $all[0]->reply(200, 'page', 'Cache-Control', 'max-age=600');
    $all[$_]->reply(200, 'page', 'Cache-Control', 'private') for 1, 2;
    is(scalar(grep { $_->read_response->body eq 'page' } @clients), 3,
        'each gets an answer of his own');
    ask($first, $path);
    is($first->read_response->body, 'page', 'what is for all again');
    ok(!$origin->has_connection(0), 'is stored');
}
