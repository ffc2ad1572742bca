#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Every well-formed response is passed on as it is, however it is framed and
# whatever its status: RFC 9112 sections 4, 6 and 7.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Exchange ();
use RProxy::Origin ();

plan tests => 76;

my $origin = RProxy::Origin->listen('origin_a');

# What the client gets of these bytes, after which the origin closes.
sub passed {
    my ($bytes, $request) = @_;
    return RProxy::Exchange->begin('t20_responses', $origin,
        $request // "GET / HTTP/1.1\r\n")->answer($bytes);
}

# The same, sent one byte at a time.
sub passed_by_bytes {
    my ($bytes) = @_;
    my $x = RProxy::Exchange->begin('t20_responses', $origin,
        "GET / HTTP/1.1\r\n");
    $x->origin->send($_) for split //, $bytes;
    return $x->answer('');
}

sub is_response {
    my ($got, $status, $body, $name) = @_;
    is($got->status, $status, "$name: status");
    is($got->body, $body, "$name: body");
    ok($got->{complete}, "$name: complete");
    return;
}

# ---- framing ----

my %RESPONSES = (
    'Content-Length' =>
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    'one length told twice' =>
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"
        . 'hello',
    'one length in a list' =>
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
    'a length with zeros before it' =>
        "HTTP/1.1 200 OK\r\nContent-Length: 005\r\n\r\nhello",
    'chunked' =>
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        . "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    'chunked, written otherwise' =>
        "HTTP/1.1 200 OK\r\ntransfer-encoding:CHUNKED\r\n\r\n"
        . "0002\r\nhe\r\n3\r\nllo\r\n000\r\n\r\n",
    'chunk extensions' =>
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        . "2;a=b;c=\"d e\"\r\nhe\r\n3 ;x\r\nllo\r\n0;last\r\n\r\n",
    'until close, 1.1' =>
        "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello",
    'until close, 1.0' =>
        "HTTP/1.0 200 OK\r\nX-A: b\r\n\r\nhello",
    'length, 1.0' =>
        "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
);
for my $name (sort keys %RESPONSES) {
    is_response(passed($RESPONSES{$name}), 200, 'hello', $name);
}
for my $name ('Content-Length', 'chunk extensions', 'until close, 1.1') {
    is_response(passed_by_bytes($RESPONSES{$name}), 200, 'hello',
        "$name, byte by byte");
}
is_response(passed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 200, '',
    'Content-Length: 0');
is_response(passed(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    200, '', 'chunked without a chunk');
is_response(passed("HTTP/1.1 200 OK\r\n\r\n"), 200, '', 'closed at once');

{
    my $got = passed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            . "5\r\nhello\r\n0\r\nX-Sum: 17\r\nX-More: a b\r\n\r\n");
    is($got->body, 'hello', 'trailers: body');
    is($got->{framing}, 'chunked', 'trailers: chunked on');
    is($got->{trailers}, "X-Sum: 17\r\nX-More: a b\r\n",
        'trailers come last');
}
{
    my $got = passed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            . "5\r\nhello\r\n0\r\nX-Sum: 17\r\n\r\n", "GET / HTTP/1.0\r\n");
    isnt($got->{framing}, 'chunked', 'a 1.0 client gets no chunks');
    is($got->body, 'hello', 'only the body');
}
{
    my $body = join '', map { sprintf '%07d,', $_ } 1 .. 1 << 17;    # 1 MiB
    my $got  = passed('HTTP/1.1 200 OK' . "\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body");
    ok($got->body eq $body, 'a megabyte by length');
    $got = passed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            . join('', map { RProxy::Origin::Connection::chunk($_) }
                unpack '(a9973)*', $body) . "0\r\n\r\n");
    ok($got->body eq $body, 'a megabyte by chunks');
}

# ---- responses without a body ----

{
    my $got = passed("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nX-A: b\r\n\r\n",
        "HEAD / HTTP/1.1\r\n");
    is($got->field('Content-Length'), 1234, 'HEAD: the length is told');
    is($got->body, '', 'HEAD: no body');
}
{
    my $got = passed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HEAD / HTTP/1.1\r\n");
    is($got->status, 200, 'HEAD of a chunked response');
}
{
    my $got = passed("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n"
            . "Content-Length: 99\r\n\r\n");
    is($got->status, 304, 'not modified');
    is($got->field('ETag'), '"e"', '304 with its ETag');
    is($got->body, '', '304: no body');
}
{
    my $got = passed("HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n");
    is($got->status, 204, 'no content');
    is($got->field('Content-Length'), undef, '204 without a length');
}

# The client's connection goes on behind each of them.
for my $case (
    ['HEAD', "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"],
    ['GET',  "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"],
    ['GET',  "HTTP/1.1 204 No Content\r\n\r\n"],
    ['GET',  "HTTP/1.1 200 OK\r\n\r\nuntil close"],
) {
    my ($method, $bytes) = @$case;
    my $x = RProxy::Exchange->begin('t20_responses', $origin,
        "$method / HTTP/1.1\r\n");
    my $status = $x->answer($bytes)->status;
    my $next   = RProxy::Exchange->begin($x->client, $origin,
        "GET /next HTTP/1.1\r\n")
        ->answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
    is($next->body, 'next', "the next request after $method and $status");
}

# ---- status ----

sub status_line {
    my ($line) = @_;
    my $got = passed("$line\r\nContent-Length: 1\r\n\r\nx");
    return $got->{line};
}

is(status_line('HTTP/1.1 200 Fine'), 'HTTP/1.1 200 Fine', 'a reason is kept');
is(status_line('HTTP/1.1 299 Miscellaneous Warning'),
    'HTTP/1.1 299 Miscellaneous Warning', 'a status that nobody registered');
is(status_line('HTTP/1.1 418 I\'m a teapot'), 'HTTP/1.1 418 I\'m a teapot',
    'a status that nobody uses');
is(status_line('HTTP/1.0 599 Last'), 'HTTP/1.1 599 Last',
    '599 of an HTTP/1.0 origin');
like(status_line('HTTP/1.1 599 '), qr{^HTTP/1\.1 599 *$}, 'no reason');
like(status_line('HTTP/1.1 299'), qr{^HTTP/1\.1 299 *$},
    'nor the space before it');
like(status_line("HTTP/1.1 200 \xc3\xa4"), qr{^HTTP/1\.1 200 \xc3\xa4$},
    'a reason beyond ASCII');

# Each of the 400, by an origin of its own process.
undef $origin;
my $by_path = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my ($status) = $request->{target} =~ /(\d+)/;
        $status =~ /^(?:204|304)$/
            ? $c->send(RProxy::Origin::Connection::head($status))
            : $c->reply($status, "body of $status");
    }
});
my (@wrong, $client);
for my $status (200 .. 599) {
    $client //= RProxy::Client->to('t20_responses');
    my $got  = $client->get("/$status");
    my $body = $status =~ /^(?:204|304)$/ ? '' : "body of $status";
    push @wrong, "$status: $got->{line}, " . $got->body
        unless $got->{line} eq "HTTP/1.1 $status Reason"
        && $got->body eq $body;
    undef $client if ($got->field('Connection') // '') eq 'close';
}
is_deeply(\@wrong, [], 'every status from 200 to 599 with its body');
is_deeply($by_path->errors, [], 'asked for in order');
