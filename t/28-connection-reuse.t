#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A connection to the origin is used again when its response has left no doubt
# about where it ended, and never when there is any: what else comes on it is
# nobody's response.  RFC 9112 sections 9.3 and 11.1.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Origin ();
use RProxy::Server ();

plan tests => 54;

my $OK   = "HTTP/1.1 200 OK\r\n";
my $EVIL = "${OK}Content-Length: 4\r\n\r\nEvil";

my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($client, $request) = @_;
    return RProxy::Exchange->begin($client, $origin,
        $request // "GET / HTTP/1.1\r\n");
}

# The next request of this client, which is to come on the same connection.
sub comes_on_it {
    my ($x, $name) = @_;
    $x->client->send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    my $request = $x->origin->read_request_head;
    is($request && $request->{target}, '/next', "$name: used again");
    $x->origin->reply(200, 'next');
    is($x->client->read_response->body, 'next', "$name: and answered");
    $x->origin->close;
    return;
}

# Or on a new one, while the old one is closed.
sub comes_on_another {
    my ($x, $name) = @_;
    my $next = begin($x->client, "GET /next HTTP/1.1\r\n");
    is($next->answer("${OK}Content-Length: 4\r\n\r\nnext")->body, 'next',
        "$name: the next request has a connection of its own");
    like($x->origin->wait_for_end, qr/^(?:eof|reset)$/,
        "$name: the old one is closed");
    return;
}

# ---- used again ----

for my $case (
    ['a length', 'GET', "${OK}Content-Length: 2\r\n\r\nok"],
    ['chunks', 'GET', "${OK}Transfer-Encoding: chunked\r\n\r\n"
        . "2\r\nok\r\n0\r\nX: y\r\n\r\n"],
    ['HEAD', 'HEAD', "${OK}Content-Length: 2\r\n\r\n"],
    ['not modified', 'GET',
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"],
    ['no content', 'GET', "HTTP/1.1 204 No Content\r\n\r\n"],
    ['keep-alive in HTTP/1.0', 'GET', "HTTP/1.0 200 OK\r\n"
        . "Connection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok"],
) {
    my ($name, $method, $bytes) = @$case;
    my $x = begin(RProxy::Client->to('t28_reuse'), "$method / HTTP/1.1\r\n");
    $x->origin->send($bytes);
    $x->response;
    comes_on_it($x, $name);
}

# ---- not used again ----

for my $case (
    ['Connection: close', 'GET',
        "${OK}Connection: x, close\r\nContent-Length: 2\r\n\r\nok"],
    ['HTTP/1.0', 'GET', "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    ['bytes behind a length', 'GET',
        "${OK}Content-Length: 2\r\n\r\nok$EVIL"],
    ['an empty line behind a length', 'GET',
        "${OK}Content-Length: 2\r\n\r\nok\r\n"],
    ['bytes behind chunks', 'GET', "${OK}Transfer-Encoding: chunked\r\n\r\n"
        . "2\r\nok\r\n0\r\n\r\n$EVIL"],
    ['a body behind HEAD', 'HEAD', "${OK}Content-Length: 4\r\n\r\nEvil"],
    ['a body behind 304', 'GET',
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nEvil"],
    ['a body behind 204', 'GET', "HTTP/1.1 204 No Content\r\n\r\nEvil"],
    ['204 with a length', 'GET',
        "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n"],
    ['an unasked 408', 'GET', "${OK}Content-Length: 2\r\n\r\nok"
        . "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"],
) {
    my ($name, $method, $bytes) = @$case;
    my $x = begin(RProxy::Client->to('t28_reuse'), "$method / HTTP/1.1\r\n");
    $x->origin->send($bytes);
    unlike($x->response->body, qr/Evil/, "$name: not passed on");
    comes_on_another($x, $name);
}

# A second response that comes while nobody waits for one.
{
    my $x = begin(RProxy::Client->to('t28_reuse'));
    $x->origin->reply(200, 'ok');
    is($x->response->body, 'ok', 'a late second response: after the first');
    $x->origin->send($EVIL);
    comes_on_another($x, 'a late second response');
}

# The same when it comes before the next request is sent, but is seen only
# together with it: the server is stopped meanwhile.
{
    my $x = begin(RProxy::Client->to('t28_reuse'));
    $x->origin->reply(200, 'ok');
    is($x->response->body, 'ok', 'a second response too early: first');
    RProxy::Server::while_stopped(sub {
        $x->client->send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        $x->origin->send($EVIL);
    });
    my $next = RProxy::Exchange->join($x->client, $origin);
    is($next->request->{target}, '/next',
        'a second response too early: the request goes elsewhere');
    is($next->answer("${OK}Content-Length: 4\r\n\r\nnext")->body, 'next',
        'a second response too early: is nobody\'s');
}

# ---- limits of a connection ----

undef $origin;
my $server = RProxy::Origin->start('origin_b', sub {
    my ($c) = @_;
    $c->reply(200, $c->number) while $c->read_request;
});

# The numbers of the connections on which so many requests came.
sub connections {
    my ($path, $n) = @_;
    my $client = RProxy::Client->to('t28_reuse');
    return map { $client->get($path)->body } 1 .. $n;
}

sub kinds { my %seen; return scalar grep { !$seen{$_}++ } @_ }

connections('/restless', 1);
is($server->await_closed(1), 1, 'idle-timeout: closed though nobody asks');
is(kinds(connections('/kept', 7)), 1, 'seven requests on one connection');
{
    my @on = connections('/few', 7);
    is_deeply([map { $_ - $on[0] } @on], [0, 0, 0, 1, 1, 1, 2],
        'max-requests=3: three on each');
}
is(kinds(connections('/none', 3)), 3, 'idle=0: one on each');
is(kinds(connections('/young', 3)), 3, 'max-age: not beyond its age');
is_deeply($server->errors, [], 'the origin saw nothing odd');
