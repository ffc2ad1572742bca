#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What the origin sends reaches the client as it comes: each piece is read by
# the client before the origin sends the next one.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Compress::Raw::Zlib ();
use RProxy::Exchange ();
use RProxy::Origin ();

# name => status line and framing of the origin, how it writes a piece
my @WAYS = (
    ['chunks', "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
        \&RProxy::Origin::Connection::chunk],
    ['until close',         "HTTP/1.1 200 OK\r\n", \&itself],
    ['until close, 1.0',    "HTTP/1.0 200 OK\r\n", \&itself],
    ['a length', "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n", \&itself],
);
my @EVENTS = map {"data: ping $_\n\n"} 1 .. 3;

plan tests => @WAYS * 5 + 4 * 2 + 4 + 4 + 3;

my $origin = RProxy::Origin->listen('origin_a');

sub itself { return $_[0] }

sub begin {
    my ($path, $head, $version) = @_;
    my $x = RProxy::Exchange->begin('t25_streaming', $origin,
        'GET ' . $path . ' HTTP/' . ($version // '1.1') . "\r\n");
    $x->origin->send("${head}Content-Type: text/event-stream\r\n\r\n");
    return $x;
}

for my $way (@WAYS) {
    my ($name, $head, $write) = @$way;
    my $x   = begin('/', $head);
    my $got = $x->client->read_response_head;
    is($got->status, 200, "$name: the head comes alone");
    for my $event (@EVENTS) {
        $x->origin->send($write->($event));
        like($x->client->read_until($event), qr/data: ping \d/,
            "$name: an event as it is sent");
    }
    is(length $x->client->pending, $got->{framing} eq 'chunked' ? 2 : 0,
        "$name: nothing else");
}

for my $way (@WAYS) {
    my ($name, $head, $write) = @$way;
    my $x = begin('/', $head, '1.0');
    isnt($x->client->read_response_head->{framing}, 'chunked',
        "$name, a client of HTTP/1.0: no chunks");
    $x->origin->send($write->($_)) for @EVENTS;
    is($x->client->read_until($EVENTS[-1]), join('', @EVENTS),
        "$name, a client of HTTP/1.0: only events");
}

# One byte each.
{
    my $x = begin('/', $WAYS[0][1]);
    $x->client->read_response_head;
    for my $byte (split //, 'abcd') {
        $x->origin->send("1\r\n$byte\r\n");
        is($x->client->read_until("$byte\r\n"), "1\r\n$byte\r\n",
            'a chunk of one byte');
    }
}

# Through filters of httpd.
{
    my $x = RProxy::Exchange->begin('t25_streaming', $origin,
        "GET /deflated/ HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    $x->origin->send("$WAYS[0][1]Content-Type: text/event-stream\r\n\r\n");
    my $inflate = Compress::Raw::Zlib::Inflate->new(
        -WindowBits  => Compress::Raw::Zlib::WANT_GZIP(),
        -AppendOutput => 1,
    );
    $x->origin->send(RProxy::Origin::Connection::chunk($EVENTS[0]));
    is($x->client->read_response_head->field('Content-Encoding'), 'gzip',
        'mod_deflate: in use');
    my $text = '';
    for my $n (0 .. 2) {
        $x->origin->send(RProxy::Origin::Connection::chunk($EVENTS[$n])) if $n;
        while (length $text < length join '', @EVENTS[0 .. $n]) {
            $x->client->read_until("\r\n") =~ /^([0-9a-f]+)/ or die 'no chunk';
            my $piece = $x->client->read_exactly(hex $1);
            $x->client->read_exactly(2);
            $inflate->inflate($piece, $text);
        }
        is($text, join('', @EVENTS[0 .. $n]), 'mod_deflate: event by event');
    }
}
{
    my $x = begin('/substituted/', $WAYS[0][1]);
    for my $event (@EVENTS) {
        $x->origin->send(RProxy::Origin::Connection::chunk($event));
        (my $changed = $event) =~ s/ping/pong/;
        like($x->client->read_until($changed), qr/pong/,
            'mod_substitute: event by event');
    }
}
