#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The suite's own client and origin, face to face: what other tests rely on.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Origin ();

my @MALFORMED = (
    ['bare LF'             => "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"],
    ['folded line'         => "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"],
    ['space before colon'  => "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"],
    ['two lengths'         => "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
            . "Content-Length: 2\r\n\r\nab"],
    ['length and chunked'  => "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ['chunk size no hex'   => "HTTP/1.1 200 OK\r\n"
            . "Transfer-Encoding: chunked\r\n\r\nx\r\n"],
    ['chunk without CRLF'  => "HTTP/1.1 200 OK\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"],
    ['status of two digits' => "HTTP/1.1 20 OK\r\n\r\n"],
);

plan tests => 24 + @MALFORMED;

my $PORT = Apache::Test::vars('origin_a_port');

sub pair {
    my $origin = RProxy::Origin->listen($PORT);
    my $client = RProxy::Client->connect($PORT, limit => 2);
    return ($client, $origin->accept);
}

for my $case (@MALFORMED) {
    my ($name, $bytes) = @$case;
    my ($client, $c) = pair();
    $c->send($bytes);
    eval { $client->read_response };
    like($@, qr/^malformed: /, "$name is malformed");
}

{
    my ($client, $c) = pair();
    $c->send("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n");
    $c->send("0\r\nX-End: 1\r\n\r\nHTTP/1.1 304 Not Modified\r\n"
            . "Content-Length: 5\r\n\r\n");
    my $response = $client->read_response;
    is($response->{interim}[0]->status, 103, 'the 1xx before a response');
    is($response->body, 'abc', 'chunks are joined');
    is_deeply($response->{chunks}, [2, 1], 'their sizes are kept');
    is($response->{trailers}, "X-End: 1\r\n", 'trailers are kept');
    is($client->read_response->body, '', 'a 304 has no body');
}

{
    my ($client, $c) = pair();
    $c->send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    $c->close;
    my $response = $client->read_response;
    is($response->body, 'ab', 'what there was of a body cut off');
    ok(!$response->{complete}, 'is not complete');
    is($client->ended, 'eof', 'after an orderly end');
    is($client->read_response, undef, 'and nothing follows');
}

{
    my ($client, $c) = pair();
    $c->send("HTTP/1.1 200 OK\r\n\r\nab");
    is($client->read_exactly(21), "HTTP/1.1 200 OK\r\n\r\nab", 'raw bytes');
    ok($client->is_silent(0.05), 'then silence');
    is($client->wait_for_end(0.05), '', 'which is no end');
    $c->reset;
    is($client->wait_for_end, 'reset', 'a reset is told from an end');
}

{
    my $origin = RProxy::Origin->start($PORT, sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            $c->reply_chunked(200, [$request->{method}, $request->body]);
        }
    });
    my $one = RProxy::Client->connect($PORT);
    my $two = RProxy::Client->connect($PORT);
    is($one->ask(POST => '/p', ['X-A' => 'b'], "\x00\xff")->body,
        "POST\x00\xff", 'an origin by script answers');
    is($one->get('/second')->body, 'GET', 'twice on a connection');
    is($two->get('/third')->body,  'GET', 'and on another');
    my $requests = $origin->await_requests(3);
    is($requests->[0]{body}, "\x00\xff", 'bytes are on record');
    like($requests->[0]{head},
        qr{^POST /p HTTP/1\.1\r\n.*X-A: b\r\n.*\r\n\r\n\z}s, 'heads too');
    is_deeply([map { $_->{target} } @$requests], [qw(/p /second /third)],
        'requests in order');
    is($origin->connections, 2, 'connections are counted');
    $two->close;
    is($origin->await_closed(1), 1, 'their ends are seen');
    is_deeply($origin->errors, [], 'without errors');
    $origin->stop;
    is($one->wait_for_end, 'eof', 'an origin that stops closes all');
    ok(!eval { RProxy::Client->connect($PORT) }, 'and no longer listens');
}
