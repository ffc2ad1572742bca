#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# An origin may answer before it has read the request's body: the answer goes
# out at once, whether the client goes on sending or waits, and an origin that
# reads on meanwhile is sent the rest.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Origin ();
use RProxy::Pressure qw(send_what_fits);

my $SMUGGLE = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

# How the request gets to us, and how its body is framed.
my @WAYS = (
    ['length', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
        'half'],
    ['chunks', "POST / HTTP/1.1\r\nHost: a\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n", "4\r\nhalf\r\n"],
    ['password', "POST /secret/ HTTP/1.1\r\nHost: a\r\n"
        . "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"
        . "Content-Length: 1000\r\n\r\n", 'half'],
);

plan tests => @WAYS * (6 + 5 + 9) + 4;

my $users = Apache::Test::vars('scratch') . '/25-body-early-answer.users';
open my $out, '>', $users or die "$users: $!";
print $out 'user:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=', "\n";
close $out or die "$users: $!";

my $origin = RProxy::Origin->listen('origin_a');

for my $way (@WAYS) {
    my ($name, $head, $half) = @$way;
    {
        my $x = begin($head . $half);
        is($x->origin->read_exactly(length $half), $half,
            "$name: half of the body has arrived");
        $x->origin->reply(403, 'too much');
        gets_answer($x, "$name, refused");
    }
    {
        my $x = begin($head . $half);
        $x->origin->read_until('half');
        $x->origin->reply(413, 'too much');
        $x->origin->reset;
        my $got = $x->response;
        is($got->status, 413, "$name, origin gone: the answer");
        is($got->body, 'too much', "$name, origin gone: all of it");
        is($got->field('Connection'), 'close', "$name, origin gone: the end");
        $x->client->send($SMUGGLE);
        is($x->client->read_until_close, '', "$name, origin gone: no more");
        is($origin->has_connection ? 1 : 0, 0,
            "$name, origin gone: nothing else gets there");
    }
    {
        my $x = begin($head . $half);
        $x->origin->read_until('half');
        $x->origin->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                . "\r\n5\r\nfirst\r\n");
        my $got = $x->client->read_response_head;
        is($got->status, 200, "$name, both at once: the response begins");
        is($got->field('Connection'), 'close',
            "$name, both at once: the last one of its connection");
        is($x->client->read_until("first\r\n"), "5\r\nfirst\r\n",
            "$name, both at once: as soon as the origin sends it");
        $x->client->send($half) for 1 .. 2;
        is($x->origin->read_until('half') && 'half', 'half',
            "$name, both at once: the request goes on");
        is($x->origin->read_until('half') && 'half', 'half',
            "$name, both at once: piece by piece");
        $x->origin->send("6\r\nsecond\r\n");
        is($x->client->read_until("second\r\n"), "6\r\nsecond\r\n",
            "$name, both at once: so does the response");
        $x->origin->send("0\r\n\r\n");
        is($x->client->read_until("0\r\n\r\n"), "0\r\n\r\n",
            "$name, both at once: to its end");
        like($x->client->wait_for_end, qr/^(?:eof|reset)$/,
            "$name, both at once: which is that of the client's connection");
        like($x->origin->wait_for_end, qr/^(?:eof|reset|bytes)$/,
            "$name, both at once: and of the origin's");
    }
}

# An answer while the origin does not read and the client does not stop: more
# than all buffers between them hold.
{
    my $x = begin("POST / HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 100000000\r\n\r\n");
    send_what_fits($x->client, 100_000_000);
    $x->origin->reply(413, 'too much');
    my $got = $x->response;
    is($got->status, 413, 'buffers full: the answer gets through');
    is($got->body, 'too much', 'buffers full: all of it');
    $x->origin->close;
    like($x->client->wait_for_end, qr/^(?:eof|reset)$/,
        'buffers full: the connection ends');
    is($origin->has_connection ? 1 : 0, 0, 'buffers full: nothing else comes');
}

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t25_early', $origin, $request);
}

sub gets_answer {
    my ($x, $name) = @_;
    my $got = $x->response;
    is($got->status, 403, "$name: the client gets the answer");
    is($got->body, 'too much', "$name: all of it");
    is($got->field('Connection'), 'close', "$name: and that it is the end");
    $x->client->send($SMUGGLE);
    is($x->client->read_until_close, '', "$name: which it is");
    like($x->origin->wait_for_end, qr/^(?:eof|reset)$/,
        "$name: also of the origin's connection");
    return;
}
