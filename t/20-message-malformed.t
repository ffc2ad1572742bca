#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A response that breaks a rule, that can be read in two ways or that goes
# beyond a limit is answered by 502, none of it is passed on, the log says why
# and the connection is not used again.  Where its head was fine and has gone
# out, the client's connection ends before the body looks complete.
# RFC 9112 sections 2.2, 5 and 6.3.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();

my $OK      = "HTTP/1.1 200 OK\r\n";
my $CHUNKED = "${OK}Transfer-Encoding: chunked\r\n\r\n";

# name => bytes of the origin, what the log says
my @HEADS = (
    ['garbage'         => "Evil\r\n\r\n", 'not an HTTP/1.x status line'],
    ['binary'          => "\x16\x03\x01\x00Evil", 'not an HTTP/1.x status'],
    ['HTTP/0.9'        => "<html>Evil</html>\n", 'not an HTTP/1.x status'],
    ['HTTP/2'          => "HTTP/2 200 Evil\r\n\r\n", 'not an HTTP/1.x status'],
    ['an empty line before' => "\r\n${OK}X: Evil\r\n\r\n", 'not an HTTP/1.x'],
    ['another protocol' => "SIP/2.0 200 Evil\r\n\r\n", 'not an HTTP/1.x'],
    ['lower case'      => "http/1.1 200 Evil\r\n\r\n", 'not an HTTP/1.x'],
    ['no status'       => "HTTP/1.1\r\nX: Evil\r\n\r\n", 'status line'],
    ['status 000'      => "HTTP/1.1 000 Evil\r\n\r\n", 'not in 100-599'],
    ['status 600'      => "HTTP/1.1 600 Evil\r\n\r\n", 'not in 100-599'],
    ['status of two digits'  => "HTTP/1.1 20 Evil\r\n\r\n", 'status line'],
    ['status of four digits' => "HTTP/1.1 2000 Evil\r\n\r\n", 'status line'],
    ['negative status' => "HTTP/1.1 -20 Evil\r\n\r\n", 'status line'],
    ['two spaces'      => "HTTP/1.1  200 Evil\r\n\r\n", 'status line'],
    ['NUL in the reason' => "HTTP/1.1 200 Ev\0il\r\n\r\n", 'status line'],
    ['bare LF after the status line' =>
        "HTTP/1.1 200 Evil\nContent-Length: 0\r\n\r\n", 'not ended by CRLF'],
    ['bare LF after a field' => "${OK}X: Evil\nContent-Length: 0\r\n\r\n",
        'not ended by CRLF'],
    ['bare LF as the empty line' => "${OK}X: Evil\r\n\n",
        'not ended by CRLF'],
    ['bare CR in a field' => "${OK}X: Ev\ril\r\n\r\n", 'not ended by CRLF'],
    ['bare CR in the reason' => "HTTP/1.1 200 Ev\ril\r\n\r\n",
        'not ended by CRLF'],
    ['folded line'     => "${OK}X: Evil\r\n more\r\n\r\n", 'folded field'],
    ['folded by a tab' => "${OK}X: Evil\r\n\tmore\r\n\r\n", 'folded field'],
    ['fold in the first field' => "$OK X: Evil\r\n\r\n", 'folded field'],
    ['NUL in a value'  => "${OK}X: Ev\0il\r\n\r\n", 'control character'],
    ['DEL in a value'  => "${OK}X: Ev\x7fil\r\n\r\n", 'control character'],
    ['NUL in a name'   => "${OK}X\0: Evil\r\n\r\n", 'malformed field name'],
    ['space before the colon' => "${OK}X : Evil\r\n\r\n", 'field name'],
    ['no colon'        => "${OK}Evil\r\n\r\n", 'malformed field name'],
    ['no name'         => "$OK: Evil\r\n\r\n", 'malformed field name'],
    ['two lengths' =>
        "${OK}Content-Length: 4\r\nContent-Length: 5\r\n\r\nEvil!",
        'differing Content-Length'],
    ['two lengths in a list' => "${OK}Content-Length: 4, 5\r\n\r\nEvil!",
        'differing Content-Length'],
    ['length of nothing' => "${OK}Content-Length:\r\n\r\nEvil",
        'malformed Content-Length'],
    ['length with a sign' => "${OK}Content-Length: +4\r\n\r\nEvil",
        'malformed Content-Length'],
    ['negative length' => "${OK}Content-Length: -4\r\n\r\nEvil",
        'malformed Content-Length'],
    ['hexadecimal length' => "${OK}Content-Length: 0x4\r\n\r\nEvil",
        'malformed Content-Length'],
    ['length beyond 64 bits' =>
        "${OK}Content-Length: 18446744073709551620\r\n\r\nEvil",
        'malformed Content-Length'],
    ['length and coding' => "${OK}Content-Length: 4\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n4\r\nEvil\r\n0\r\n\r\n",
        'Content-Length beside Transfer-Encoding'],
    ['another coding' => "${OK}Transfer-Encoding: gzip\r\n\r\nEvil",
        'Transfer-Encoding other than chunked'],
    ['two codings' => "${OK}Transfer-Encoding: gzip, chunked\r\n\r\n"
        . "4\r\nEvil\r\n0\r\n\r\n", 'Transfer-Encoding other than chunked'],
    ['chunked twice' => "${OK}Transfer-Encoding: chunked\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n4\r\nEvil\r\n0\r\n\r\n",
        'Transfer-Encoding other than chunked'],
    ['chunked and identity' => "${OK}Transfer-Encoding: chunked, identity"
        . "\r\n\r\nEvil", 'Transfer-Encoding other than chunked'],
    ['coding with a vertical tab' =>
        "${OK}Transfer-Encoding: \x0bchunked\r\n\r\n4\r\nEvil\r\n0\r\n\r\n",
        'control character'],
    ['coding in HTTP/1.0' => "HTTP/1.0 200 OK\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n4\r\nEvil\r\n0\r\n\r\n",
        'Transfer-Encoding in an HTTP/1.0'],
    ['204 with a coding' => "HTTP/1.1 204 Evil\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n4\r\nEvil\r\n0\r\n\r\n",
        'Transfer-Encoding on a 1xx or 204'],
    ['cut within the status line' => 'HTTP/1.1 2', 'closed within the head'],
    ['cut within a field' => "${OK}X: Evil", 'closed within the head'],
    ['cut before the empty line' => "${OK}X: Evil\r\n",
        'closed within the head'],
);

my @LIMITS = (
    ['a head one byte too large', '/small/',
        sized_head(1025), 'head larger than the limit'],
    ['an endless head', '/small/',
        "${OK}X: " . 'Evil' x 100_000, 'head larger than the limit'],
    ['an endless status line', '/small/',
        'HTTP/1.1 200 ' . 'Evil' x 100_000, 'head larger than the limit'],
    ['an endless head, by default', '/',
        $OK . "X: Evil\r\n" x 7500, 'more field lines than the limit'],
    ['an endless line, by default', '/',
        "${OK}X: " . 'Evil' x 100_000, 'head larger than the limit'],
    ['one field too many', '/small/',
        $OK . "X: Evil\r\n" x 11 . "\r\n", 'more field lines than the limit'],
    ['more fields than the limit, by default', '/',
        $OK . "X: Evil\r\n" x 201 . "\r\n", 'more field lines than the limit'],
    ['a head over one megabyte', '/large/',
        $OK . ('X: ' . 'Evil' x 500 . "\r\n") x 600,
        'head larger than the limit'],
);

# The head is passed on before these are found out.
my @BODIES = (
    ['a size that is no number' => "x\r\nEvil\r\n0\r\n\r\n",
        'malformed chunk size'],
    ['a negative size'    => "-4\r\nEvil\r\n0\r\n\r\n", 'chunk size'],
    ['a size with 0x'     => "0x4\r\nEvil\r\n0\r\n\r\n", 'chunk size'],
    ['no size'            => "\r\nEvil\r\n0\r\n\r\n", 'chunk size'],
    ['a space before the size' => " 4\r\nEvil\r\n0\r\n\r\n", 'chunk size'],
    ['a size beyond 64 bits' => "10000000000000004\r\nEvil\r\n0\r\n\r\n",
        'chunk size overflows'],
    ['the largest size of 64 bits' => "ffffffffffffffff\r\nEvil",
        'chunk size overflows'],
    ['a bare LF after the size' => "4\nEvil\r\n0\r\n\r\n", 'CRLF'],
    ['a bare LF after the data' => "4\r\nEvil\n0\r\n\r\n",
        'chunk data not ended by CRLF'],
    ['more data than its size' => "3\r\nEvil\r\n0\r\n\r\n",
        'chunk data not ended by CRLF'],
    ['an endless extension' => '4;' . 'a' x 5000 . "\r\nEvil\r\n0\r\n\r\n",
        'chunk line longer than the limit'],
    ['an endless size' => '0' x 5000, 'chunk line longer than the limit'],
    ['a control character in an extension' =>
        "4;a=\0\r\nEvil\r\n0\r\n\r\n", 'chunk size'],
    ['a bare CR in an extension' => "4;a=\rb\r\nEvil\r\n0\r\n\r\n", ''],
    ['endless trailers' => "0\r\n" . "X: Evil\r\n" x 5000,
        'trailer section larger than the limit'],
    ['an endless trailer' => "0\r\nX: " . 'Evil' x 5000,
        'trailer section larger than the limit'],
    ['a folded trailer'   => "0\r\nX: Evil\r\n more\r\n\r\n", 'trailer field'],
    ['a trailer that frames' => "0\r\nContent-Length: 4\r\n\r\n",
        'trailer field'],
    ['a trailer without a name' => "0\r\n: Evil\r\n\r\n", 'trailer field'],
    ['a bare LF in the trailers' => "0\r\nX: Evil\n\r\n", ''],
);

plan tests => 3 * @HEADS + 3 * @LIMITS + 4 * @BODIES + 13;

# Exactly so many bytes.
sub sized_head {
    my ($size) = @_;
    my $head = "${OK}Content-Length: 0\r\nX: ";
    return $head . 'y' x ($size - 4 - length $head) . "\r\n\r\n";
}

my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($path) = @_;
    return RProxy::Exchange->begin('t20_malformed', $origin,
        "GET $path HTTP/1.1\r\n");
}

# A connection that the test still holds open: nothing more may happen on it.
sub is_not_used_again {
    my ($x, $name) = @_;
    like($x->origin->wait_for_end, qr/^(?:eof|reset)$/,
        "$name: its connection is closed");
    return;
}

for my $case (@HEADS) {
    my ($name, $bytes, $reason) = @$case;
    my $log = RProxy::Log->error_log;
    my $got = begin('/')->answer($bytes);
    is($got->status, 502, "$name: 502");
    unlike($got->{head} . $got->body, qr/Evil/, "$name: nothing is passed on");
    like($log->await(qr/RP1203: /), qr/invalid_response: .*\Q$reason\E/,
        "$name: the log says why");
}

for my $case (@LIMITS) {
    my ($name, $path, $bytes, $reason) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin($path);
    $x->origin->send($bytes);
    is($x->response->status, 502, "$name: 502");
    like($log->await(qr/RP1203: /), qr/invalid_response: \Q$reason\E/,
        "$name: the log says why");
    is_not_used_again($x, $name);
}

for my $case (@BODIES) {
    my ($name, $bytes, $reason) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin('/');
    $x->origin->send("${CHUNKED}6\r\nbefore\r\n");
    my $got = $x->client->read_response_head;
    is($got->status, 200, "$name: the head has gone out");
    $x->origin->send($bytes);
    $got->read_body($x->client);
    ok(!$got->{complete}, "$name: the body does not look complete");
    is($x->client->wait_for_end, 'eof', "$name: the connection ends");
    like($log->await(qr/RP1203: /),
        qr/truncated: .*\Q$reason\E.*the response was cut short/,
        "$name: the log says why");
}

# ---- up to the limits ----

is(begin('/small/')->answer(sized_head(1024))->status, 200,
    'a head of exactly the limit');
is(begin('/small/')->answer("${OK}Content-Length: 0\r\n"
        . "X: y\r\n" x 9 . "\r\n")->status, 200, 'as many fields');
is(begin('/small/')->answer($CHUNKED . "2\r\nok\r\n0\r\nX: "
        . 'y' x 95 . "\r\n\r\n")->body, 'ok', 'trailers of exactly the limit');
{
    my $got = begin('/large/')->answer("${OK}Content-Length: 2\r\n"
            . join('', map { "X-$_: " . 'y' x 8000 . "\r\n" } 1 .. 120)
            . "\r\nok");
    is($got->status, 200, 'a head of nearly a megabyte, where it may be');
    is(scalar(grep {/^X-\d+$/} $got->names), 120, 'all of it');
    is($got->body, 'ok', 'and its body');
}
{
    my $got = begin('/large/')->answer($OK . join('', map {"X-$_: y\r\n"}
                1 .. 5000) . "Content-Length: 2\r\n\r\nok");
    is(scalar(grep {/^X-\d+$/} $got->names), 5000, 'many fields');
    is($got->body, 'ok', 'and a body');
}
{
    my $got = begin('/large/')->answer("${CHUNKED}2\r\nok\r\n0\r\nX: "
            . 'y' x 100_000 . "\r\n\r\n");
    is($got->body, 'ok', 'a large trailer section');
    is(length $got->{trailers}, 100_000 + length "X: \r\n", 'all of it');
}

# ---- what one response did, another does not suffer ----

{
    my $x = begin('/');
    $x->origin->send("Evil\r\n\r\n");
    is($x->response->status, 502, 'after a malformed response');
    my $next = RProxy::Exchange->begin($x->client, $origin,
        "GET /next HTTP/1.1\r\n");
    is($next->answer("${OK}Content-Length: 2\r\n\r\nok")->body, 'ok',
        'the same client is served');
    is($next->origin->number - $x->origin->number, 1,
        'by a new connection to the origin');
}
