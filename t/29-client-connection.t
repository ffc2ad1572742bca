#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What a client may do with its connection: keep it, send several requests at
# once, be of HTTP/1.0, come byte by byte.  RFC 9112 section 9.3.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Origin ();

plan tests => 39;

my $HOST = "Host: a\r\n";

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        if ($request->{method} eq 'HEAD') {
            $c->send(RProxy::Origin::Connection::head(200));
            next;
        }
        $c->reply(200, "$request->{method} $request->{target} $request->{body}");
    }
});

sub client { return RProxy::Client->to('t29_connection') }

# ---- kept ----

{
    my $client = client();
    is($client->get("/$_")->body, "GET /$_ ", "request $_ on one connection")
        for 1 .. 3;
    is($client->ask(POST => '/4', [], 'body')->body, 'POST /4 body', 'a POST');
    is($client->ask(HEAD => '/5')->body, '', 'a HEAD');
    is($client->get('/6')->body, 'GET /6 ', 'and again');
    is($origin->connections, 1, 'all on one connection to the origin');
}
{
    my $client = client();
    my $got = $client->get('/', Connection => 'close');
    is($got->field('Connection'), 'close', 'Connection: close');
    is($got->body, 'GET / ', 'is answered');
    is($client->wait_for_end, 'eof', 'and closed');
}
{
    my $client = client();
    my @close = map { ($client->get("/$_")->field('Connection') // '') eq 'close'
            ? 1 : 0 } 1 .. 21;
    is_deeply(\@close, [(0) x 20, 1], 'MaxKeepAliveRequests');
    is($client->wait_for_end, 'eof', 'is the end');
}
{
    my $client = client();
    is($client->get('/')->body, 'GET / ', 'a client that sends no more');
    is($client->wait_for_end, 'eof', 'is waited for no longer than '
            . 'KeepAliveTimeout');
}

# ---- HTTP/1.0 ----

{
    my $client = client();
    $client->send("GET /old HTTP/1.0\r\n\r\n");
    my $got = $client->read_response;
    is($got->body, 'GET /old ', 'HTTP/1.0');
    is($got->field('Connection'), 'close', 'is not kept');
    is($client->wait_for_end, 'eof', 'but closed');
}
{
    my $client = client();
    for my $n (1, 2) {
        $client->send("GET /$n HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        my $got = $client->read_response;
        is($got->body, "GET /$n ", 'HTTP/1.0 with keep-alive');
        like($got->field('Connection'), qr/^keep-alive$/i, 'is kept');
    }
}

# ---- several at once ----

{
    my $client = client();
    $client->send(join '', map {"GET /$_ HTTP/1.1\r\n$HOST\r\n"} 1 .. 10);
    is_deeply([map { $client->read_response->body } 1 .. 10],
        [map {"GET /$_ "} 1 .. 10], 'ten requests at once, in their order');
    is($client->get('/11')->body, 'GET /11 ', 'and one more');
}
{
    my $client = client();
    $client->send("POST /1 HTTP/1.1\r\n${HOST}Content-Length: 4\r\n\r\nbody"
            . "POST /2 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n"
            . "4\r\nmore\r\n0\r\n\r\n"
            . "HEAD /3 HTTP/1.1\r\n$HOST\r\nGET /4 HTTP/1.1\r\n$HOST"
            . "Connection: close\r\n\r\nGET /never HTTP/1.1\r\n$HOST\r\n");
    is($client->read_response->body, 'POST /1 body', 'bodies in between');
    is($client->read_response->body, 'POST /2 more', 'of each kind');
    is($client->read_response(method => 'HEAD')->body, '', 'and none');
    is($client->read_response->body, 'GET /4 ', 'the last one');
    is($client->read_until_close, '', 'nothing behind it is answered');
    is(scalar(grep { $_->{target} eq '/never' } @{ $origin->requests }), 0,
        'nor sent');
}
{
    my $client = client();
    $client->send("POST /1 HTTP/1.1\r\n${HOST}Content-Length: 4\r\n\r\nbo");
    $client->send("dyGET /2 HTTP/1.1\r\n$HOST\r\n");
    is($client->read_response->body, 'POST /1 body', 'cut within a body');
    is($client->read_response->body, 'GET /2 ', 'what follows is whole');
}
{
    my $client = client();
    my $many   = "GET /x HTTP/1.1\r\n$HOST" . ('X-A: ' . 'y' x 1000 . "\r\n") x 5
        . "\r\n";
    $client->send($many x 15);
    is_deeply([map { $client->read_response->body } 1 .. 15],
        [('GET /x ') x 15], 'more at once than a buffer holds');
}
{
    my $client = client();
    $client->send("GET /1 HTTP/1.1\r\n$HOST\r\n\r\n\r\nGET /2 HTTP/1.1\r\n$HOST\r\n");
    is($client->read_response->body, 'GET /1 ', 'empty lines in between');
    is($client->read_response->body, 'GET /2 ', 'do no harm');
}

# The second request waits while the first one's response still comes.
{
    my $stream = RProxy::Origin->listen('origin_b');
    my $x = RProxy::Exchange->begin('t29_connection', $stream,
        "GET /stream HTTP/1.1\r\n");
    $x->origin->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            . "3\r\none\r\n");
    $x->client->read_until("one\r\n");
    $x->client->send("GET /after HTTP/1.1\r\n$HOST\r\n");
    $x->origin->send("3\r\ntwo\r\n");
    is($x->client->read_until("two\r\n"), "3\r\ntwo\r\n",
        'a request within a response changes nothing');
    $x->origin->send("0\r\n\r\n");
    is($x->client->read_until("0\r\n\r\n"), "0\r\n\r\n", 'which ends');
    is($x->client->read_response->body, 'GET /after ', 'then it is answered');
}

# ---- byte by byte ----

{
    my $client = client();
    $client->send($_) for split //, "GET /slow HTTP/1.1\r\n${HOST}X-A: b\r\n\r\n";
    is($client->read_response->body, 'GET /slow ', 'a head byte by byte');
}
is_deeply($origin->errors, [], 'the origin saw nothing malformed');
