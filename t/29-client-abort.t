#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A client that goes away takes its exchange with it: the origin's connection is
# closed at once, whatever the exchange is doing.  With RProxyClientAbort finish
# a request that was sent is finished.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();

my $OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

# What has happened on both sides when the client goes.
my @MOMENTS = (
    ['before the response', "GET / HTTP/1.1\r\n", sub { }],
    ['after an early hint', "GET / HTTP/1.1\r\n", sub {
        my ($x) = @_;
        $x->origin->send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        $x->client->read_until("\r\n\r\n");
    }],
    ['within the body', "GET / HTTP/1.1\r\n", sub {
        my ($x) = @_;
        $x->origin->send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        $x->client->read_until('half');
    }],
    ['within the chunks', "GET / HTTP/1.1\r\n", sub {
        my ($x) = @_;
        $x->origin->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                . "4\r\nhalf\r\n");
        $x->client->read_until("half\r\n");
    }],
    ['within a stream without end', "GET / HTTP/1.0\r\n", sub {
        my ($x) = @_;
        $x->origin->send("HTTP/1.1 200 OK\r\n\r\nhalf");
        $x->client->read_until('half');
    }],
    ['within its upload', "POST / HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 9\r\n\r\nhalf", sub {
        my ($x) = @_;
        $x->origin->read_until('half');
    }],
    ['within its chunks', "POST / HTTP/1.1\r\nHost: a\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", sub {
        my ($x) = @_;
        $x->origin->read_until("half\r\n");
    }],
    ['before it is told to continue', "POST / HTTP/1.1\r\nHost: a\r\n"
            . "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", sub { }],
    ['after its upload', "POST / HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 4\r\n\r\nbody", sub {
        my ($x) = @_;
        $x->origin->read_until('body');
    }],
);

plan tests => 2 * 2 * @MOMENTS + 14;

my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t29_abort', $origin, $request);
}

# ---- cancelled ----

for my $moment (@MOMENTS) {
    my ($name, $request, $until) = @$moment;
    for my $way (qw(close reset)) {
        my $log = RProxy::Log->error_log;
        my $x   = begin($request);
        $until->($x);
        $x->client->$way;
        like($x->origin->wait_for_end(1), qr/^(?:eof|reset)$/,
            "$name, by $way: the origin's connection ends");
        like($log->await(qr/RP1203: /), qr/client_gone/,
            "$name, by $way: logged");
    }
}

# What a client leaves behind is free again.
{
    for (1 .. 10) {
        my $x = begin("GET /two HTTP/1.1\r\n");
        $x->client->close;
        $x->origin->wait_for_end(1);
    }
    my $x = begin("GET /two HTTP/1.1\r\n");
    is($x->answer($OK)->body, 'ok', 'ten of them leave no slot taken');
}

# ---- finished ----

# Gone before the response: it is read to its end all the same.
for my $case (
    ['short', 'x' x 2], ['long', 'x' x 10_000_000],
) {
    my ($name, $body) = @$case;
    my $log = RProxy::Log->file('access_log');
    my $x   = begin("GET /finish HTTP/1.1\r\n");
    $x->client->close;
    ok($x->origin->is_silent(0.05), "finish, $name: nothing happens");
    $x->origin->reply(200, $body);
    is_finished($x, $log, "finish, $name");
}
{
    my $log = RProxy::Log->file('access_log');
    my $x   = begin("GET /finish HTTP/1.1\r\n");
    $x->origin->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            . "4\r\nhalf\r\n");
    $x->client->read_until("half\r\n");
    $x->client->reset;
    ok($x->origin->is_silent(0.05), 'finish, half-way: nothing happens');
    $x->origin->send(RProxy::Origin::Connection::chunk('x' x 100_000))
        for 1 .. 100;
    $x->origin->send("0\r\n\r\n");
    is_finished($x, $log, 'finish, half-way');
}
{
    my $log = RProxy::Log->file('access_log');
    my $x   = begin("POST /finish HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 4\r\n\r\nbody");
    $x->origin->read_until('body');
    $x->client->close;
    ok($x->origin->is_silent(0.05), 'finish, after an upload: nothing happens');
    $x->origin->reply(200, 'ok');
    is_finished($x, $log, 'finish, after an upload');
}
{
    my $x = begin("POST /finish HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 9\r\n\r\nhalf");
    $x->origin->read_until('half');
    $x->client->close;
    like($x->origin->wait_for_end(1), qr/^(?:eof|reset)$/,
        'finish: not of a request that was not sent');
}

# The request ends, and the origin's connection is kept: all was read.
sub is_finished {
    my ($x, $log, $name) = @_;
    ok($log->await(qr/ \/finish /), "$name: then the request ends");
    ok($x->origin->is_silent(0.05), "$name: and its connection is kept");
    $x->origin->close;
    return;
}
