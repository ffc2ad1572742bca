#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Responses with a status of 1xx: 103 is passed on at once, 100 where the client
# asked for it, 101 never as nobody asked for it; and their number is limited.
# RFC 9110 section 15.2.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();

plan tests => 35;

my $HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
my $FINAL = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t20_interim', $origin,
        $request // "GET / HTTP/1.1\r\n");
}

# ---- 103 ----

{
    my $x = begin();
    $x->origin->send($HINTS);
    like($x->client->read_until("\r\n\r\n"),
        qr{^HTTP/1\.1 103 .*\r\nLink: </a\.css>; rel=preload\r\n\r\n$}s,
        'the hints arrive while the origin still thinks');
    my $got = $x->answer($FINAL);
    is($got->status, 200, 'then the response');
    is($got->body, 'hello', 'with its body');
    is($got->field('Link'), undef, 'and none of the fields of the hints');
}
{
    my $got = begin()->answer("$HINTS$HINTS$HINTS$FINAL");
    is_deeply([map { $_->status } @{ $got->{interim} }], [103, 103, 103],
        'several ones, together with the response');
    is($got->body, 'hello', 'which comes behind them');
}
{
    my $got = begin("GET / HTTP/1.0\r\n")->answer("$HINTS$FINAL");
    is_deeply($got->{interim}, [], 'none for a client of HTTP/1.0');
    is($got->status, 200, 'only the response');
}
{
    my $got = begin()->answer("HTTP/1.1 103 Early Hints\r\n"
            . "Link: <http://127.0.0.1:" . Apache::Test::vars('origin_a_port')
            . "/a.css>; rel=preload\r\nConnection: X-Own\r\nX-Own: 1\r\n"
            . "Transfer-Encoding: gzip\r\n\r\n$FINAL");
    is($got->status, 502, 'an interim response with a coding is malformed');
}
{
    my $got = begin()->answer("HTTP/1.1 103 Early Hints\r\n"
            . "Link: <http://127.0.0.1:" . Apache::Test::vars('origin_a_port')
            . "/a.css>; rel=preload\r\nConnection: X-Own\r\nX-Own: 1\r\n\r\n"
            . $FINAL);
    my $hints = $got->{interim}[0];
    like($hints->field('Link'), qr{^<http://front\.example},
        'its references are rewritten');
    is($hints->field('X-Own'), undef, 'nominated fields stay here');
    is($hints->field('Connection'), undef, 'and who nominated them');
    is($got->status, 200, 'the response follows');
}

# ---- 100 ----

{
    my $got = begin()->answer("HTTP/1.1 100 Continue\r\n\r\n$FINAL");
    is_deeply($got->{interim}, [], '100 that the client did not ask for');
    is($got->body, 'hello', 'does no harm');
}
{
    my $got = begin()->answer("HTTP/1.1 102 Processing\r\n\r\n"
            . "HTTP/1.1 199 Whatever\r\nX-A: b\r\n\r\n$FINAL");
    is($got->status, 200, 'other ones are no response either');
    is($got->body, 'hello', 'which comes behind them');
}

# ---- malformed, unasked, too many ----

sub refused {
    my ($bytes, $reason, $name) = @_;
    my $log = RProxy::Log->error_log;
    my $got = begin()->answer($bytes);
    is($got->status, 502, "$name: 502");
    unlike($got->{head} . $got->body, qr/Evil/, "$name: nothing of it passed");
    like($log->await(qr/RP1203: /), $reason, "$name: the log says why");
    return;
}

refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\n"
        . "Connection: Upgrade\r\nX-Evil: 1\r\n\r\nEvil",
    qr/invalid_response: 101 Switching Protocols that nobody asked for/,
    '101 unasked');
refused($HINTS x 4 . $FINAL,
    qr/more 1xx responses than RProxyResponseLimit interim=/, 'a fourth one');
refused("HTTP/1.1 100 Continue\r\n\r\n" x 5000,
    qr/more 1xx responses than RProxyResponseLimit interim=/, 'a flood');
refused("HTTP/1.1 103 Early\r\nX-Evil: a\r\n b\r\n\r\n$FINAL",
    qr/folded field line/, 'a folded line within');
refused("HTTP/1.1 103 Early\r\nX-Evil: " . 'x' x 70000,
    qr/head larger than the limit/, 'an endless one');
{
    my $log = RProxy::Log->error_log;
    my $got = begin()->answer($HINTS);
    is_deeply([map { $_->status } @{ $got->{interim} }], [103],
        'an origin that closes behind the hints');
    is($got->status, 502, 'is one that did not answer');
    like($log->await(qr/RP1203: /), qr/connection closed within the head/,
        'the log says so');
}
