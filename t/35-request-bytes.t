#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A request that could be read in two ways is refused, and no second request is
# ever found in its bytes; one that has a single reading reaches the origin in
# just that one.  The origin records all it gets.  RFC 9112 sections 2.2, 3, 5,
# 6.3 and 11.2.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Origin ();

# Whatever else a request holds, this would be read by who reads it otherwise.
my $SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n";
my $CHUNKED  = "Transfer-Encoding: chunked\r\n";
my $HOST     = "Host: a\r\n";

# name => bytes, statuses that refuse them
my @REFUSED = (
    ['two lengths', "POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\n"
        . "Content-Length: 5\r\n\r\nbody1"],
    ['two lengths in a list',
        "POST / HTTP/1.1\r\n${HOST}Content-Length: 4, 5\r\n\r\nbody1"],
    ['one length twice', "POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\n"
        . "Content-Length: 4\r\n\r\nbody"],
    ['a length with a sign',
        "POST / HTTP/1.1\r\n${HOST}Content-Length: +4\r\n\r\nbody"],
    ['a negative length',
        "POST / HTTP/1.1\r\n${HOST}Content-Length: -4\r\n\r\nbody"],
    ['a hexadecimal length',
        "POST / HTTP/1.1\r\n${HOST}Content-Length: 0x4\r\n\r\nbody"],
    ['a length of nothing',
        "POST / HTTP/1.1\r\n${HOST}Content-Length:\r\n\r\n"],
    ['a length beyond 64 bits', "POST / HTTP/1.1\r\n${HOST}"
        . "Content-Length: 18446744073709551620\r\n\r\nbody"],
    ['a length with a space',
        "POST / HTTP/1.1\r\n${HOST}Content-Length: 4 4\r\n\r\nbody"],
    ['another coding last', "POST / HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"],
    ['another coding first', "POST / HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
    ['another coding', "POST / HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding: identity\r\n\r\n"],
    ['an unknown coding', "POST / HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
    ['chunked twice',
        "POST / HTTP/1.1\r\n${HOST}$CHUNKED$CHUNKED\r\n0\r\n\r\n"],
    ['a coding with a vertical tab', "POST / HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"],
    ['a coding in quotes', "POST / HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"],
    ['a fold in the first line', "GET / HTTP/1.1\r\n X-A: b\r\n${HOST}\r\n"],
    ['a coding in HTTP/1.0', "POST / HTTP/1.0\r\n${HOST}$CHUNKED"
        . "Connection: keep-alive\r\n\r\n0\r\n\r\n"],
    ['a space before the colon',
        "POST / HTTP/1.1\r\n${HOST}Content-Length : 4\r\n\r\nbody"],
    ['a tab before the colon',
        "POST / HTTP/1.1\r\n${HOST}Transfer-Encoding\t: chunked\r\n\r\n"],
    ['no colon',   "GET / HTTP/1.1\r\n${HOST}X-A\r\n\r\n"],
    ['no name',    "GET / HTTP/1.1\r\n${HOST}: b\r\n\r\n"],
    ['a space in a name', "GET / HTTP/1.1\r\n${HOST}X A: b\r\n\r\n"],
    ['NUL in a name',     "GET / HTTP/1.1\r\n${HOST}X\0A: b\r\n\r\n"],
    ['NUL in a value',    "GET / HTTP/1.1\r\n${HOST}X-A: b\0c\r\n\r\n"],
    ['NUL in the target', "GET /\0 HTTP/1.1\r\n${HOST}\r\n"],
    ['NUL in the method', "G\0ET / HTTP/1.1\r\n${HOST}\r\n"],
    ['a control character in a value',
        "GET / HTTP/1.1\r\n${HOST}X-A: b\x01c\r\n\r\n"],
    ['bare LF after the request line', "GET / HTTP/1.1\n${HOST}\r\n"],
    ['bare LF after a field', "GET / HTTP/1.1\r\n${HOST}X-A: b\n\r\n"],
    ['bare LF as the empty line', "GET / HTTP/1.1\r\n${HOST}\n"],
    ['bare LF everywhere', "GET / HTTP/1.1\nHost: a\n\n"],
    ['bare CR in a value', "GET / HTTP/1.1\r\n${HOST}X-A: b\rX-B: c\r\n\r\n"],
    ['bare CR in the request line', "GET /\r HTTP/1.1\r\n${HOST}\r\n"],
    ['two spaces',   "GET  / HTTP/1.1\r\n${HOST}\r\n"],
    ['a tab for a space', "GET\t/ HTTP/1.1\r\n${HOST}\r\n"],
    ['a space in the target', "GET /a b HTTP/1.1\r\n${HOST}\r\n"],
    ['a space before the method', " GET / HTTP/1.1\r\n${HOST}\r\n"],
    ['a space behind the version', "GET / HTTP/1.1 \r\n${HOST}\r\n"],
    ['HTTP/1',       "GET / HTTP/1\r\n${HOST}\r\n"],
    ['HTTP/1.10',    "GET / HTTP/1.10\r\n${HOST}\r\n"],
    ['lower case',   "GET / http/1.1\r\n${HOST}\r\n"],
    ['another protocol', "GET / ICAP/1.0\r\n${HOST}\r\n"],
    ['the preface of HTTP/2', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ['a method that is no token', "G<ET / HTTP/1.1\r\n${HOST}\r\n"],
    ['no Host',      "GET / HTTP/1.1\r\n\r\n"],
    ['two Hosts',    "GET / HTTP/1.1\r\n${HOST}Host: b\r\n\r\n"],
    ['a list of Hosts', "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"],
    ['a Host with a path', "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
    ['a Host with a user', "GET / HTTP/1.1\r\nHost: u\@a\r\n\r\n"],
    ['a Host with a space', "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"],
    ['a Host with a bad port', "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"],
    ['CONNECT', "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"],
    ['CONNECT with a path', "CONNECT / HTTP/1.1\r\n${HOST}\r\n"],
    ['a target that is no path', "GET a/b HTTP/1.1\r\n${HOST}\r\n"],
    ['a target with a fragment', "GET /a#b HTTP/1.1\r\n${HOST}\r\n"],
);

# One reading, and no other: what the origin is sent, whether another request
# may follow on the connection.
my @READ = (
    ['both lengths', "POST /one HTTP/1.1\r\n${HOST}${CHUNKED}"
        . "Content-Length: 6\r\n\r\n0\r\n\r\n", 'chunked', '', 0],
    ['both lengths, the other way round',
        "POST /one HTTP/1.1\r\n${HOST}Content-Length: 4\r\n$CHUNKED\r\n"
        . "5\r\nhello\r\n0\r\n\r\n", 'chunked', 'hello', 0],
    ['a coding in upper case', "POST /one HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding: CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        'chunked', 'hello', 1],
    ['chunks written oddly', "POST /one HTTP/1.1\r\n${HOST}$CHUNKED\r\n"
        . "0005;x=y\r\nhello\r\n00;z\r\n\r\n", 'chunked', 'hello', 1],
    ['a GET with a body', "GET /one HTTP/1.1\r\n${HOST}"
        . 'Content-Length: ' . length($SMUGGLED) . "\r\n\r\n$SMUGGLED",
        'length', $SMUGGLED, 1],
    ['a folded coding', "POST /one HTTP/1.1\r\n${HOST}"
        . "Transfer-Encoding:\r\n chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        'chunked', 'hello', 1],
    ['a folded line', "GET /one HTTP/1.1\r\n${HOST}X-A: b\r\n"
        . " Content-Length: 100\r\n\r\n", 'none', '', 1],
    ['an empty line before', "\r\nGET /one HTTP/1.1\r\n${HOST}\r\n",
        'none', '', 1],
    ['Content_Length', "POST /one HTTP/1.1\r\n${HOST}Content_Length: 100\r\n\r\n",
        'none', '', 1],
    ['Connection: Content-Length', "POST /one HTTP/1.1\r\n${HOST}"
        . "Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello",
        'length', 'hello', undef],
    ['Connection: Host', "GET /one HTTP/1.1\r\n${HOST}Connection: Host\r\n\r\n",
        'none', '', undef],
    ['absolute-form', "GET http://a/one HTTP/1.1\r\n${HOST}\r\n",
        'none', '', 1],
    ['a later version', "GET /one HTTP/2.0\r\n${HOST}\r\n", 'none', '', 1],
    ['the best known of all', "POST /one HTTP/1.1\r\n${HOST}"
        . 'Content-Length: ' . length("0\r\n\r\n$SMUGGLED")
        . "\r\n\r\n0\r\n\r\n$SMUGGLED", 'length', "0\r\n\r\n$SMUGGLED", 1],
);

plan tests => 3 * @REFUSED + 5 * @READ + 9;

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, "answer to $request->{target}");
    }
});

# All that has come since the last call.
my $known = 0;
sub arrived {
    my @requests = @{ $origin->requests };
    my @new      = @requests[$known .. $#requests];
    $known = @requests;
    return @new;
}

# What is behind an ambiguous request must not be read as one.
for my $case (@REFUSED) {
    my ($name, $bytes) = @$case;
    my $client = RProxy::Client->to('t35_bytes');
    $client->send($bytes . $SMUGGLED);
    my $said = $client->read_until_close;
    like($said, qr{^HTTP/1\.1 (?:400|405|408|501|505) |^<!DOCTYPE.*400}s,
        "$name: refused");
    is(() = $said =~ m{(?<!\w)HTTP/1\.1 \d\d\d}g, 1, "$name: once, and that is it");
    is_deeply([map { $_->{head} . $_->{body} } arrived()], [],
        "$name: nothing gets to the origin");
}

for my $case (@READ) {
    my ($name, $bytes, $framing, $body, $goes_on) = @$case;
    my $client = RProxy::Client->to('t35_bytes');
    $client->send("${bytes}GET /two HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n");
    my $first = $client->read_response;
    my $rest  = $client->read_until_close;
    my @seen  = arrived();
    is($first->status, 200, "$name: taken");
    my $seen = shift @seen // {};
    is("$seen->{framing}: $seen->{body}", "$framing: $body",
        "$name: one reading");
    is($seen->{target}, '/one', "$name: at its place");
    is_deeply([grep { $_ ne '/two' } map { $_->{target} } @seen], [],
        "$name: no other");
    $goes_on //= @seen;
    is(scalar @seen, $goes_on, "$name: the connection "
            . ($goes_on ? 'goes on' : 'ends'));
}

# Trailers that frame: httpd drops them, our own reader refuses them.
{
    my $client = RProxy::Client->to('t35_bytes');
    $client->send("POST /one HTTP/1.1\r\n${HOST}$CHUNKED\r\n"
            . '0' . "\r\nContent-Length: " . length($SMUGGLED) . "\r\n\r\n"
            . "GET /two HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n");
    like($client->read_until_close, qr{^HTTP/1\.1 (?:200|400) },
        'trailers that frame: dropped or refused');
    is_deeply([grep { $_->{head} =~ /Content-Length/i || $_->{body} ne '' }
            arrived()], [], 'trailers that frame: no body of theirs');
}

# HTTP/0.9 has no head and no second request.
for my $line ("GET /one\r\n", "GET /one \r\n") {
    my $client = RProxy::Client->to('t35_bytes');
    $client->send($line . $SMUGGLED);
    is($client->read_until_close, 'answer to /one', 'HTTP/0.9 is answered');
    is_deeply([map { $_->{target} } arrived()], ['/one'],
        'HTTP/0.9: one request');
}

# A head larger than any buffer of ours, up to httpd's limits.
{
    my $client = RProxy::Client->to('t35_bytes');
    my $fields = join '', map { "X-$_: " . 'y' x 8000 . "\r\n" } 1 .. 90;
    $client->send("GET /large HTTP/1.1\r\n${HOST}$fields\r\n");
    is($client->read_response->body, 'answer to /large',
        'a head of 700 kB is no more than httpd allows');
    my ($seen) = arrived();
    is(() = $seen->{head} =~ /^X-\d+: y{8000}\r$/mg, 90, 'all of it arrives');
}
is_deeply($origin->errors, [], 'the origin saw nothing malformed');
