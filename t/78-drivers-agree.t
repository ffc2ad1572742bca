#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Whoever waits for the origin, an event loop or a worker thread: an exchange
# goes through the same states to the same verdict.  Each is done by both
# drivers, and what their traces say of it is compared.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Server ();

my $OK = "HTTP/1.1 200 OK\r\n";

# Name, request, what the origins send, one connection after the other, and
# what status the client gets.  An origin that has nothing to send resets.
my @EXCHANGES = (
    ['GET', "GET / HTTP/1.1\r\n\r\n",
        ["${OK}Content-Length: 2\r\n\r\nok"], 200],
    ['a body', "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        ["${OK}Content-Length: 2\r\n\r\nok"], 200],
    ['a body in chunks',
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            . "5\r\nhello\r\n0\r\n\r\n",
        ["${OK}Content-Length: 2\r\n\r\nok"], 200],
    ['a response in chunks', "GET / HTTP/1.1\r\n\r\n",
        ["${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"], 200],
    ['a response until the close', "GET / HTTP/1.1\r\n\r\n",
        ["$OK\r\nok"], 200],
    ['HEAD', "HEAD / HTTP/1.1\r\n\r\n",
        ["${OK}Content-Length: 2\r\n\r\n"], 200],
    ['not modified', "GET / HTTP/1.1\r\nIf-None-Match: \"x\"\r\n\r\n",
        ["HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"], 304],
    ['early hints', "GET / HTTP/1.1\r\n\r\n",
        ["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            . "${OK}Content-Length: 2\r\n\r\nok"], 200],
    ['an early answer', "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
        ["HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"], 413],
    ['an origin that refuses', "GET /dead HTTP/1.1\r\n\r\n", [], 502],
    ['the next member', "GET /pair HTTP/1.1\r\n\r\n",
        ['', "${OK}Content-Length: 2\r\n\r\nok"], 200],
    ['a response that is none', "GET / HTTP/1.1\r\n\r\n",
        ["SSH-2.0\r\n\r\n"], 502],
    ['a truncated response', "GET / HTTP/1.1\r\n\r\n",
        ["${OK}Content-Length: 9\r\n\r\nhalf"], 200],
    ['truncated chunks', "GET / HTTP/1.1\r\n\r\n",
        ["${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"], 200],
);

plan RProxy::Driver::mpm() eq 'event'
    ? (tests => 1 + 6 * @EXCHANGES) : (skip_all => 'needs the event MPM');

my @origins = map { RProxy::Origin->listen($_) } qw(origin_a origin_b);

for my $exchange (@EXCHANGES) {
    my $loop   = trace('t78_agree',        'loop',   @$exchange);
    my $worker = trace('t78_agree_worker', 'worker', @$exchange);
    note("$exchange->[0]: $_") for @$loop;
    cmp_ok(scalar @$loop, '>', 1, "$exchange->[0]: there is a trace");
    is_deeply($worker, $loop, "$exchange->[0]: the same on both drivers");
}
is(scalar(grep { $_->has_connection } @origins), 0, 'no other requests');

# The transitions of one exchange and its verdict, in order.
sub trace {
    my ($vhost, $driver, $name, $request, $answers, $status) = @_;
    my $log    = RProxy::Log->error_log;
    my $access = RProxy::Log->file('t78_drivers');
    my $client = RProxy::Client->to($vhost);
    my $from   = $client->socket->sockport;
    $request =~ s/\r\n/\r\nHost: front.example\r\nConnection: close\r\n/;
    $client->send($request);
    answer($_) for @$answers;
    my ($method) = $request =~ /^(\w+)/;
    my $got = $client->read_response(method => $method);
    is($got && $got->status, $status, "$name: $vhost answers");
    $client->read_until_close;
    is($access->await(qr/./), "$driver\n", "$name: by the $driver");
    # A connection ends after its exchange: all lines are there.
    my $about = qr/\[(?:client|remote) 127\.0\.0\.1:$from\]/;
    return [map { /$about (exchange: .*|RP120\d: .*)/ ? $1 : () } $log->lines];
}

# Whichever origin is asked: it takes all the client has sent, then speaks.
sub answer {
    my ($bytes) = @_;
    my @asked;
    RProxy::Server::await(
        sub { @asked = grep { $_->has_connection } @origins }, 'a request');
    my $c       = $asked[0]->accept;
    my $request = $c->read_request_head;
    if (($request->field('Content-Length') // 0) == 9) {
        $c->read_exactly(4);
    }
    else {
        $request->read_body($c);
    }
    return $c->reset unless length $bytes;
    $c->send($bytes);
    $c->close;
    return;
}
