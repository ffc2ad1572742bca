#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Request bodies go to the origin as they come, with the framing they came
# with, and one that is malformed, too large or not all there never looks
# complete to the origin.  RFC 9112 sections 6 and 7.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();

my $CHUNKED = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n";

# name => request head and body, framing and body as the origin gets them
my @BODIES = (
    ['a length', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        'length', 'hello'],
    ['chunks', "POST / HTTP/1.1\r\n${CHUNKED}2\r\nhe\r\n3;a=b\r\nllo\r\n"
        . "0\r\n\r\n", 'chunked', 'hello'],
    ['chunks and trailers', "POST / HTTP/1.1\r\n${CHUNKED}5\r\nhello\r\n"
        . "0\r\nX-Sum: 1\r\n\r\n", 'chunked', 'hello'],
    ['length 0', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        'length', ''],
    ['no chunk', "POST / HTTP/1.1\r\n${CHUNKED}0\r\n\r\n", 'chunked', ''],
    ['no body', "POST / HTTP/1.1\r\nHost: a\r\n\r\n", 'none', ''],
    ['a GET with a body',
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        'length', 'hello'],
    ['a method of its own',
        "REPORT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        'length', 'hello'],
    ['a client of HTTP/1.0',
        "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
        'length', 'hello'],
);

# Malformed from some byte on.
my @BAD = (
    ['a size that is no number', "x\r\nEvil\r\n0\r\n\r\n"],
    ['a negative size', "-4\r\nEvil\r\n0\r\n\r\n"],
    ['a size with 0x', "0x4\r\nEvil\r\n0\r\n\r\n"],
    ['a size beyond 64 bits', "10000000000000004\r\nEvil\r\n0\r\n\r\n"],
    ['the largest size of 64 bits', "ffffffffffffffff\r\nEvil"],
    ['more data than its size', "3\r\nEvil\r\n0\r\n\r\n"],
    ['an endless size', '0' x 20_000],
);

plan tests => 5 * @BODIES + 2 * 3 + 5 * @BAD + 29;

my $OK     = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t25_upload', $origin, $request);
}

# What the origin has got of a body when its connection ends.
sub body_cut_short {
    my ($x) = @_;
    my $got = eval { $x->request->read_body($x->origin) };
    die $@ unless $got;
    return $got;
}

# ---- well-formed ----

for my $case (@BODIES) {
    my ($name, $bytes, $framing, $body) = @$case;
    my $x = begin($bytes);
    my $request = $x->request->read_body($x->origin);
    is($request->{framing}, $framing, "$name: framing");
    is($request->body, $body, "$name: body");
    ok($request->{complete}, "$name: complete");
    is(length $x->origin->pending, 0, "$name: and nothing behind it");
    is($x->answer($OK)->body, 'ok', "$name: answered");
}

for my $case (
    ['a length', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        'length'],
    ['chunks', "POST / HTTP/1.1\r\n${CHUNKED}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        'chunked'],
) {
    my ($name, $bytes, $framing) = @$case;
    my $client = RProxy::Client->to('t25_upload');
    $client->send($_) for split //, $bytes;
    my $x = RProxy::Exchange->join($client, $origin);
    my $request = $x->request->read_body($x->origin);
    is($request->{framing}, $framing, "$name, byte by byte: framing");
    is($request->body, 'hello', "$name, byte by byte: body");
    is($x->answer($OK)->body, 'ok', "$name, byte by byte: answered");
}

# ---- as it comes ----

{
    my $x = begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\none");
    is($x->origin->read_exactly(3), 'one',
        'the first part is there before the client sends the second');
    $x->client->send('two');
    is($x->origin->read_exactly(3), 'two', 'so is the second');
    $x->client->send('end');
    is($x->origin->read_exactly(3), 'end', 'and the rest');
    is($x->answer($OK)->body, 'ok', 'answered');
}
{
    my $x = begin("POST / HTTP/1.1\r\n${CHUNKED}3\r\none\r\n");
    is($x->origin->read_exactly(8), "3\r\none\r\n", 'the same by chunks');
    $x->client->send("3\r\ntwo\r\n");
    is($x->origin->read_exactly(8), "3\r\ntwo\r\n", 'one by one');
    $x->client->send("0\r\n\r\n");
    is($x->origin->read_exactly(5), "0\r\n\r\n", 'to the end');
    is($x->answer($OK)->body, 'ok', 'answered');
}
{
    my $body = join '', map { sprintf '%07d,', $_ } 1 .. 1 << 16;
    my $head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
        . length($body) . "\r\n\r\n";
    my $x = begin($head . $body);
    is($x->request->read_body($x->origin)->body, $body, 'half a megabyte');
    is($x->answer($OK)->body, 'ok', 'answered');
    my $next = RProxy::Exchange->begin($x->client, $origin, $head . $body);
    is($next->request->read_body($next->origin)->body, $body, 'and again');
    is($next->answer($OK)->body, 'ok', 'on the same connection');
}

# ---- malformed, too large, not all there ----

for my $case (@BAD) {
    my ($name, $bytes) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin("POST / HTTP/1.1\r\n${CHUNKED}6\r\nbefore\r\n");
    $x->client->send("$bytes\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    my $request = body_cut_short($x);
    ok(!$request->{complete}, "$name: the origin is not told an end");
    like($request->body, qr/^before(?:Evi)?$/, "$name: only what came before");
    like($x->response->status, qr/^(?:400|413)$/, "$name: refused");
    is($x->client->read_until_close, '', "$name: and nothing more");
    like($log->await(qr/RP1203: /), qr/bad_request_body: /, "$name: logged");
}
{
    my $x = begin("POST /limited/ HTTP/1.1\r\n${CHUNKED}6\r\nbefore\r\n");
    is($x->origin->read_exactly(11), "6\r\nbefore\r\n",
        'up to LimitRequestBody');
    $x->client->send("5\r\nEvil!\r\n0\r\n\r\n");
    my $request = body_cut_short($x);
    ok(!$request->{complete}, 'beyond it: the origin is not told an end');
    unlike($request->body, qr/Evil/, 'beyond it: nor given it');
    is($x->response->status, 413, 'beyond it: 413');
    is($x->client->wait_for_end, 'eof', 'beyond it: the connection ends');
}
{
    my $client = RProxy::Client->to('t25_upload');
    $client->send("POST /limited/ HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 11\r\n\r\nhello world");
    is($client->read_response->status, 413, 'a length beyond the limit: 413');
    is($client->wait_for_end, 'eof', 'the connection ends');
    my $sent = $origin->has_connection ? $origin->accept->read_until_close : '';
    unlike($sent, qr/hello/, 'and none of it gets to the origin');
}
for my $case (
    ['a length', "Host: a\r\nContent-Length: 9\r\n\r\nhalf", 'half'],
    ['chunks', "${CHUNKED}4\r\nhalf\r\n", 'half'],
) {
    my ($name, $bytes, $body) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin("POST / HTTP/1.1\r\n$bytes");
    my $request = body_cut_short($x);
    ok(!$request->{complete}, "$name, a client that stops sending: no end");
    is($request->body, $body, "$name, a client that stops: what there was");
    like($log->await(qr/RP1203: /), qr/bad_request_body/,
        "$name, a client that stops: logged after Timeout");
    is($x->response->status, 408, "$name, a client that stops: 408");
}
is($origin->has_connection ? 1 : 0, 0, 'no request that nobody sent');
