#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Who waits for whom before a request body is sent: a client that expects 100
# gets the origin's word, whatever it is, and an answer that comes before the
# body is sent goes out at once.  What is left of that body is never taken for a
# request.  RFC 9110 section 10.1.1, RFC 9112 section 9.3.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Origin ();

plan tests => 71;

my $EXPECT  = "Host: a\r\nExpect: 100-continue\r\n";
my $OK      = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
my $SMUGGLE = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t25_expect', $origin, $request);
}

# The origin has said all it will: both connections end, and what the client
# sends now is thrown away.
sub is_over {
    my ($x, $name) = @_;
    like($x->origin->wait_for_end, qr/^(?:eof|reset)$/,
        "$name: the origin's connection is not used again");
    $x->client->send($SMUGGLE);
    is($x->client->read_until_close, '', "$name: the client's one ends");
    is($origin->has_connection ? 1 : 0, 0,
        "$name: nothing else gets to the origin");
    return;
}

# ---- the origin accepts ----

for my $case (
    ['a length', 'Content-Length: 5', 'hello'],
    ['chunks', 'Transfer-Encoding: chunked', "5\r\nhello\r\n0\r\n\r\n"],
) {
    my ($name, $framing, $body) = @$case;
    my $x = begin("POST / HTTP/1.1\r\n$EXPECT$framing\r\n\r\n");
    is($x->request->field('Expect'), '100-continue',
        "$name: the origin is asked");
    is(length $x->origin->pending, 0, "$name: without a body");
    ok($x->client->is_silent(0.05), "$name: nor is the client told to send it");
    $x->origin->send("HTTP/1.1 100 Continue\r\n\r\n");
    like($x->client->read_until("\r\n\r\n"), qr{^HTTP/1\.1 100 },
        "$name: until the origin says so");
    $x->client->send($body);
    is($x->request->read_body($x->origin)->body, 'hello',
        "$name: then it is sent on");
    $x->origin->send($OK);
    my $got = $x->response;
    is($got->body, 'ok', "$name: and answered");
    is_deeply($got->{interim}, [], "$name: 100 came once");
    $x->client->send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    is($x->origin->read_request_head->{target}, '/next',
        "$name: both connections go on");
    is($x->answer($OK)->body, 'ok', "$name: as usual");
}

# ---- the origin refuses ----

for my $case (
    ['Expectation Failed', 417], ['Content Too Large', 413],
    ['Unauthorized', 401], ['See Other', 303], ['a success', 200],
) {
    my ($name, $status) = @$case;
    my $x = begin("PUT / HTTP/1.1\r\n${EXPECT}Content-Length: 50\r\n\r\n");
    $x->origin->reply($status, 'no, thanks');
    my $got = $x->response;
    is($got->status, $status, "$name: the client gets it");
    is($got->body, 'no, thanks', "$name: all of it");
    is_deeply($got->{interim}, [], "$name: and is not told to send a body");
    is($got->field('Connection'), 'close', "$name: but that this is the end");
    is_over($x, $name);
}

# ---- neither, or no wish to wait ----

{
    my $x = begin("POST / HTTP/1.1\r\n${EXPECT}Content-Length: 5\r\n\r\n");
    like($x->client->read_until("\r\n\r\n"), qr{^HTTP/1\.1 100 },
        'an origin that knows no 100: the client is told all the same');
    $x->client->send('hello');
    is($x->request->read_body($x->origin)->body, 'hello',
        'and its body is sent');
    is($x->answer($OK)->body, 'ok', 'answered');
}
{
    my $x = begin("POST / HTTP/1.1\r\n${EXPECT}Content-Length: 5\r\n\r\nhello");
    $x->origin->send("HTTP/1.1 100 Continue\r\n\r\n");
    is($x->request->read_body($x->origin)->body, 'hello',
        'a client that does not wait');
    is($x->answer($OK)->body, 'ok', 'is answered as well');
}
{
    my $x = begin("POST / HTTP/1.1\r\n${EXPECT}Content-Length: 0\r\n\r\n");
    is($x->request->field('Expect'), undef, 'nothing is expected of no body');
    is($x->answer($OK)->body, 'ok', 'answered');
}
{
    my $x = begin("POST / HTTP/1.0\r\n${EXPECT}Content-Length: 5\r\n\r\nhello");
    is($x->request->field('Expect'), undef, 'nor by a client of HTTP/1.0');
    is($x->request->read_body($x->origin)->body, 'hello', 'its body is sent');
    is($x->answer($OK)->body, 'ok', 'answered');
}
for my $expectation ('y 100-continue', '100-continue, x', '200-ok', 'x=y') {
    my $client = RProxy::Client->to('t25_expect');
    $client->send("POST / HTTP/1.1\r\nHost: a\r\nExpect: $expectation\r\n"
            . "Content-Length: 5\r\n\r\nhello$SMUGGLE");
    is($client->read_response->status, 417, "Expect: $expectation");
    is($origin->has_connection ? 1 : 0, 0, 'does not get to the origin');
}
