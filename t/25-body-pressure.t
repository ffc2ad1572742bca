#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Whoever is slow holds the other side back: a body of any size passes through a
# bounded number of buffers, and all of it arrives.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Origin ();
use RProxy::Pressure qw(send_what_fits pump memory);

plan tests => 16;

my $TOTAL = 64 << 20;
my $ROOM  = 4 << 20;    # what the children may take for one exchange

my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t25_pressure', $origin, $request);
}

# The children touch memory for the first time that they then have.
{
    my $x = begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    is(pump($x->client, $x->origin, 0, 1_000_000), '', 'an upload to warm up');
    $x->origin->send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    $x->client->read_response_head;
    is(pump($x->origin, $x->client, 0, 1_000_000), '', 'and a download');
    $x->origin->close;
}

# ---- an origin that does not read ----

{
    my $before = memory();
    my $x = begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: $TOTAL\r\n\r\n");
    my $sent = send_what_fits($x->client, $TOTAL);
    ok($sent < $TOTAL, 'an origin that does not read: the client is held back')
        or diag("it sent $sent");
    cmp_ok(memory() - $before, '<', $ROOM, 'and we keep little of it');
    is(pump($x->client, $x->origin, $sent, $TOTAL), '',
        'then it reads, and gets all of it');
    cmp_ok(memory() - $before, '<', $ROOM, 'without more memory');
    $x->origin->reply(200, 'ok');
    is($x->response->body, 'ok', 'and answers');
    $x->origin->close;
}

# ---- a client that does not read ----

{
    my $before = memory();
    my $x = begin("GET / HTTP/1.1\r\n");
    $x->origin->send("HTTP/1.1 200 OK\r\nContent-Length: $TOTAL\r\n\r\n");
    my $sent = send_what_fits($x->origin, $TOTAL);
    ok($sent < $TOTAL, 'a client that does not read: the origin is held back')
        or diag("it sent $sent");
    cmp_ok(memory() - $before, '<', $ROOM, 'and we keep little of it');
    $x->client->read_response_head;
    is(pump($x->origin, $x->client, $sent, $TOTAL), '',
        'then it reads, and gets all of it');
    cmp_ok(memory() - $before, '<', $ROOM, 'without more memory');
    $x->client->send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    is($x->origin->read_request_head->{target}, '/next',
        'both connections go on');
    is($x->answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")->body, 'ok',
        'as usual');
}

# ---- a client that does not read, and pieces of one byte ----

{
    my $before = memory();
    my $x = begin("GET / HTTP/1.1\r\n");
    $x->origin->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    my $pieces = "1\r\nx\r\n" x 10_000;
    my $n = 0;
    while ($n < 300 && RProxy::Pressure::is_ready($x->origin, 1, 0.3)) {
        $x->origin->send($pieces);
        $n++;
    }
    cmp_ok(memory() - $before, '<', $ROOM,
        'chunks of one byte cost no more than others');
    $x->origin->send("0\r\n\r\n");
    my $got = $x->response;
    is(length $got->body, 10_000 * $n, 'and the client gets all of them');
    is($got->{complete}, 1, 'to the end');
}
